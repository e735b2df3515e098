/** `device.json`: what the networks of this device are, and where their files lie. Source: src/raiox/web/site/device.py. */

import type { CurrentModels, Example } from '../../shared/contract';
import type { Limits } from '../decode/checks';
import type { Manifest } from './manifest';

export const CATALOGUE = 'device.json';

/** A file whose name is the hash of its content. */
export interface StoredFile {
  readonly path: string;
  readonly sha256: string;
  readonly n_bytes: number;
}

export interface StoredNetwork {
  readonly sha256: string;
  readonly manifest: Manifest;
  readonly model: StoredFile;
}

export interface Catalogue {
  readonly networks: Readonly<Record<'frontal_filter' | 'classifier', StoredNetwork>> & {
    readonly lungs?: StoredNetwork;
  };
  readonly embedding_map: StoredFile | null;
  readonly embedding_distance: StoredFile | null;
  readonly report: StoredFile | null;
  readonly models: CurrentModels;
  readonly limits: Limits;
  /** What is kept beside the picture, and for how long: settings of the service. */
  readonly keep_values: boolean;
  readonly delete_heatmaps_with_image: boolean;
  readonly examples: readonly Example[];
}
