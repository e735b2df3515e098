/** Which analyses of the history are listed, and in which order. */

import type { Analysis } from '../shared/contract';
import { NONE, UNCERTAIN, type Finding } from '../shared/findings';
import { presentIn } from '../shared/summary';

/** Filters that are not a finding. */
export const FILTERS = ['everything', 'rejected', 'failed'] as const;
export type Filter = (typeof FILTERS)[number] | Finding;

/** Orders that are not the score of a finding. */
export const ORDERS = ['newest', 'oldest'] as const;
export type Order = (typeof ORDERS)[number] | Finding;

/** Args: answers: what the analyses of the history were answered with. */
export function filtersOf(findings: readonly Finding[], answers: readonly (Finding | null | undefined)[]): Filter[] {
  const [everything, ...others] = FILTERS;
  return [everything, ...findings, ...[UNCERTAIN, NONE].filter((answer) => answers.includes(answer)), ...others];
}

export function ordersOf(findings: readonly Finding[]): Order[] {
  return [...ORDERS, ...findings];
}

export function arrange(analyses: readonly Analysis[], filter: Filter, order: Order): Analysis[] {
  return analyses.filter((analysis) => matches(analysis, filter)).sort((a, b) => compare(a, b, order));
}

function matches(analysis: Analysis, filter: Filter): boolean {
  if (filter === 'everything') return true;
  if (filter === 'rejected') return analysis.outcome === 'rejected';
  if (filter === 'failed') return analysis.state === 'failed';
  return analysis.finding === filter || presentIn(analysis).includes(filter);
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
