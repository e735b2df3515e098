/**
 * Is it an upright frontal chest radiograph, and if not, what is it? As `raiox.inference.frontal_filter`.
 *
 * Source: src/raiox/inference/frontal_filter.py.
 */

import { LOW_QUALITY_NOTES } from '../../shared/notes';
import type { Manifest } from '../infer/manifest';
import { softmax } from './scores';

export interface Rejection {
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface FilterResult {
  readonly frontal: number;
  readonly kind: string;
  readonly accepted: boolean;
  readonly quality: number | null;
  readonly lowQuality: boolean;
}

const FRONTAL = 'frontal';
const FALSE_COLOURS = 'false_colours';
export const MULTIPLE = 'multiple_radiographs';

const REJECTION_CODES: Readonly<Record<string, string>> = {
  frontal: 'unsure_frontal',
  rotated_90: 'rotated_radiograph',
  rotated_180: 'rotated_radiograph',
  rotated_270: 'rotated_radiograph',
  inverted: 'inverted_radiograph',
  lateral_cxr: 'lateral_radiograph',
  nonpulmonary_xray: 'other_xray',
  other_medical: 'other_medical_image',
  document: 'document_image',
  natural: 'photograph',
  texture: 'texture',
  multiple_radiographs: 'multiple_radiographs',
};

const SHORTEST_TURN_BACK: Readonly<Record<string, string>> = {
  rotated_90: '↺ 90°',
  rotated_180: '180°',
  rotated_270: '↻ 90°',
};

/** Clockwise rotation of the radiograph; 0 where the kind says nothing of it. */
export function rotationOf(kind: string): number {
  return Number(/^rotated_(\d+)$/.exec(kind)?.[1] ?? 0);
}

/** However turned or inverted. */
function isFrontalRadiograph(kind: string): boolean {
  return kind === FRONTAL || kind === 'inverted' || rotationOf(kind) > 0;
}

/** Args: rated: technical quality in [0, 1], from a filter that rates it. */
export function classify(logits: Float32Array, rated: number | null, manifest: Manifest): FilterResult {
  const scores = softmax(logits, manifest.temperature);
  const best = scores.indexOf(Math.max(...scores));
  const kind = manifest.labels[best] ?? '';
  const frontal = scores[manifest.labels.indexOf(FRONTAL)] ?? 0;
  const accepted = kind === FRONTAL && frontal >= thresholdOf(manifest);
  const limit = manifest.quality_threshold;
  if (rated === null || limit === null || !isFrontalRadiograph(kind)) {
    return { frontal, kind, accepted, quality: null, lowQuality: false };
  }
  return { frontal, kind, accepted, quality: rated, lowQuality: rated < limit };
}

/** With what the decoder saw: quality that is low anyhow, colours of which no grays can be had. */
export function noted(result: FilterResult, notes: readonly string[]): FilterResult {
  const lowQuality = result.lowQuality || LOW_QUALITY_NOTES.some((note) => notes.includes(note));
  return { ...result, lowQuality, accepted: result.accepted && !notes.includes(FALSE_COLOURS) };
}

/** Null where it was accepted. Args: notes: codes of what the decoder saw. */
export function reject(
  { frontal, kind, accepted }: FilterResult,
  manifest: Manifest,
  notes: readonly string[] = [],
): Rejection | null {
  if (accepted) return null;
  if (notes.includes(FALSE_COLOURS) && isFrontalRadiograph(kind)) return { code: FALSE_COLOURS, facts: {} };
  const code = REJECTION_CODES[kind] ?? kind;
  if (code === 'rotated_radiograph') {
    const turn = rotationOf(kind);
    return { code, facts: { rotation_deg: turn, turn_back_deg: 360 - turn, turn_back: SHORTEST_TURN_BACK[kind] ?? '' } };
  }
  if (code === 'unsure_frontal') {
    const [score, threshold] = [frontal, thresholdOf(manifest)].map((value) => Number(value.toFixed(2)));
    return { code, facts: { frontal: score ?? 0, threshold: threshold ?? 0 } };
  }
  return { code, facts: {} };
}

function thresholdOf(manifest: Manifest): number {
  return manifest.operating_points[FRONTAL]?.threshold ?? 1;
}
