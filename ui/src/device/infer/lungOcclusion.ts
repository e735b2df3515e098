/**
 * What is left of the scores with the lungs hidden, as `raiox.inference.lung_occlusion`.
 *
 * Source: src/raiox/inference/lung_occlusion.py; Maguolo and Nanni, 2021, doi:10.1016/j.inffus.2021.04.008.
 */

import { RefusedError } from '../decode/refusal';
import type { Scores } from '../decide/decision';
import { LUNG } from '../decide/lungFields';
import { crop, type Box, type FloatImage, type GrayImage, type Shape } from '../image';
import { findContent } from '../preprocess/margins';
import { contentBox, networkInput, type Preprocessing } from '../preprocess/networkInput';
import { BILINEAR, resizeFloats } from '../preprocess/resample';
import { asNetworksSee, findLungs, scoresOf } from './engine';
import type { Networks } from './networks';

const HIDDEN = 0.2;

export interface LungOcclusion {
  readonly scores: Scores;
  readonly scoresWithoutLungs: Scores;
}

/** Throws: RefusedError where no lungs are found. */
export async function occludeLungs(whole: GrayImage, networks: Networks): Promise<LungOcclusion> {
  const inside = asNetworksSee(crop(whole, findContent(whole)));
  const lungs = await findLungs(inside, networks.lungs);
  if (!lungs?.fields[0]) throw new RefusedError('lungs_not_found');
  const { manifest, run } = networks.classifier;
  const { preprocessing } = manifest;
  const image = networkInput(inside, preprocessing);
  const hidden = hideLungs(image, lungs.probability, inside, preprocessing);
  const score = async (input: Float32Array): Promise<Scores> => scoresOf(await run(input, preprocessing.side_px), manifest);
  return { scores: await score(image), scoresWithoutLungs: await score(hidden) };
}

/** A network input with the lungs as gray as what surrounds them. Args: shape: of the image that it was made of. */
function hideLungs(input: Float32Array, lungs: FloatImage, shape: Shape, spec: Preprocessing): Float32Array {
  const { side_px: side } = spec;
  const box = contentBox(shape, spec);
  const over = resizeFloats(lungs, box.right - box.left, box.bottom - box.top, { kernel: BILINEAR });
  const lungAt = (at: number): number => {
    const [x, y] = [at % side, Math.floor(at / side)];
    const isInside = x >= box.left && x < box.right && y >= box.top && y < box.bottom;
    return isInside ? (over.values[(y - box.top) * over.width + x - box.left] ?? 0) : 0;
  };
  const probability = input.map((_, at) => lungAt(at));
  const around = frameOf(probability, side);
  const outside = [...input.keys()].filter((at) => (probability[at] ?? 0) < HIDDEN);
  const near = outside.filter((at) => isIn(around, at % side, Math.floor(at / side)));
  const mean = meanOf(input, near.length > 0 ? near : outside);
  return input.map((value, at) => ((probability[at] ?? 0) >= HIDDEN ? mean : value));
}

/** The rows and columns with what is certainly lung. */
function frameOf(probability: Float32Array, side: number): Box {
  const box = { left: side, top: side, right: 0, bottom: 0 };
  probability.forEach((value, at) => {
    if (value < LUNG) return;
    const [x, y] = [at % side, Math.floor(at / side)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y + 1);
  });
  return box;
}

function isIn({ left, top, right, bottom }: Box, x: number, y: number): boolean {
  return x >= left && x < right && y >= top && y < bottom;
}

function meanOf(values: Float32Array, positions: number[]): number {
  return positions.reduce((sum, at) => sum + (values[at] ?? 0), 0) / positions.length;
}
