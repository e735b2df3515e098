/** How a radiograph is turned and flipped on the screen, and which pixel then lies where. */

export interface Orientation {
  /** Quarter turns, clockwise, after the flip. */
  turns: number;
  /** Left and right of the image are swapped. */
  flipped: boolean;
}

/** A point as shares of a width and a height. */
export type Point = readonly [number, number];

export const UPRIGHT: Orientation = { turns: 0, flipped: false };

/** A quarter turn clockwise of what is seen. */
export function turn({ turns, flipped }: Orientation): Orientation {
  return { turns: (turns + 1) % 4, flipped };
}

/** Left and right of what is seen swapped; a flip after a turn is the opposite turn after a flip. */
export function flip({ turns, flipped }: Orientation): Orientation {
  return { turns: (4 - turns) % 4, flipped: !flipped };
}

export function isSideways({ turns }: Orientation): boolean {
  return turns % 2 === 1;
}

export function cssTransform({ turns, flipped }: Orientation): string {
  return `translate(-50%, -50%) rotate(${String(turns * 90)}deg) scaleX(${flipped ? '-1' : '1'})`;
}

/** The point of the image that is seen at a point of the box around it. */
export function pointOfImage([right, down]: Point, { turns, flipped }: Orientation): Point {
  let [x, y] = [right - 0.5, down - 0.5];
  for (let n = 0; n < turns; n++) [x, y] = [y, -x];
  return [(flipped ? -x : x) + 0.5, y + 0.5];
}
