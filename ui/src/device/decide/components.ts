/** Regions of a mask whose cells touch by a side. */

export interface Mask {
  readonly width: number;
  readonly height: number;
  /** 1 where it applies, row by row. */
  readonly cells: Uint8Array;
}

export function area({ cells }: Mask): number {
  return cells.reduce((sum, cell) => sum + cell, 0);
}

/** In the order in which their first cells come. */
export function componentsOf({ width, height, cells }: Mask): Mask[] {
  const seen = new Uint8Array(cells.length);
  const found: Mask[] = [];
  cells.forEach((cell, start) => {
    if (!cell || seen[start]) return;
    const own = new Uint8Array(cells.length);
    const open = [start];
    seen[start] = 1;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      own[at] = 1;
      for (const next of neighboursOf(at, width, height)) {
        if (!cells[next] || seen[next]) continue;
        seen[next] = 1;
        open.push(next);
      }
    }
    found.push({ width, height, cells: own });
  });
  return found;
}

function neighboursOf(at: number, width: number, height: number): number[] {
  const [x, y] = [at % width, Math.floor(at / width)];
  return [
    ...(x > 0 ? [at - 1] : []),
    ...(x < width - 1 ? [at + 1] : []),
    ...(y > 0 ? [at - width] : []),
    ...(y < height - 1 ? [at + width] : []),
  ];
}
