/** How long an analysis in the queue may still take, in a sentence that does not change every second. */

import type { Analysis } from '../shared/contract';
import { t } from '../shared/i18n.svelte';

/** Rounded up to one of these, so that a screen reader is not kept busy. */
const STEPS_S = [2, 3, 5, 10, 15, 20, 30, 45, 60, 90];
const STEPS_MIN = [2, 3, 5, 10, 15, 20, 30, 45, 60];

function roundUp(value: number, steps: readonly number[]): number {
  return steps.find((step) => step >= value) ?? Math.ceil(value);
}

function describeTime(seconds: number): string {
  const rounded = roundUp(seconds, STEPS_S);
  if (rounded <= (STEPS_S.at(-1) ?? 0)) return t('progress.wait_s', { n: rounded });
  return t('progress.wait_min', { n: roundUp(seconds / 60, STEPS_MIN) });
}

/** Why there is no result yet, how many are before it, and how long that may take. */
export function describeWait(analysis: Analysis | null): string {
  if (analysis?.state === 'running') return t('progress.under_way');
  const { queue_position: ahead, estimated_wait_s: seconds } = analysis ?? {};
  return [
    t('progress.slow_reading'),
    ...(ahead ? [t('progress.ahead', { n: ahead })] : []),
    ...(seconds ? [describeTime(seconds)] : []),
  ].join(' ');
}
