/** How the support for a finding differs between two heatmaps, as a picture. */

/** The service paints opacity as 0.85 times the root of the support (its inference/heatmap.py). */
const MAX_ALPHA = 0.85 * 255;
/** The radiograph is seen through the largest change too. */
export const FULL = 204;

export const LESS = [86, 180, 233] as const;
export const MORE = [230, 159, 0] as const;

/** The support, from 0 to 1, that an opacity of a heatmap stands for. */
export function supportOf(alpha: number): number {
  return Math.min(1, (alpha / MAX_ALPHA) ** 2);
}

/**
 * Colours of `after` minus `before`: one for more support, another for less, clear where equal.
 *
 * Args: two heatmaps of one size, as red, green, blue, opacity.
 */
export function subtract(before: Uint8ClampedArray, after: Uint8ClampedArray): Uint8ClampedArray<ArrayBuffer> {
  const drawn = new Uint8ClampedArray(after.length);
  for (let at = 0; at < after.length; at += 4) {
    const change = supportOf(after[at + 3] ?? 0) - supportOf(before[at + 3] ?? 0);
    drawn.set(change < 0 ? LESS : MORE, at);
    drawn[at + 3] = Math.sqrt(Math.abs(change)) * FULL;
  }
  return drawn;
}

/** Draw the difference of two heatmaps; both take the canvas's size. */
export async function drawDifference(canvas: HTMLCanvasElement, before: Blob, after: Blob): Promise<void> {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return;
  const { width, height } = canvas;
  const read = async (map: Blob): Promise<Uint8ClampedArray> => {
    const bitmap = await createImageBitmap(map);
    context.clearRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    return context.getImageData(0, 0, width, height).data;
  };
  const first = await read(before);
  const second = await read(after);
  context.putImageData(new ImageData(subtract(first, second), width, height), 0, 0);
}
