/** Corrects an image in the browser, so that a rotated radiograph needs no other program. */

import { fetchImage } from '../shared/api';
import type { Item } from '../shared/upload/uploadQueue.svelte';
import { uploadQueue } from '../shared/upload/uploads';

export interface Edit {
  /** Quarter turns, clockwise. */
  turns: number;
  /** Swap dark and bright. */
  invert: boolean;
}

/** Quarter turns, clockwise, that undo a clockwise rotation of the radiograph. */
export function turnsToUpright(rotationDeg: number): number {
  return (4 - Math.round(rotationDeg / 90)) % 4;
}

/**
 * The corrected image, as PNG without the original's metadata.
 *
 * Throws where the browser cannot decode it (DICOM, TIFF).
 */
export async function editImage(image: Blob, { turns, invert }: Edit): Promise<Blob> {
  const bitmap = await createImageBitmap(image);
  const canvas = document.createElement('canvas');
  const sideways = turns % 2 === 1;
  canvas.width = sideways ? bitmap.height : bitmap.width;
  canvas.height = sideways ? bitmap.width : bitmap.height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
  bitmap.close();
  if (invert) invertTones(context);
  return encode(canvas);
}

function invertTones(context: CanvasRenderingContext2D): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = 'difference';
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
}

function encode(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('no image'));
    }, 'image/png');
  });
}

/**
 * Correct the image of an upload and analyse it again, under a name of its own.
 *
 * Takes the file itself where the browser can decode it, else the picture that the service made of
 * it. Throws where neither can be had.
 */
export async function editAndAnalyse(item: Item, edit: Edit, name: string): Promise<void> {
  const original = item.preview ? item.file : null;
  const image = original ?? (await fetchImage(item.analysis?.image ?? ''));
  uploadQueue.add([{ name, file: await editImage(image, edit) }]);
}
