/** The map of cases in a sentence, for screen readers. */

import { t } from '../shared/i18n.svelte';
import { formatNumber } from '../shared/format';
import { caseMapStore } from './caseMapStore.svelte';
import type { Group } from './groups';

export function describeMap(groups: readonly Group[]): string {
  const n = groups.reduce((sum, { at }) => sum + at.length, 0);
  const own = caseMapStore.ownPosition && !caseMapStore.isForeign ? ` ${t('map.own_shown')}` : '';
  return t('map.described', { n: formatNumber(n) }) + own;
}
