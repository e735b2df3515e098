/**
 * The documents of the API, as docs/reference/analysis-json.md and docs/reference/api.md describe them.
 *
 * Rewritten by `make docs` from the models of the routes; do not edit by hand.
 */
/* eslint max-lines: off -- generated */

/** Whether the image shows any finding, decided before which. */
export interface AbnormalityDocument {
  /** 1 - the score of No Finding. */
  score: number;
  /** The operating point, chosen on `valid`. */
  threshold: number;
  /** Whether the score reaches it. */
  present: boolean;
}

/** How the service does. */
export interface AdminStatus {
  ready: boolean;
  queue: QueueStatus;
  disk: DiskStatus;
  recent: RecentAnalyses;
  /** Since the start, by HTTP status. */
  requests: Record<string, number>;
  /** Since the start, by code. */
  refusals: Record<string, number>;
  /** Null while no network answers. */
  drift: DriftStatus | null;
  /** The networks that answer, by role. */
  models: Record<string, ModelDocument>;
  keep_images_h: number;
  keep_results_h: number;
}

/** One upload and its result, with addresses and times. */
export interface Analysis {
  /** Null unless `done`. */
  outcome: Outcome | null;
  /** Why the filter rejected the image. */
  rejection: CodedMessage | null;
  /** Why the analysis failed. */
  error: CodedMessage | null;
  filter: FilterDocument | null;
  /** By finding, from 0 to 1. */
  scores: Record<string, number> | null;
  /** A finding, `uncertain`, or `none` of a multi-label network. */
  finding: string | null;
  /** Why the finding is `uncertain`: a code; null where it is not. */
  uncertainty: Uncertainty | null;
  /** The findings that the scores cannot separate, likeliest first. */
  findings_set: string[] | null;
  /** Null where no label of the classifier is that of normal images. */
  abnormality: AbnormalityDocument | null;
  /** Whether the image is unlike those that the network knows. */
  out_of_distribution: boolean | null;
  /** By finding: share of its map's evidence that lies inside the lungs. */
  evidence_in_lungs: Record<string, number | null> | null;
  /** By finding: share of the area of the `lungs`, of the `right` and the `left` one and of their `upper`, `middle` and `lower` third with evidence for it. Not validated as severity. */
  lung_extent: Record<string, Record<string, number>> | null;
  /** Codes of how the lungs lie in the picture. */
  positioning: string[] | null;
  /** Coordinates in the embedding map. */
  embedding_xyz: [number, number, number] | null;
  /** Nearest reference cases, nearest first. */
  neighbours: Neighbour[] | null;
  model: AnsweringModels | null;
  /** Of each network. */
  timings_ms: Record<string, number> | null;
  id: string;
  state: AnalysisState;
  /** Of the uploaded bytes; empty where they could not be read. */
  sha256: string;
  /** Codes of what intake saw or changed. */
  notes: string[];
  /** Heatmap of each finding: an address, or a file on the command line. */
  maps: Record<string, string> | null;
  /** How many wait before it; null unless queued. */
  queue_position: number | null;
  /** From the duration of recent analyses; null before the first. */
  estimated_wait_s: number | null;
  /** Address of a gray PNG: where the lungs are; null where that is unknown. */
  lungs: string | null;
  /** Address of the stored image, while it is kept. */
  image: string | null;
  width_px: number;
  height_px: number;
  /** Side of a pixel, as the file says; null where it does not. */
  pixel_spacing_mm: number | null;
  /** While the image is kept; null where the file has no more than 8 bits. */
  values: KeptValues | null;
  source_format: string;
  created_at: string;
  finished_at: string | null;
  image_expires_at: string;
  expires_at: string;
  /** The notice that belongs beside every result, by language. */
  notice: Record<string, string>;
}

/** Some analyses, newest first. */
export interface AnalysisPage {
  analyses: Analysis[];
  next_cursor: string | null;
}

