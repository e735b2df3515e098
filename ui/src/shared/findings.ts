/** Findings in the order in which they are told. */

import { FINDINGS, type Finding } from './contract';

export interface Bar {
  finding: Finding;
  score: number;
}

/** One bar for each finding, longest first; equal ones keep the classifier's order. */
export function rank(scores: Readonly<Record<Finding, number>>): Bar[] {
  return FINDINGS.map((finding) => ({ finding, score: scores[finding] })).sort(
    (a, b) => b.score - a.score,
  );
}
