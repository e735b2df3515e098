/** The map of cases in words, for those who do not see it. */

import { t } from '../shared/i18n.svelte';
import { formatNumber } from '../shared/format';
import { atlas } from './caseMapStore.svelte';
import type { Group } from './groups';

export function describeCloud(groups: readonly Group[]): string {
  const n = groups.reduce((sum, { at }) => sum + at.length, 0);
  const own = atlas.ownPlace && !atlas.isForeign ? ` ${t('map.own_placed')}` : '';
  return t('map.described', { n: formatNumber(n) }) + own;
}
