/**
 * The paper's tables and ours.
 *
 * The paper's numbers are those printed in it; ours of the classifier are checked against
 * recipes/splits.json by a test, those of the filter are counts of its manifest.
 */

import type { ProseKey } from '../shared/prose';

/** Training, validation, test; null where images are made of others. */
export type SplitCounts = readonly [number, number, number] | null;

/** Source: the paper, Table 1. */
export const FILTER_ROWS: readonly { kind: ProseKey; paper: SplitCounts; ours: SplitCounts }[] = [
  { kind: 'data.frontal', paper: [4400, 300, 300], ours: [18486, 1999, 2111] },
  { kind: 'data.rotated', paper: [4800, 100, 100], ours: null },
  { kind: 'data.nonpulmonary', paper: [530, 100, 100], ours: [576, 108, 110] },
  { kind: 'data.notxray', paper: [9800, 100, 100], ours: [2218, 288, 344] },
  { kind: 'data.lateral', paper: [0, 0, 0], ours: [26, 3, 3] },
  { kind: 'data.inverted', paper: [0, 0, 0], ours: null },
];

/** The columns of the paper's tables. */
export const PAPER_FINDINGS = ['no_finding', 'lung_opacity', 'covid19'] as const;

/** In the order of `PAPER_FINDINGS`. */
export type Counts = readonly [number, number, number];

/** Source: the paper, Table 2; its column COVID-19 joins the first two data sets. */
export const PAPER_COUNTS: Readonly<Record<string, Counts>> = {
  'cohen+figure1': [4, 82, 394],
  kermany: [1150, 3100, 0],
  rsna: [8851, 6012, 0],
};

export const OUR_COUNTS: Readonly<Record<string, Counts>> = {
  cohen: [7, 64, 425],
  figure1: [1, 0, 32],
  kermany: [1571, 4754, 0],
  nih: [428, 378, 0],
  radiography: [0, 0, 1519],
  rsna: [8358, 577, 0],
  shenzhen: [326, 336, 0],
  siim: [1337, 0, 2483],
};

/** Source: the paper, Table 4; rows are labels. */
export const PAPER_CONFUSION: readonly Counts[] = [
  [53821, 3552, 763],
  [3116, 46620, 1380],
  [0, 356, 2712],
];

/** Source: the paper, Table 5: mean and deviation of sensitivity and specificity. */
export const PAPER_RATES: readonly (readonly [number, number, number, number])[] = [
  [0.926, 0.012, 0.943, 0.005],
  [0.912, 0.01, 0.936, 0.01],
  [0.844, 0.032, 0.98, 0.007],
];
