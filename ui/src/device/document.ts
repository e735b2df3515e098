/** A reading as the document of an analysis, with the keys and digits of the server's. Source: src/raiox/result.py. */

import type { Analysis, ImageKind } from '../shared/contract';
import languages from '../../../src/raiox/locales/languages.json';
import type { ValueScale } from './decode/pixelValues';
import type { Catalogue } from './infer/catalogue';
import type { Prediction } from './infer/engine';
import { rotationOf } from './decide/frontalFilter';
import { round } from './decide/embedding';
import { codedMessage } from './messages';
import type { Read } from './reader';

export const SCORE_DECIMALS = 4;
const HOUR_MS = 3_600_000;

/** What is kept: everything but sentences and addresses, which are made when it is shown. */
export type StoredDocument = Omit<Analysis, 'image' | 'lungs' | 'maps' | 'notice' | 'values'> & {
  readonly valueScale: ValueScale | null;
};

export interface Upload {
  readonly id: string;
  readonly sha256: string;
  readonly createdAt: Date;
}

export function storedDocument(upload: Upload, { decoded, reading }: Read, catalogue: Catalogue): StoredDocument {
  const { filter, rejection, prediction, timingsMs } = reading;
  const { keep_images_h, keep_results_h } = catalogue.models;
  const until = (hours: number): string => new Date(upload.createdAt.getTime() + hours * HOUR_MS).toISOString();
  const { classifier, frontal_filter } = catalogue.networks;
  return {
    ...predictionFields(prediction),
    id: upload.id,
    sha256: upload.sha256,
    state: 'done',
    outcome: rejection ? 'rejected' : 'analysed',
    rejection: rejection && codedMessage(rejection.code, rejection.facts),
    error: null,
    filter: {
      frontal: round(filter.frontal, SCORE_DECIMALS),
      kind: filter.kind as ImageKind,
      rotation_deg: rotationOf(filter.kind),
      quality: filter.quality === null ? null : round(filter.quality, SCORE_DECIMALS),
      low_quality: filter.lowQuality,
    },
    model: {
      id: classifier.manifest.id,
      sha256: classifier.sha256,
      filter: { id: frontal_filter.manifest.id, sha256: frontal_filter.sha256 },
    },
    timings_ms: { ...timingsMs },
    notes: [...decoded.notes],
    valueScale: decoded.values?.scale ?? null,
    queue_position: null,
    estimated_wait_s: null,
    width_px: decoded.image.width,
    height_px: decoded.image.height,
    pixel_spacing_mm: decoded.pixelSpacingMm,
    source_format: decoded.sourceFormat,
    created_at: upload.createdAt.toISOString(),
    finished_at: new Date().toISOString(),
    image_expires_at: until(keep_images_h),
    expires_at: until(keep_results_h),
  };
}

/** Addresses of what is shown of an analysis. */
export interface Addresses {
  readonly image: string | null;
  readonly maps?: Record<string, string> | null;
  readonly lungs?: string | null;
  readonly values?: string | null;
}

export function shownDocument({ valueScale, ...stored }: StoredDocument, addresses: Addresses): Analysis {
  const { image, maps = null, lungs = null, values = null } = addresses;
  const { rejection } = stored;
  return {
    ...stored,
    rejection: rejection && codedMessage(rejection.code, rejection.facts),
    image,
    maps,
    lungs,
    values: valueScale && values ? { ...valueScale, address: values } : null,
    notice: Object.fromEntries(languages.map(({ id, notice }) => [id, notice])),
  };
}

type PredictionFields = Pick<
  Analysis,
  | 'scores'
  | 'finding'
  | 'uncertainty'
  | 'findings_set'
  | 'abnormality'
  | 'out_of_distribution'
  | 'evidence_in_lungs'
  | 'lung_extent'
  | 'positioning'
  | 'embedding_xyz'
  | 'neighbours'
>;

function predictionFields(prediction: Prediction | null): PredictionFields {
  const digits = (value: number): number => round(value, SCORE_DECIMALS);
  const each = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
  const abnormality = prediction?.abnormality;
  return {
    scores: prediction && each(prediction.scores, digits),
    finding: prediction?.finding ?? null,
    uncertainty: prediction?.uncertainty ?? null,
    findings_set: prediction?.findingsSet ?? null,
    abnormality: abnormality
      ? { ...abnormality, score: digits(abnormality.score), threshold: digits(abnormality.threshold) }
      : null,
    out_of_distribution: prediction?.outOfDistribution ?? null,
    evidence_in_lungs: prediction && each(prediction.evidenceInLungs, (share) => (share === null ? null : digits(share))),
    lung_extent: prediction && each(prediction.lungExtent, (zones) => each(zones, digits)),
    positioning: prediction ? [...prediction.positioning] : null,
    embedding_xyz: prediction?.situation?.xyz ?? null,
    neighbours: prediction?.situation?.neighbours ?? null,
  };
}
