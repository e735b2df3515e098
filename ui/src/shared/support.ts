/** How much of a finding's support lies where, read from a heatmap of the service. */

/** The service paints opacity as 0.85 times the root of the support (its inference/heatmap.py). */
const MAX_ALPHA = 0.85 * 255;

/** Values from 0 to 1, row by row. */
export interface SupportMap {
  width: number;
  height: number;
  values: Float32Array;
}

/** The support, from 0 to 1, that an opacity of a heatmap stands for. */
export function supportOf(alpha: number): number {
  return Math.min(1, (alpha / MAX_ALPHA) ** 2);
}

const [GRAY, ALPHA] = [0, 3];

/** Args: heatmap: as the service sends it; it takes the size that is given. */
export async function readSupport(heatmap: Blob, width: number, height: number): Promise<SupportMap> {
  return readMap(heatmap, width, height, ALPHA, supportOf);
}

/** The probability of lung. Args: lungs: as the service sends them, white where lung is certain. */
export async function readLungs(lungs: Blob, width: number, height: number): Promise<SupportMap> {
  return readMap(lungs, width, height, GRAY, (gray) => gray / 255);
}

async function readMap(picture: Blob, width: number, height: number, channel: number, valueOf: (byte: number) => number): Promise<SupportMap> {
  const bitmap = await createImageBitmap(picture);
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const values = Float32Array.from({ length: width * height }, (_, n) => valueOf(data[4 * n + channel] ?? 0));
  return { width, height, values };
}
