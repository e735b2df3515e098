/** The map of cases in words, for those who do not see it. */

import { t } from '../language.svelte';
import { formatNumber } from '../words';
import { atlas } from './atlas.svelte';
import type { Group } from './chart';

export function describeCloud(groups: readonly Group[]): string {
  const n = groups.reduce((sum, { at }) => sum + at.length, 0);
  const own = atlas.ownPlace && !atlas.isForeign ? ` ${t('map.own_placed')}` : '';
  return t('map.described', { n: formatNumber(n) }) + own;
}
