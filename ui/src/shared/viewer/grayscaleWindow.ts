/**
 * Window centre and width: which values are spread over all that a screen can show.
 *
 * The linear exact function of the Standard: `(x - centre) / width + 0.5`, cut off at black and white.
 * Source: DICOM PS3.3, C.11.2.1.3.2.
 */

export interface GrayscaleWindow {
  centre: number;
  width: number;
}

/** The values of an image, and which of them its picture shows black and white. */
export interface ValueRange {
  /** Larger than `white` where small values are bright. */
  black: number;
  white: number;
  /** The smallest and the largest value that there is or that is shown, black and white among them. */
  first: number;
  last: number;
}

/** The values of a picture of 8 bits. */
export const BYTES: ValueRange = { black: 0, white: 255, first: 0, last: 255 };

const SHADES = 255;
/** How many shades one pixel of the mouse's way is worth. */
const PER_PIXEL = 0.5;

/** The window that shows what the picture shows. */
export function wholeOf({ black, white }: ValueRange): GrayscaleWindow {
  return { centre: (black + white) / 2, width: Math.abs(white - black) };
}

export function isWhole({ centre, width }: GrayscaleWindow, range: ValueRange): boolean {
  const whole = wholeOf(range);
  return centre === whole.centre && width === whole.width;
}

/** What a shared display range `low` to `high` is as a window. */
export function spanning(low: number, high: number): GrayscaleWindow {
  const width = Math.max(1, Math.abs(high - low));
  return { centre: Math.min(low, high) + width / 2, width };
}

/** What one shade of the picture is worth, the least that a window may be wide. */
export function stepOf({ black, white }: ValueRange): number {
  return Math.abs(white - black) / SHADES;
}

export function maxWidthOf({ first, last }: ValueRange): number {
  return 2 * (last - first);
}

/** The brightness shown, from 0 to 1, of one value. */
export function display(value: number, { centre, width }: GrayscaleWindow, inverted: boolean, range: ValueRange = BYTES): number {
  const shown = Math.min(1, Math.max(0, (directionOf(range) * (value - centre)) / width + 0.5));
  return inverted ? 1 - shown : shown;
}

/** The same as the slope and the intercept of an SVG filter over the picture, whose shades go from 0 to 1. */
export function transferOf({ centre, width }: GrayscaleWindow, inverted: boolean, range: ValueRange = BYTES): { slope: number; intercept: number } {
  const [slope, intercept] = [Math.abs(range.white - range.black) / width, 0.5 - (directionOf(range) * (centre - range.black)) / width];
  return inverted ? { slope: -slope, intercept: 1 - intercept } : { slope, intercept };
}

/** As in other viewers: to the right is wider, up is brighter. */
export function drag({ centre, width }: GrayscaleWindow, right_px: number, down_px: number, range: ValueRange = BYTES): GrayscaleWindow {
  const step = stepOf(range);
  return {
    centre: Math.min(range.last, Math.max(range.first, centre + directionOf(range) * down_px * PER_PIXEL * step)),
    width: Math.min(maxWidthOf(range), Math.max(step, width + right_px * PER_PIXEL * step)),
  };
}

/** The window that shows of another range's picture what a window shows of the first one's. */
export function converted({ centre, width }: GrayscaleWindow, from: ValueRange, to: ValueRange): GrayscaleWindow {
  const ratio = (to.white - to.black) / (from.white - from.black);
  return { centre: to.black + (centre - from.black) * ratio, width: width * Math.abs(ratio) };
}

/** Shares of the pixels that are darker and not brighter: what each preset shows between black and white. */
export const PRESETS = {
  automatic: [0.01, 0.99],
  lungs: [0.01, 0.6],
  mediastinum: [0.4, 0.995],
} as const satisfies Record<string, readonly [number, number]>;
export type Preset = keyof typeof PRESETS;

/** Args: valueAt: the value that a share of the pixels does not exceed in brightness. */
export function presetOf(name: Preset, valueAt: (share: number) => number): GrayscaleWindow {
  const [low, high] = PRESETS[name];
  return spanning(valueAt(low), valueAt(high));
}

/** The smallest index of a histogram that at least this share of the pixels does not exceed. */
export function quantile(histogram: ArrayLike<number>, share: number): number {
  const counts = Array.from(histogram);
  const n = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  return Math.max(0, counts.findIndex((count) => (seen += count) >= share * n));
}

/** 1, or -1 where small values are bright. */
export function directionOf({ black, white }: ValueRange): 1 | -1 {
  return white < black ? -1 : 1;
}
