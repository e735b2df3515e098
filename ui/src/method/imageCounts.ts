/**
 * The paper's tables and ours.
 *
 * The paper's numbers are those printed in its Tables 1, 2, 4 and 5; ours are counts of the manifests,
 * written by `make evidence` and checked by a test.
 */

import type { ProseKey } from '../shared/prose';
import counts from './imageCounts.json';

/** Training, validation, test; null where images are made of others. */
export type SplitCounts = readonly [number, number, number] | null;

interface FilterRow {
  kind: ProseKey;
  paper: SplitCounts;
  ours: SplitCounts;
}

/** Source: the paper, Table 1. */
export const FILTER_ROWS = counts.filter as unknown as readonly FilterRow[];

/** The columns of the paper's tables. */
export const PAPER_FINDINGS = ['no_finding', 'lung_opacity', 'covid19'] as const;

/** In the order of `PAPER_FINDINGS`. */
export type Counts = readonly [number, number, number];

/** Source: the paper, Table 2; its column COVID-19 joins the first two data sets. */
export const PAPER_COUNTS = counts.paper as unknown as Readonly<Record<string, Counts>>;

export const OUR_COUNTS = counts.ours as unknown as Readonly<Record<string, Counts>>;

/** Source: the paper, Table 4; rows are labels. */
export const PAPER_CONFUSION = counts.paper_confusion as unknown as readonly Counts[];

/** Source: the paper, Table 5: mean and deviation of sensitivity and specificity. */
export const PAPER_RATES = counts.paper_rates as unknown as readonly (readonly [number, number, number, number])[];
