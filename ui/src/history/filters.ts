/** Which analyses of the history are listed, and in which order. */

import type { Analysis } from '../shared/contract';
import { UNCERTAIN, type Finding } from '../shared/findings';

/** Filters that are not a finding. */
export const FILTERS = ['everything', 'rejected', 'failed'] as const;
export type Filter = (typeof FILTERS)[number] | Finding;

/** Orders that are not the score of a finding. */
export const ORDERS = ['newest', 'oldest'] as const;
export type Order = (typeof ORDERS)[number] | Finding;

export function filtersOf(findings: readonly Finding[]): Filter[] {
  const [everything, ...others] = FILTERS;
  return [everything, ...findings, UNCERTAIN, ...others];
}

export function ordersOf(findings: readonly Finding[]): Order[] {
  return [...ORDERS, ...findings];
}

export function arrange(analyses: readonly Analysis[], filter: Filter, order: Order): Analysis[] {
  return analyses.filter((analysis) => matches(analysis, filter)).sort((a, b) => compare(a, b, order));
}

function matches({ finding, outcome, state }: Analysis, filter: Filter): boolean {
  if (filter === 'everything') return true;
  if (filter === 'rejected') return outcome === 'rejected';
  return filter === 'failed' ? state === 'failed' : finding === filter;
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
