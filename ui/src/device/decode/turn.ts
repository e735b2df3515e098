/** How a picture is turned upright, as its EXIF says. Source: EXIF 2.32, tag 0x0112; TIFF 6.0, 2. */

import type { Shape } from '../image';
import { viewOf } from './bytes';
import type { Flattened } from './grayscale';

const ORIENTATION = 0x0112;
const ENTRY_BYTES = 12;
const [LITTLE, BIG] = [0x4949, 0x4d4d];
const FIRST_LYING = 5;

/** 1 where nothing sensible is said: broken EXIF is common, and no reason to refuse. */
export function orientationOf(exif: Uint8Array): number {
  const view = viewOf(exif);
  try {
    const order = view.getUint16(0);
    if (order !== LITTLE && order !== BIG) return 1;
    const isLittle = order === LITTLE;
    const directory = view.getUint32(4, isLittle);
    const n = view.getUint16(directory, isLittle);
    for (let entry = 0; entry < n; entry++) {
      const at = directory + 2 + entry * ENTRY_BYTES;
      if (view.getUint16(at, isLittle) === ORIENTATION) return view.getUint16(at + 8, isLittle);
    }
  } catch {
    return 1;
  }
  return 1;
}

/** Shades and values turned alike. */
export function turned(flat: Flattened, orientation: number): Flattened {
  if (orientation < 2 || orientation > 8) return flat;
  const { image, values } = flat;
  const lies = orientation >= FIRST_LYING;
  const shape = lies ? { width: image.height, height: image.width } : image;
  const from = sources(image, shape, orientation);
  const pixels = Uint8Array.from(from, (at) => image.pixels[at] as number);
  const samples = values && Uint16Array.from(from, (at) => values.samples[at] as number);
  return {
    ...flat,
    image: { width: shape.width, height: shape.height, pixels },
    values: values && samples && { ...values, samples },
    colours: null,
  };
}

/** For each pixel of the turned picture, where it was. */
function sources({ width, height }: Shape, to: Shape, orientation: number): Uint32Array {
  const [right, bottom] = [width - 1, height - 1];
  const places: Record<number, (x: number, y: number) => [number, number]> = {
    2: (x, y) => [right - x, y],
    3: (x, y) => [right - x, bottom - y],
    4: (x, y) => [x, bottom - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, bottom - x],
    7: (x, y) => [right - y, bottom - x],
    8: (x, y) => [right - y, x],
  };
  const from = new Uint32Array(width * height);
  from.forEach((_, at) => {
    const [x, y] = places[orientation]?.(at % to.width, Math.floor(at / to.width)) ?? [0, 0];
    from[at] = y * width + x;
  });
  return from;
}
