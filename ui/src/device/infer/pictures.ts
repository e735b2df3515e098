/**
 * Pictures of a reading: the radiograph, a small one for lists, and the heatmaps as
 * `raiox.inference.heatmap` paints them.
 */

import type { Decoded } from '../decode/decoded';
import { clip, roundHalfEven, type FloatImage, type GrayImage } from '../image';
import { resizeFloats } from '../preprocess/resample';
import type { Prediction } from './engine';
import { drawSamples } from './samplesPng';

const STOPS = [
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
] as const;
const MIN_EVIDENCE = 0.2;
const MAX_ALPHA = 0.85;
const HEATMAP_SIDE_PX = 512;
const THUMBNAIL_SIDE_PX = 256;

/** What was seen where. */
export interface MapPictures {
  readonly heatmaps: Readonly<Record<string, Blob>>;
  /** Gray; white is certainly lung. */
  readonly lungs: Blob | null;
}

export interface Pictures extends MapPictures {
  readonly image: Blob;
  readonly thumbnail: Blob;
  /** What more than 8 bits held, as a gray PNG of 16. */
  readonly values: Blob | null;
}

export async function drawPictures({ image, values }: Decoded, prediction: Prediction | null): Promise<Pictures> {
  const whole = grayCanvas(image);
  const heatmaps: Record<string, Blob> = {};
  for (const [finding, map] of Object.entries(prediction?.maps ?? {})) heatmaps[finding] = await drawHeatmap(map, image);
  return {
    image: await asPng(whole),
    thumbnail: await asPng(shrunk(whole)),
    heatmaps,
    lungs: prediction?.lungs ? await asPng(grayCanvas(asShades(prediction.lungs))) : null,
    values: values && (await drawSamples(image, values.samples)),
  };
}

function asShades({ width, height, values }: FloatImage): GrayImage {
  return { width, height, pixels: Uint8Array.from(values, (value) => roundHalfEven(clip(value, 0, 1) * 255)) };
}

async function drawHeatmap(map: FloatImage, { width, height }: GrayImage): Promise<Blob> {
  const [w, h] = fitted(width, height, HEATMAP_SIDE_PX);
  const palette = Array.from({ length: 256 }, (_, level) => colourOf(level / 255));
  const { values } = resizeFloats(map, w, h);
  const canvas = canvasOf(w, h, (data) => {
    values.forEach((value, at) => {
      data.set(palette[Math.trunc(clip(value, 0, 1) * 255)] ?? [], 4 * at);
    });
  });
  return asPng(canvas);
}

/** Red, green, blue and opacity of evidence from 0 to 1. */
function colourOf(evidence: number): number[] {
  const along = clip((evidence - MIN_EVIDENCE) / (1 - MIN_EVIDENCE), 0, 1) * (STOPS.length - 1);
  const below = Math.min(Math.floor(along), STOPS.length - 2);
  const [from, to] = [STOPS[below], STOPS[below + 1]];
  const channels = [0, 1, 2].map((k) => {
    const start = from?.[k] ?? 0;
    return Math.trunc(start + ((to?.[k] ?? 0) - start) * (along - below));
  });
  return [...channels, evidence < MIN_EVIDENCE ? 0 : Math.trunc(MAX_ALPHA * 255 * Math.sqrt(evidence))];
}

function fitted(width: number, height: number, sidePx: number): [number, number] {
  const scale = Math.min(1, sidePx / Math.max(width, height));
  return [Math.max(1, roundHalfEven(width * scale)), Math.max(1, roundHalfEven(height * scale))];
}

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('no canvas');
  return context;
}

function canvasOf(width: number, height: number, fill: (data: Uint8ClampedArray) => void): OffscreenCanvas {
  const context = contextOf(width, height);
  const picture = context.createImageData(width, height);
  fill(picture.data);
  context.putImageData(picture, 0, 0);
  return context.canvas;
}

function grayCanvas({ width, height, pixels }: GrayImage): OffscreenCanvas {
  return canvasOf(width, height, (data) => {
    pixels.forEach((gray, at) => {
      data.fill(gray, 4 * at, 4 * at + 3);
      data[4 * at + 3] = 255;
    });
  });
}

function shrunk(canvas: OffscreenCanvas): OffscreenCanvas {
  const [width, height] = fitted(canvas.width, canvas.height, THUMBNAIL_SIDE_PX);
  const context = contextOf(width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, 0, 0, width, height);
  return context.canvas;
}

function asPng(canvas: OffscreenCanvas): Promise<Blob> {
  return canvas.convertToBlob({ type: 'image/png' });
}