/** Life of one analysis, from left to right; one that loses its worker is queued again. */
export type AnalysisState = 'queued' | 'running' | 'done' | 'failed';

/** The classifier that answered and, under `filter`, the frontal filter before it. */
export interface AnsweringModels {
  id: string;
  sha256: string;
  filter: ModelDocument;
}

/** The embedding map of the classifier that answers; empty where it has none. */
export interface CaseMap {
  cases: MapCase[];
  /** Of each case, by falling variance; the first three are x, y, z. */
  coordinates: number[][];
  explained_variance: number[];
}

/** A rejection or a failure: a stable code, its facts, and sentences for people. */
export interface CodedMessage {
  /** Stable; decide by this. */
  code: string;
  facts: Record<string, string | number>;
  /** By language. */
  messages: Record<string, Sentences>;
}

/** A network that answers now. */
export interface CurrentModel {
  id: string;
  sha256: string;
  /** What it scores, in its order. */
  labels: string[];
  /** Whether each label is decided on its own. */
  multi_label: boolean;
  /** The network; null if the bundle does not say. */
  architecture: string | null;
  /** How it wants its input. */
  preprocessing: Record<string, string | number>;
}

/** The networks that answer, by role, and what the service does with uploads. */
export interface CurrentModels {
  models: Record<string, CurrentModel>;
  /** What the classifier scores, in its order. */
  labels: string[];
  /** Threshold of each finding's score. */
  operating_points: Record<string, number>;
  operating_figures: Record<string, OperatingFigures>;
  max_upload_bytes: number;
  max_pixels: number;
  keep_images_h: number;
  keep_results_h: number;
  /** How long a secret link is valid; 0: there are none. */
  share_h: number;
  /** Whether an analysis can be had as a PDF. */
  writes_pdf: boolean;
  /** Whether people sign in; `POST /logout` then signs them out. */
  login: boolean;
}

/** Space, in bytes; null where a bucket holds the images. */
export interface DiskStatus {
  free_bytes: number | null;
  n_images: number;
  images_bytes: number | null;
}

/** Population stability indices: below 0.1 alike, above 0.25 very different; null: too few. */
export interface DriftStatus {
  /** Results of the classifier that answers now. */
  n_results: number;
  /** By finding, against the report. */
  scores: Record<string, number | null>;
  /** By axis of the map of cases. */
  inputs: Record<string, number | null>;
}

/** An image to try, with the attribution that its licence requires. */
export interface Example {
  id: string;
  url: string;
  attribution: string;
  /** By language. */
  title: Record<string, string> | null;
  licence: string | null;
  source: string | null;
}

/** All examples of this installation. */
export interface Examples {
  examples: Example[];
}

/** What the frontal filter saw. */
export interface FilterDocument {
  /** Score of an upright frontal chest radiograph. */
  frontal: number;
  /** The likeliest kind of image. */
  kind: ImageKind;
  /** Clockwise rotation seen: 0, 90, 180 or 270. */
  rotation_deg: number;
  /** Technical quality of a frontal radiograph; 1 is best. */
  quality: number | null;
  low_quality: boolean;
}

/** What the frontal filter can see, in the order of its outputs. */
export type ImageKind = 'frontal' | 'rotated_90' | 'rotated_180' | 'rotated_270' | 'inverted' | 'lateral_cxr' | 'nonpulmonary_xray' | 'other_medical' | 'document' | 'natural' | 'texture' | 'multiple_radiographs';

/** The numbers of a file of more than 8 bits, and how they become shades. */
export interface KeptValues {
  /** Of a gray PNG of 16 bits, of the shape of the image. */
  address: string;
  /** A value is slope * sample + intercept. */
  slope: number;
  intercept: number;
  /** The value that the image shows black; may exceed `white`. */
  black: number;
  white: number;
}

