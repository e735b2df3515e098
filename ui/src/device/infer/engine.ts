/**
 * The engine of one device: filter, classifier and lungs, in the order of `raiox.inference.local`.
 *
 * Source: src/raiox/inference/local.py, classifier.py and lungs.py.
 */

import { rejectBlank } from '../decide/blank';
import { decide, isBeyond, type Decision, type Scores } from '../decide/decision';
import { distanceOf, situate, type Situation } from '../decide/embedding';
import { classify, MULTIPLE, noted, reject, type FilterResult, type Rejection } from '../decide/frontalFilter';
import { rejectIncomplete } from '../decide/incomplete';
import { areOfSeveralRadiographs, extentOf, lungFields, positioningOf, shareInside } from '../decide/lungFields';
import type { Mask } from '../decide/components';
import { requireFinite, sigmoids, softmax } from '../decide/scores';
import { clip, crop, type FloatImage, type GrayImage } from '../image';
import { fillBurntIn } from '../preprocess/burntIn';
import { smoothHalftone } from '../preprocess/halftone';
import { findContent, uncrop } from '../preprocess/margins';
import { networkInput, overImage } from '../preprocess/networkInput';
import type { Manifest } from './manifest';
import type { Network, Networks, Outputs } from './networks';

export interface Prediction extends Decision {
  readonly scores: Scores;
  /** Over the whole picture, in the order of `scores`. */
  readonly maps: Readonly<Record<string, FloatImage>>;
  readonly embedding: Float32Array;
  readonly distance: number | null;
  readonly outOfDistribution: boolean;
  readonly situation: Situation | null;
  readonly evidenceInLungs: Readonly<Record<string, number | null>>;
  readonly lungExtent: Readonly<Record<string, Record<string, number>>>;
  readonly positioning: readonly string[];
  /** Probability of lung over the whole picture. */
  readonly lungs: FloatImage | null;
}

export interface Reading {
  readonly filter: FilterResult;
  /** Set exactly where `prediction` is not. */
  readonly rejection: Rejection | null;
  readonly prediction: Prediction | null;
  readonly timingsMs: Readonly<Record<'filter' | 'classifier' | 'lungs', number>>;
}

export interface Lungs {
  readonly probability: FloatImage;
  readonly fields: Mask[];
}

/** Args: notes: codes of what the decoder saw. */
export async function readImage(whole: GrayImage, networks: Networks, notes: readonly string[] = []): Promise<Reading> {
  const box = findContent(whole);
  const content = crop(whole, box);
  const refusal = rejectBlank(content) ?? rejectIncomplete(whole, box);
  const inside = asNetworksSee(content);
  const [seen, filterMs] = await timed(() => filterImage(inside, networks.filter));
  const filter = noted(seen, notes);
  const timingsMs = { filter: filterMs, classifier: 0, lungs: 0 };
  const refuse = (verdict: FilterResult): Reading => ({
    filter: verdict,
    rejection: refusal ?? reject(verdict, networks.filter.manifest, notes),
    prediction: null,
    timingsMs,
  });
  if (refusal || !filter.accepted) return refuse(filter);
  const [lungs, lungsMs] = await timed(() => findLungs(inside, networks.lungs));
  timingsMs.lungs = lungsMs;
  if (lungs && areOfSeveralRadiographs(lungs.fields)) return refuse({ ...filter, kind: MULTIPLE, accepted: false });
  const [prediction, classifierMs] = await timed(() => predict(inside, networks, lungs));
  timingsMs.classifier = classifierMs;
  const overWhole = (map: FloatImage): FloatImage => uncrop(map, box, whole);
  const laid = { maps: mapValues(prediction.maps, overWhole), lungs: lungs && overWhole(lungs.probability) };
  return { filter, rejection: null, prediction: { ...prediction, ...laid }, timingsMs };
}

/** Without burnt-in marks and the dots of print. */
export function asNetworksSee(content: GrayImage): GrayImage {
  return smoothHalftone(fillBurntIn(content));
}

async function runOn(image: GrayImage, { manifest, run }: Network): Promise<Outputs> {
  const { preprocessing } = manifest;
  return run(networkInput(image, preprocessing), preprocessing.side_px);
}

async function filterImage(image: GrayImage, network: Network): Promise<FilterResult> {
  const outputs = await runOn(image, network);
  return classify(output(outputs, 'logits'), outputs.quality?.data[0] ?? null, network.manifest);
}

/** Nothing where they could not be found, which is no failure. */
export async function findLungs(image: GrayImage, network: Network | null): Promise<Lungs | null> {
  if (!network) return null;
  const maps = mapsOf(await runOn(image, network));
  const mask = maps[network.manifest.labels.indexOf('lungs')];
  if (!mask?.values.every(Number.isFinite)) return null;
  const laid = overImage(mask, image, network.manifest.preprocessing);
  const values = laid.values.map((logit) => 1 / (1 + Math.exp(-clip(logit, -30, 30))));
  const probability = { ...laid, values };
  return { probability, fields: lungFields(probability) };
}

async function predict(image: GrayImage, networks: Networks, lungs: Lungs | null): Promise<Omit<Prediction, 'lungs'>> {
  const { manifest } = networks.classifier;
  const outputs = await runOn(image, networks.classifier);
  const scores = scoresOf(outputs, manifest);
  const embedding = output(outputs, 'embedding');
  requireFinite(embedding);
  const distance = networks.distance && distanceOf(embedding, networks.distance);
  const laid = separated(mapsOf(outputs), manifest.multi_label, manifest.map_scale);
  const maps = Object.fromEntries(
    laid.map((map, at) => [manifest.labels[at] ?? '', overImage(map, image, manifest.preprocessing)]),
  );
  return {
    ...decide(scores, manifest, distance),
    scores,
    maps,
    embedding,
    distance,
    outOfDistribution: isBeyond(distance, manifest),
    situation: networks.map && situate(embedding, networks.map),
    evidenceInLungs: lungs ? mapValues(maps, (map) => shareInside(map, lungs.probability)) : {},
    lungExtent: lungs ? mapValues(maps, (map) => extentOf(map, lungs.fields)) : {},
    positioning: lungs ? positioningOf(lungs.fields) : [],
  };
}

export function scoresOf(outputs: Outputs, manifest: Manifest): Scores {
  const score = manifest.multi_label ? sigmoids : softmax;
  const values = score(output(outputs, 'logits'), manifest.temperature);
  return Object.fromEntries(manifest.labels.map((label, at) => [label, values[at] ?? 0]));
}

/** What all findings share does not separate them: a softmax does not see it, and neither do the maps. */
function separated(maps: FloatImage[], multiLabel: boolean, scale: number): FloatImage[] {
  const shared = (at: number): number =>
    multiLabel ? 0 : maps.reduce((sum, { values }) => sum + (values[at] ?? 0), 0) / maps.length;
  return maps.map((map) => ({ ...map, values: map.values.map((value, at) => (value - shared(at)) / scale) }));
}

function mapsOf(outputs: Outputs): FloatImage[] {
  const { data, dims } = outputs.maps ?? { data: new Float32Array(), dims: [] };
  const [, n = 0, height = 0, width = 0] = dims;
  requireFinite(data);
  const size = width * height;
  return Array.from({ length: n }, (_, at) => ({ width, height, values: data.slice(at * size, (at + 1) * size) }));
}

function output(outputs: Outputs, name: string): Float32Array {
  const found = outputs[name];
  if (!found) throw new Error(`the network has no output ${name}`);
  return found.data;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  const value = await work();
  return [value, Math.round((performance.now() - started) * 100) / 100];
}
