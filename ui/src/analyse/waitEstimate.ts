/** How long an analysis in the queue may still take, in words that do not change every second. */

import type { Analysis } from '../shared/contract';
import { t } from '../shared/i18n.svelte';

/** Told rounded up to one of these, so that the voice of a screen reader is not kept busy. */
const STEPS_S = [2, 3, 5, 10, 15, 20, 30, 45, 60, 90];
const STEPS_MIN = [2, 3, 5, 10, 15, 20, 30, 45, 60];

function roundUp(value: number, steps: readonly number[]): number {
  return steps.find((step) => step >= value) ?? Math.ceil(value);
}

function tellTime(seconds: number): string {
  const told = roundUp(seconds, STEPS_S);
  if (told <= (STEPS_S.at(-1) ?? 0)) return t('progress.wait_s', { n: told });
  return t('progress.wait_min', { n: roundUp(seconds / 60, STEPS_MIN) });
}

/** Why there is no result yet, how many are before it, and how long that may take. */
export function tellWait(analysis: Analysis | null): string {
  if (analysis?.state === 'running') return t('progress.under_way');
  const { queue_position: ahead, estimated_wait_s: seconds } = analysis ?? {};
  return [
    t('progress.slow_reading'),
    ...(ahead ? [t('progress.ahead', { n: ahead })] : []),
    ...(seconds ? [tellTime(seconds)] : []),
  ].join(' ');
}
