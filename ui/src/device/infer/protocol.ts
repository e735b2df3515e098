/** What the page and the worker say to each other. */

import type { Decoded } from '../decode/decoded';
import type { Catalogue } from './catalogue';
import type { Reading } from './engine';
import type { LungOcclusion } from './lungOcclusion';
import type { Pictures } from './pictures';

export interface OpenRequest {
  readonly kind: 'open';
  /** Address of the page; every file lies below it. */
  readonly base: string;
  readonly catalogue: Catalogue;
  readonly nThreads?: number;
}

export interface ReadRequest {
  readonly kind: 'read';
  readonly content: ArrayBuffer;
}

export interface OccludeRequest {
  readonly kind: 'occlude';
  /** The picture that was kept. */
  readonly image: Blob;
}

export type Request = OpenRequest | ReadRequest | OccludeRequest;

/** Why there is no reading: a code with sentences in `locales/`. */
export interface Refusal {
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export type Answer =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'opened'; readonly nThreads: number }
  | { readonly kind: 'decoded' }
  | { readonly kind: 'read'; readonly decoded: Decoded; readonly reading: Reading; readonly pictures: Pictures }
  | { readonly kind: 'occluded'; readonly occlusion: LungOcclusion }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly reason: string };
