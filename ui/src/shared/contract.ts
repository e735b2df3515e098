/** The documents of the API, as docs/reference/analysis-json.md describes them. */

import type { Finding } from './findings';
import type { Language } from './i18n.svelte';

export type ImageKind =
  | 'frontal'
  | 'rotated_90'
  | 'rotated_180'
  | 'rotated_270'
  | 'inverted'
  | 'lateral_cxr'
  | 'nonpulmonary_xray'
  | 'other_medical'
  | 'document'
  | 'natural'
  | 'texture'
  | 'multiple_radiographs';

/** What happened, why, what to do now. */
export interface Sentences {
  title: string;
  detail: string;
  action: string;
}

export interface CodedMessage {
  code: string;
  messages: Partial<Record<Language, Sentences>>;
}

export interface FilterResult {
  frontal: number;
  kind: ImageKind;
  rotation_deg: number;
  quality?: number | null;
  low_quality?: boolean;
}

/** A reference case near an analysis. */
export interface Neighbour {
  image: string;
  finding: Finding;
  source: string;
  /** In all components of the embedding map. */
  distance: number;
}

export interface ModelIdentity {
  id: string;
  sha256: string;
}

export interface Analysis {
  id: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  outcome?: 'analysed' | 'rejected';
  rejection?: CodedMessage | null;
  error?: CodedMessage;
  filter?: FilterResult;
  scores?: Record<Finding, number> | null;
  /** `uncertain` where the scores do not separate several. */
  finding?: Finding | null;
  findings_set?: Finding[] | null;
  out_of_distribution?: boolean | null;
  maps?: Record<Finding, string> | null;
  embedding_xyz?: [number, number, number] | null;
  neighbours?: Neighbour[] | null;
  image?: string | null;
  model?: ModelIdentity & { filter?: ModelIdentity };
  timings_ms?: Record<string, number>;
  sha256: string;
  /** How many wait before it, while it is queued. */
  queue_position?: number;
  /** Seconds it may still take, while it is queued; null before anything was measured. */
  estimated_wait_s?: number | null;
  /** Codes of what intake saw in the image or had to change. */
  notes?: string[];
  created_at?: string;
  image_expires_at?: string;
  expires_at?: string;
}

/** RFC 9457, with the sentences in every language. */
export interface Problem {
  code: string;
  status: number;
  translations?: Partial<Record<Language, Sentences>>;
}

export interface CurrentModels {
  models?: Partial<Record<'frontal_filter' | 'classifier', ModelIdentity>>;
  /** What the classifier scores, in its order. */
  labels?: Finding[];
  keep_images_h?: number;
  keep_results_h?: number;
  max_upload_bytes?: number;
  operating_points?: Record<Finding, number>;
  operating_figures?: Record<Finding, OperatingFigures>;
}

/** What an operating point gave on the validation split. */
export interface OperatingFigures {
  sensitivity: number;
  specificity: number;
}

export interface MapCase {
  image: string;
  finding: Finding;
  source: string;
}

/** The embedding map of the answering classifier; empty where it has none. */
export interface CaseMap {
  cases: MapCase[];
  /** Of each case, by falling variance; the first three are x, y, z. */
  coordinates: number[][];
  explained_variance?: number[];
}

export interface ReferenceCase extends MapCase {
  licence: string | null;
  origin: string | null;
  /** Address of its image, where the service has it. */
  url: string | null;
}

export interface Example {
  id: string;
  url: string;
  /** Required by its licence. */
  attribution: string;
  title?: Partial<Record<Language, string>>;
}
