/**
 * The networks that read an image, and what they need beside their weights.
 *
 * This module knows no runtime and no network: whoever opens it hands both over, so that the same
 * code runs in the worker of the page and in tests.
 */

import type { EmbeddingDistance, EmbeddingMap } from '../decide/embedding';
import type { Manifest } from './manifest';

/** One pass: the (1, 1, side, side) input of a graph to its outputs by name. */
export type Run = (input: Float32Array, sidePx: number) => Promise<Outputs>;

export type Outputs = Readonly<Record<string, { data: Float32Array; dims: readonly number[] }>>;

export interface Network {
  readonly manifest: Manifest;
  readonly sha256: string;
  readonly run: Run;
}

export interface Networks {
  readonly filter: Network;
  readonly classifier: Network;
  readonly lungs: Network | null;
  readonly map: EmbeddingMap | null;
  readonly distance: EmbeddingDistance | null;
}
