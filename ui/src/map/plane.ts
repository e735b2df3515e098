/** The first two components as a plane that can be moved and enlarged. */

export const SIDE = 1000;
const MARGIN = 40;
const MAX = 12;
/** Around all cases, as a share of what they span. */
const HOME_MARGIN = 0.06;

/** The visible square of the plane: its left upper corner and its side. */
export interface Viewport {
  x: number;
  y: number;
  side: number;
}

export type Point = [number, number];

/**
 * The smallest square that shows them all where more than the square is seen.
 *
 * Args: aspect: width over height of the screen, which shows the square whole and what lies beside or above it.
 */
export function homeOf(points: readonly Point[], aspect = 1): Viewport {
  if (points.length === 0) return { x: 0, y: 0, side: SIDE };
  const [left, right] = spanOf(points.map(([x]) => x));
  const [top, bottom] = spanOf(points.map(([, y]) => y));
  const side = Math.min(SIDE, Math.max(SIDE / MAX, (right - left) / Math.max(1, aspect), (bottom - top) * Math.min(1, aspect)) * (1 + 2 * HOME_MARGIN));
  return within({ x: (left + right - side) / 2, y: (top + bottom - side) / 2, side });
}

function spanOf(values: readonly number[]): [number, number] {
  return [values.reduce((least, value) => Math.min(least, value)), values.reduce((most, value) => Math.max(most, value))];
}

/** All that a screen shows of the plane around the square. */
export function seenOf({ x, y, side }: Viewport, aspect: number): { left: number; right: number; top: number; bottom: number } {
  const [width, height] = [side * Math.max(1, aspect), side / Math.min(1, aspect)];
  const [left, top] = [x + (side - width) / 2, y + (side - height) / 2];
  return { left, right: left + width, top, bottom: top + height };
}

/** Args: position: x, y, z between -1 and 1. */
export function toPlane([x, y]: readonly [number, number, number]): Point {
  const half = SIDE / 2;
  return [half + x * (half - MARGIN), half - y * (half - MARGIN)];
}

export function pan(seen: Viewport, right: number, down: number): Viewport {
  return within({ ...seen, x: seen.x + right, y: seen.y + down });
}

/** Enlarge around the middle of what is seen. */
export function zoom(seen: Viewport, factor: number): Viewport {
  const side = Math.min(SIDE, Math.max(SIDE / MAX, seen.side / factor));
  const shift = (seen.side - side) / 2;
  return within({ x: seen.x + shift, y: seen.y + shift, side });
}

function within({ x, y, side }: Viewport): Viewport {
  const most = SIDE - side;
  return { x: Math.min(most, Math.max(0, x)), y: Math.min(most, Math.max(0, y)), side };
}

/** Which of the `visible` points is nearest to `here` and within `reach`, if any. */
export function findNear(points: readonly Point[], visible: readonly number[], here: Point, reach: number): number | null {
  let found: number | null = null;
  let least = reach;
  for (const at of visible) {
    const [x, y] = points[at] ?? [Infinity, Infinity];
    const far = Math.hypot(x - here[0], y - here[1]);
    if (far < least) [least, found] = [far, at];
  }
  return found;
}
