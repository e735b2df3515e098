/**
 * From scores to findings, and when the answer is `uncertain`, as `raiox.inference.decision`.
 *
 * Source: src/raiox/inference/decision.py; Sadinle et al., 2019, doi:10.1080/01621459.2017.1395341.
 */

import type { AbnormalFirst, Manifest } from '../infer/manifest';

export type Scores = Readonly<Record<string, number>>;

export type Uncertainty =
  | 'out_of_distribution'
  | 'abnormality_not_separable'
  | 'kind_not_separable'
  | 'findings_not_separable';

export interface Abnormality {
  readonly score: number;
  readonly threshold: number;
  readonly present: boolean;
}

export interface Decision {
  readonly finding: string;
  /** Strongest first. */
  readonly findingsSet: string[];
  readonly uncertainty: Uncertainty | null;
  readonly abnormality: Abnormality | null;
}

const UNCERTAIN = 'uncertain';
const NONE = 'none';

/** Args: scores: by label in the order of the bundle; distance: of the embedding, where one was fitted. */
export function decide(scores: Scores, manifest: Manifest, distance: number | null): Decision {
  const beyond = isBeyond(distance, manifest);
  if (manifest.multi_label) return decideMultiLabel(scores, manifest, beyond);
  const first = manifest.abnormal_first;
  const kept = first ? keepAbnormalFirst(scores, first, distance) : keepLikely(scores, manifest.set_threshold);
  const findingsSet = strongestFirst(scores).filter((finding) => beyond || kept.has(finding));
  const abnormality = first && abnormalityOf(scores, first);
  const [only, other] = findingsSet;
  if (only !== undefined && other === undefined) return { finding: only, findingsSet, uncertainty: null, abnormality };
  const uncertainty = beyond ? 'out_of_distribution' : reasonOf(findingsSet, first);
  return { finding: UNCERTAIN, findingsSet, uncertainty, abnormality };
}

/** Whether an embedding is unlike all that the network knows. */
export function isBeyond(distance: number | null, { distance_threshold }: Pick<Manifest, 'distance_threshold'>): boolean {
  return distance !== null && distance_threshold !== null && distance > distance_threshold;
}

function strongestFirst(values: Scores): string[] {
  return Object.keys(values).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
}

function keepLikely(scores: Scores, threshold: number | null): Set<string> {
  const kept = Object.keys(scores).filter((finding) => (scores[finding] ?? 0) >= (threshold ?? 1));
  return new Set([...kept, ...strongestFirst(scores).slice(0, 1)]);
}

function keepAbnormalFirst(scores: Scores, first: AbnormalFirst, distance: number | null): Set<string> {
  const kinds = Object.keys(scores).filter((finding) => finding !== first.normal);
  const total = kinds.reduce((sum, kind) => sum + (scores[kind] ?? 0), 0);
  const shares = Object.fromEntries(
    kinds.map((kind) => [kind, Math.min(1, (scores[kind] ?? 0) / Math.max(total, Number.MIN_VALUE))]),
  );
  const abnormality = Math.min(total, 1);
  const isAbnormal = abnormality >= first.operating_point.threshold;
  const isFar = distance !== null && first.distance_threshold !== null && distance > first.distance_threshold;
  const likeliest = strongestFirst(shares)[0];
  const kept = new Set<string>();
  if (isAbnormal || abnormality >= first.abnormal_threshold) {
    for (const kind of kinds) {
      if (isFar || kind === likeliest || (shares[kind] ?? 0) >= first.kind_threshold) kept.add(kind);
    }
  }
  if (!isAbnormal || (scores[first.normal] ?? 0) >= first.normal_threshold) kept.add(first.normal);
  return kept;
}

function abnormalityOf(scores: Scores, first: AbnormalFirst): Abnormality {
  const score = Math.min(1, Math.max(0, 1 - (scores[first.normal] ?? 0)));
  const { threshold } = first.operating_point;
  return { score, threshold, present: score >= threshold };
}

function reasonOf(left: string[], first: AbnormalFirst | null): Uncertainty {
  if (!first) return 'findings_not_separable';
  return left.includes(first.normal) ? 'abnormality_not_separable' : 'kind_not_separable';
}

function decideMultiLabel(scores: Scores, manifest: Manifest, beyond: boolean): Decision {
  const findings = strongestFirst(scores);
  if (beyond) {
    return { finding: UNCERTAIN, findingsSet: findings, uncertainty: 'out_of_distribution', abnormality: null };
  }
  const margins = Object.fromEntries(
    Object.keys(scores).map((finding) => [
      finding,
      (scores[finding] ?? 0) - (manifest.operating_points[finding]?.threshold ?? 1),
    ]),
  );
  const present = strongestFirst(margins).filter((finding) => (margins[finding] ?? -1) >= 0);
  return { finding: present[0] ?? NONE, findingsSet: present, uncertainty: null, abnormality: null };
}