/** What is left of the scores with the lungs hidden: what a network reads outside of them. */
export interface LungOcclusionDocument {
  /** By finding, from 0 to 1, of the whole image. */
  scores: Record<string, number>;
  /** The same with the lungs hidden. */
  scores_without_lungs: Record<string, number>;
  /** The finding with the highest score. */
  finding: string;
  /** Of that score, with the lungs hidden. */
  share_left: number;
  /** What that means. */
  reading: CodedMessage;
  /** The notice that belongs beside every result, by language. */
  notice: Record<string, string>;
}

/** A reference case of the embedding map. */
export interface MapCase {
  /** Data set and file name. */
  image: string;
  finding: string;
  /** Its data set. */
  source: string;
}

/** One network. */
export interface ModelDocument {
  id: string;
  sha256: string;
}

/** A reference case of the embedding map, near an embedding. */
export interface Neighbour {
  image: string;
  finding: string;
  source: string;
  distance: number;
}

/** A secret link that was just made. */
export interface NewShare {
  id: string;
  created_at: string;
  expires_at: string;
  /** Said once; for the header `Share-Token`. */
  token: string;
}

/** What an operating point gave on the validation split. */
export interface OperatingFigures {
  sensitivity: number;
  specificity: number;
}

/** How a finished analysis ended: read by the classifier, or refused by the filter. */
export type Outcome = 'analysed' | 'rejected';

/** RFC 9457, with raiox's own members. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  /** Stable; decide by this. */
  code: string;
  /** What to do now. */
  action: string;
  request_id: string;
  facts: Record<string, string | number>;
  /** By language. */
  translations: Record<string, Sentences>;
}

/** Analyses that are kept, by state. */
export interface QueueStatus {
  queued: number;
  running: number;
  done: number;
  failed: number;
  /** How long the first has waited; 0 if none waits. */
  oldest_queued_s: number;
}

/** Of the period. */
export interface RecentAnalyses {
  days: number;
  n_analyses: number;
  per_day: number;
  /** Rejections and failures by code. */
  without_result: Record<string, number>;
}

/** A reference case with what its data set says of it. */
export interface ReferenceCase {
  /** Data set and file name. */
  image: string;
  finding: string;
  /** Its data set. */
  source: string;
  licence: string | null;
  origin: string | null;
  /** Of its image, where the service has it. */
  url: string | null;
}

/** What a network was measured at; docs/reference/report-json.md describes each key. */
export interface ReportDocument {
  format_version: number;
  bundle: Record<string, string>;
  data: Record<string, unknown>;
  code_version: string;
  command: string;
  limits: Record<string, string>[];
  unmet_targets: Record<string, unknown>[];
  metrics: ReportMetric[];
  confusion: Record<string, unknown>;
  curves: Record<string, unknown>;
}

/** One metric with its 95 % interval; null where it is not defined. */
export interface ReportMetric {
  key: string;
  section: string;
  name: Record<string, string>;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
}

/** One code in one language. */
export interface Sentences {
  /** What happened. */
  title: string;
  /** Why, with the facts. */
  detail: string;
  /** What to do now. */
  action: string;
}

/** A secret link to an analysis, without its token. */
export interface ShareDocument {
  id: string;
  created_at: string;
  expires_at: string;
}

/** The links to an analysis that are still valid. */
export interface SharePage {
  shares: ShareDocument[];
}

/** What a secret link leads to; the addresses in it want the same token. */
export interface SharedAnalysis {
  analysis: Analysis;
  expires_at: string;
}

/** One word about the process. */
export interface Status {
  status: string;
}

/** Why an answer is `uncertain`; each is a code with sentences in `locales/`. */
export type Uncertainty = 'out_of_distribution' | 'abnormality_not_separable' | 'kind_not_separable' | 'findings_not_separable';

/** What became of several files, in the order of their parts. */
export interface UploadBatch {
  items: UploadItem[];
}

/** What became of one of several files: an analysis or a problem. */
export interface UploadItem {
  /** 201 finished, 202 accepted, else that of the problem. */
  status: number;
  analysis: Analysis | null;
  problem: Problem | null;
}
