/**
 * Where an embedding lies: among reference cases, and how far from ordinary radiographs.
 *
 * Source: src/raiox/inference/embedding_map.py and embedding_distance.py.
 */

import type { CaseMap, Neighbour } from '../../shared/contract';

/** `embedding_map.json` of a bundle: what the page draws, and the axes that a new case needs. */
export interface EmbeddingMap extends CaseMap {
  readonly mean: readonly number[];
  readonly components: readonly (readonly number[])[];
}

/** `embedding_distance.json` of a bundle: a Gaussian of a few directions and one variance for the rest. */
export interface EmbeddingDistance {
  readonly mean: readonly number[];
  readonly components: readonly (readonly number[])[];
  readonly variances: readonly number[];
  readonly residual_variance: number;
}

const DECIMALS = 3;
const N_NEIGHBOURS = 5;

export interface Situation {
  readonly xyz: [number, number, number];
  readonly neighbours: Neighbour[];
}

export function situate(embedding: Float32Array, map: EmbeddingMap): Situation {
  const projected = project(centre(embedding, map.mean), map.components);
  const [x = 0, y = 0, z = 0] = projected;
  const distances = map.coordinates.map((one) => {
    return Math.sqrt(one.reduce((sum, value, at) => sum + (value - (projected[at] ?? 0)) ** 2, 0));
  });
  const nearest = distances
    .map((distance, at) => ({ distance, at }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, N_NEIGHBOURS);
  const neighbours = nearest.flatMap(({ distance, at }) => {
    const found = map.cases[at];
    return found ? [{ ...found, distance: round(distance, DECIMALS) }] : [];
  });
  return { xyz: [round(x, DECIMALS), round(y, DECIMALS), round(z, DECIMALS)], neighbours };
}

/** Mahalanobis distance per dimension: ordinary radiographs lie near 1. */
export function distanceOf(embedding: Float32Array, gaussian: EmbeddingDistance): number {
  const centred = centre(embedding, gaussian.mean);
  const along = project(centred, gaussian.components);
  const inside = along.reduce((sum, value, at) => sum + value ** 2 / (gaussian.variances[at] ?? 1), 0);
  const squares = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value ** 2, 0);
  const rest = Math.max(squares(centred) - squares(along), 0);
  return Math.sqrt((inside + rest / gaussian.residual_variance) / gaussian.mean.length);
}

export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function centre(embedding: Float32Array, mean: readonly number[]): Float64Array {
  return Float64Array.from(embedding, (value, at) => value - (mean[at] ?? 0));
}

function project(centred: Float64Array, components: readonly (readonly number[])[]): number[] {
  return components.map((component) => component.reduce((sum, weight, at) => sum + weight * (centred[at] ?? 0), 0));
}
