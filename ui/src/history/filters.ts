/** The history as one asks for it: which analyses, in which order. */

import { FINDINGS, type Analysis, type Finding } from '../shared/contract';

export const KINDS = ['everything', ...FINDINGS, 'uncertain', 'rejected', 'failed'] as const;
export type Kind = (typeof KINDS)[number];

export const ORDERS = ['newest', 'oldest', ...FINDINGS] as const;
export type Order = (typeof ORDERS)[number];

export function arrange(analyses: readonly Analysis[], kind: Kind, order: Order): Analysis[] {
  return analyses.filter((analysis) => isOf(analysis, kind)).sort((a, b) => compare(a, b, order));
}

/** The two in the order of time. */
export function inTime(analyses: readonly Analysis[]): Analysis[] {
  return arrange(analyses, 'everything', 'oldest');
}

function isOf({ finding, outcome, state }: Analysis, kind: Kind): boolean {
  if (kind === 'everything') return true;
  if (kind === 'rejected') return outcome === 'rejected';
  return kind === 'failed' ? state === 'failed' : finding === kind;
}

function compare(a: Analysis, b: Analysis, order: Order): number {
  const newer = (b.created_at ?? '').localeCompare(a.created_at ?? '');
  if (order === 'newest') return newer;
  return order === 'oldest' ? -newer : scoreOf(b, order) - scoreOf(a, order) || newer;
}

/** Without scores it comes last. */
function scoreOf({ scores }: Analysis, finding: Finding): number {
  return scores?.[finding] ?? -1;
}
