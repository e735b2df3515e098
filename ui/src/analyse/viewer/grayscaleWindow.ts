/**
 * Window centre and width: which gray values are spread over all that a screen can show.
 *
 * The linear exact function of the Standard: `(x - centre) / width + 0.5`, cut off at black and white.
 * Source: DICOM PS3.3, C.11.2.1.3.2.
 */

export const MAX_VALUE = 255;

export interface GrayscaleWindow {
  centre: number;
  width: number;
}

/** Every value as the service's picture has it. */
export const WHOLE: GrayscaleWindow = { centre: MAX_VALUE / 2, width: MAX_VALUE };

/** How many gray values one pixel of the mouse's way is worth. */
const PER_PIXEL = 0.5;

/** What a shared display range `low` to `high` is as a window. */
export function spanning(low: number, high: number): GrayscaleWindow {
  const width = Math.max(1, high - low);
  return { centre: low + width / 2, width };
}

/** The brightness shown, from 0 to 1, of one gray value. */
export function display(value: number, { centre, width }: GrayscaleWindow, inverted: boolean): number {
  const shown = Math.min(1, Math.max(0, (value - centre) / width + 0.5));
  return inverted ? 1 - shown : shown;
}

/** The same as the slope and the intercept of an SVG filter, whose values go from 0 to 1. */
export function transferOf({ centre, width }: GrayscaleWindow, inverted: boolean): { slope: number; intercept: number } {
  const [slope, intercept] = [MAX_VALUE / width, 0.5 - centre / width];
  return inverted ? { slope: -slope, intercept: 1 - intercept } : { slope, intercept };
}

/** As in other viewers: to the right is wider, up is brighter. */
export function drag({ centre, width }: GrayscaleWindow, right_px: number, down_px: number): GrayscaleWindow {
  return {
    centre: Math.min(MAX_VALUE, Math.max(0, centre + down_px * PER_PIXEL)),
    width: Math.min(2 * MAX_VALUE, Math.max(1, width + right_px * PER_PIXEL)),
  };
}

/** Shares of the pixels that lie below and above: what each preset shows between black and white. */
export const PRESETS = {
  automatic: [0.01, 0.99],
  lungs: [0.01, 0.6],
  mediastinum: [0.4, 0.995],
} as const satisfies Record<string, readonly [number, number]>;
export type Preset = keyof typeof PRESETS;

/** Args: histogram: pixels of each gray value. */
export function presetOf(name: Preset, histogram: readonly number[]): GrayscaleWindow {
  const [low, high] = PRESETS[name];
  return spanning(quantile(histogram, low), quantile(histogram, high));
}

/** The smallest gray value that at least this share of the pixels does not exceed. */
export function quantile(histogram: readonly number[], share: number): number {
  const n = histogram.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  return Math.max(0, histogram.findIndex((count) => (seen += count) >= share * n));
}
