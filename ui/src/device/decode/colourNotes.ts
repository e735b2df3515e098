/** What colours say of a picture that becomes gray, as `raiox.intake.colour_notes`. */

import type { Shape } from '../image';

const SAMPLE_SIDE_PX = 512;
const COLOUR_SPREAD = 32;
const COLOUR_SHARE = 0.002;
const LUMA = [0.299, 0.587, 0.114] as const;
const N_LEVELS = 16;
const MAX_DEVIATION = 40;
const MIN_CHROMA = 32;
const ONE_HUE = 0.98;

/** Codes of what a reader would miss. Args: sampleOf: 0 to 255, of a pixel and a channel. */
export function colourNotes({ width, height }: Shape, sampleOf: (at: number, channel: number) => number): string[] {
  const [w, h] = [Math.min(width, SAMPLE_SIDE_PX), Math.min(height, SAMPLE_SIDE_PX)];
  const colours = new Colours();
  let nColoured = 0;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = Math.floor(((y + 0.5) * height) / h) * width + Math.floor(((x + 0.5) * width) / w);
      const [r, g, b] = [sampleOf(at, 0), sampleOf(at, 1), sampleOf(at, 2)];
      nColoured += Number(Math.max(r, g, b) - Math.min(r, g, b) > COLOUR_SPREAD);
      colours.add(r, g, b);
    }
  }
  if (nColoured / (w * h) <= COLOUR_SHARE) return [];
  return ['colour_removed', ...(colours.areFalse(w * h) ? ['false_colours'] : [])];
}

/** The colours of each level of brightness. */
class Colours {
  readonly #counts = new Float64Array(N_LEVELS);
  readonly #sums = [new Float64Array(N_LEVELS), new Float64Array(N_LEVELS)] as const;
  #squares = 0;

  add(r: number, g: number, b: number): void {
    const luma = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
    const level = Math.floor((luma * N_LEVELS) / 256);
    this.#counts[level] = (this.#counts[level] ?? 0) + 1;
    this.#sums.forEach((sums, at) => {
      const difference = r - (at === 0 ? g : b);
      sums[level] = (sums[level] ?? 0) + difference;
      this.#squares += difference ** 2;
    });
  }

  /** Whether colours of a brightness lie far apart, or turn their hue from dark to bright. Args: n: pixels. */
  areFalse(n: number): boolean {
    return this.#deviation(n) > MAX_DEVIATION || this.#turnHue(n);
  }

  #turnHue(n: number): boolean {
    const [toGreen, toBlue] = this.#sums;
    let [strength, x, y] = [0, 0, 0];
    toGreen.forEach((green, level) => {
      const blue = toBlue[level] ?? 0;
      const hue = [(green + blue) / 2, Math.sqrt(0.75) * (blue - green)] as const;
      strength += Math.hypot(...hue);
      x += hue[0];
      y += hue[1];
    });
    return strength > MIN_CHROMA * n && Math.hypot(x, y) < ONE_HUE * strength;
  }

  #deviation(n: number): number {
    let within = this.#squares;
    for (const sums of this.#sums) {
      sums.forEach((sum, level) => (within -= sum ** 2 / Math.max(this.#counts[level] ?? 0, 1)));
    }
    return Math.sqrt(Math.max(0, within) / n);
  }
}
