/**
 * Colour to gray: secondary captures and scans that came as RGB, YBR or a palette, as
 * `raiox.intake.dicom.colour`. Source: DICOM PS3.3, C.7.6.3.1.2 and C.7.6.3.1.5.
 */

import { clip, roundHalfEven, type GrayImage } from '../../image';
import { valueOf, type Layout, type Words } from '../bitLayout';
import { flattenColours, fromYCbCr } from '../colours';
import { requireRange, shadesOf, shareBeyond, type ColourImage } from '../grayscale';
import { RefusedError } from '../refusal';
import { whiteBesideMarks } from '../tone';
import type { Elements, Keyword } from './elements';
import type { ImagePixel } from './imagePixel';
import { readLookupTable, type LookupTable } from './lookupTable';

const CHANNELS = ['Red', 'Green', 'Blue'] as const;

interface Flattened {
  readonly image: GrayImage;
  readonly notes: readonly string[];
  readonly isMended: boolean;
}

export function flattenColour(words: Words, image: ImagePixel): Flattened {
  const { columns: width, rows: height, samplesPerPixel: n, photometric } = image;
  const bytes = shallow(words, image);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  const isYbr = photometric.startsWith('YBR');
  for (let at = 0, from = 0; at < data.length; at += 4, from += n) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(from, from + n);
    data.set(isYbr ? fromYCbCr(first, second - 128, third - 128) : [first, second, third], at);
  }
  return flattened({ width, height, data }, false);
}

export function applyPalette(words: Words, layout: Layout, image: ImagePixel, elements: Elements): Flattened {
  let largest = -Infinity;
  for (const word of words) largest = Math.max(largest, valueOf(word, layout));
  const tables = CHANNELS.map((channel) => paletteOf(elements, channel, largest, layout.isSigned));
  const top = 2 ** Math.max(...tables.map(({ nBits }) => nBits)) - 1;
  const { columns: width, rows: height } = image;
  const data = new Uint8Array(4 * width * height).fill(255);
  tables.forEach(({ first, entries }, channel) => {
    const shades = Uint8Array.from(entries, (entry) => roundHalfEven((entry * 255) / top));
    words.forEach((word, at) => {
      data[4 * at + channel] = shades[clip(valueOf(word, layout) - first, 0, shades.length - 1)] ?? 0;
    });
  });
  return flattened({ width, height, data }, tables.some(({ isRepaired }) => isRepaired));
}

function flattened(image: ColourImage, isMended: boolean): Flattened {
  const { image: shades, notes } = flattenColours(image);
  return { image: shades, notes, isMended };
}

/** Deep samples to bytes by the range that the picture has; all channels alike. */
function shallow(words: Words, { bitsStored }: ImagePixel): Uint8Array {
  if (bitsStored <= 8 || words instanceof Uint8Array) return Uint8Array.from(words);
  const [low, high] = requireRange(words);
  const table = shadesOf(low, whiteBesideMarks(low, high, shareBeyond(words, high)));
  return Uint8Array.from(words, (word) => table[word] ?? 0);
}

function paletteOf(elements: Elements, channel: (typeof CHANNELS)[number], largest: number, isSigned: boolean): LookupTable {
  const descriptor: Keyword = `${channel}PaletteColorLookupTableDescriptor`;
  const data: Keyword = `${channel}PaletteColorLookupTableData`;
  const table = readLookupTable(elements, descriptor, data, isSigned);
  if (!table) throw new RefusedError('corrupt_image', { element: elements.data(descriptor).length > 0 ? data : descriptor });
  if (!table.isWhole && largest - table.first >= table.entries.length) throw new RefusedError('corrupt_image', { element: data });
  return table;
}
