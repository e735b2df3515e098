/**
 * Resizing with antialiasing, in the arithmetic of Pillow: the networks learnt from its results.
 *
 * Bytes go through fixed-point weights of 22 bits, floats through doubles; columns first, then rows.
 * Source: Pillow, src/libImaging/Resample.c (HPND).
 */

import { clip, type FloatImage, type GrayImage } from '../image';

interface Kernel {
  readonly support: number;
  readonly at: (x: number) => number;
}

const BICUBIC_A = -0.5;

export const BOX: Kernel = { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };
export const BILINEAR: Kernel = { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) };
export const BICUBIC: Kernel = {
  support: 2,
  at: (signed) => {
    const x = Math.abs(signed);
    if (x < 1) return ((BICUBIC_A + 2) * x - (BICUBIC_A + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * BICUBIC_A : 0;
  },
};

/** Of 32 bits, eight hold the pixel and two the overflow. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/** For each output: the first input and the weights from there on. */
interface Weights {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Float64Array;
  readonly stride: number;
}

/** Where to read: from and to, in cells of the input; Pillow holds them in 32 bits. */
export type Span = readonly [from: number, to: number];

function weigh(inputs: number, [from, to]: Span, outputs: number, kernel: Kernel): Weights {
  const start = Math.fround(from);
  const scale = Math.fround(Math.fround(to) - start) / outputs;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const weights = new Float64Array(outputs * stride);
  for (let out = 0; out < outputs; out++) {
    const centre = start + (out + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(inputs, Math.trunc(centre + support + 0.5)) - low;
    const own = weights.subarray(out * stride, out * stride + n);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      own[i] = kernel.at((i + low - centre + 0.5) * (1 / stretch));
      sum += own[i] ?? 0;
    }
    if (sum !== 0) for (let i = 0; i < n; i++) own[i] = (own[i] ?? 0) / sum;
    first[out] = low;
    counts[out] = n;
  }
  return { first, counts, weights, stride };
}

/** One pass over bytes or floats: along rows where `inner` is 1, along columns where it is the width. */
interface Pass {
  /** Lines that are resampled. */
  readonly lines: number;
  /** From a line to the next, in the input and in the output. */
  readonly lineSteps: readonly [number, number];
  /** From a cell of a line to the next, in both. */
  readonly cellSteps: readonly [number, number];
}

function passBytes(input: Uint8Array, output: Uint8Array, weighed: Weights, pass: Pass): void {
  const fixed = Int32Array.from(weighed.weights, (w) => Math.trunc(w * 2 ** PRECISION_BITS + (w < 0 ? -0.5 : 0.5)));
  const [inLine, outLine] = pass.lineSteps;
  const [inCell, outCell] = pass.cellSteps;
  weighed.first.forEach((first, out) => {
    const n = weighed.counts[out] ?? 0;
    const own = fixed.subarray(out * weighed.stride, out * weighed.stride + n);
    for (let line = 0; line < pass.lines; line++) {
      let at = line * inLine + first * inCell;
      let sum = HALF;
      for (let i = 0; i < n; i++, at += inCell) sum += (input[at] as number) * (own[i] as number);
      output[line * outLine + out * outCell] = clip(Math.floor(sum / 2 ** PRECISION_BITS), 0, 255);
    }
  });
}

function passFloats(input: Float32Array, output: Float32Array, weighed: Weights, pass: Pass): void {
  const [inLine, outLine] = pass.lineSteps;
  const [inCell, outCell] = pass.cellSteps;
  weighed.first.forEach((first, out) => {
    const n = weighed.counts[out] ?? 0;
    const own = weighed.weights.subarray(out * weighed.stride, out * weighed.stride + n);
    for (let line = 0; line < pass.lines; line++) {
      let at = line * inLine + first * inCell;
      let sum = 0;
      for (let i = 0; i < n; i++, at += inCell) sum += (input[at] as number) * (own[i] as number);
      output[line * outLine + out * outCell] = sum;
    }
  });
}

function isIdentity(inputs: number, [from, to]: Span, outputs: number): boolean {
  return inputs === outputs && from === 0 && to === inputs;
}

interface Spans {
  /** What is read of the input; all of it where nothing is said. */
  readonly across?: Span;
  readonly down?: Span;
}

export function resizeGray(
  image: GrayImage,
  width: number,
  height: number,
  kernel: Kernel,
  { across = [0, image.width], down = [0, image.height] }: Spans = {},
): GrayImage {
  let { pixels } = image;
  if (!isIdentity(image.width, across, width)) {
    const wide = new Uint8Array(width * image.height);
    passBytes(pixels, wide, weigh(image.width, across, width, kernel), {
      lines: image.height,
      lineSteps: [image.width, width],
      cellSteps: [1, 1],
    });
    pixels = wide;
  }
  if (!isIdentity(image.height, down, height)) {
    const high = new Uint8Array(width * height);
    passBytes(pixels, high, weigh(image.height, down, height, kernel), {
      lines: width,
      lineSteps: [1, 1],
      cellSteps: [width, width],
    });
    pixels = high;
  }
  return { width, height, pixels };
}

interface Reading extends Spans {
  readonly kernel?: Kernel;
}

export function resizeFloats(image: FloatImage, width: number, height: number, reading: Reading = {}): FloatImage {
  const { across = [0, image.width], down = [0, image.height], kernel = BICUBIC } = reading;
  let { values } = image;
  if (!isIdentity(image.width, across, width)) {
    const wide = new Float32Array(width * image.height);
    passFloats(values, wide, weigh(image.width, across, width, kernel), {
      lines: image.height,
      lineSteps: [image.width, width],
      cellSteps: [1, 1],
    });
    values = wide;
  }
  if (!isIdentity(image.height, down, height)) {
    const high = new Float32Array(width * height);
    passFloats(values, high, weigh(image.height, down, height, kernel), {
      lines: width,
      lineSteps: [1, 1],
      cellSteps: [width, width],
    });
    values = high;
  }
  return { width, height, values };
}
