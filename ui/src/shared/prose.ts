/** The long texts, apart from those of the first visit: they load with the screens that show them. */

import type pt from '../../messages/prose.pt.json';
import { i18n, lookUp, type Catalogue, type Facts } from './i18n.svelte';

export type ProseKey = keyof typeof pt;

const CATALOGUES = import.meta.glob<Catalogue<ProseKey>>('../../messages/prose.*.json', {
  eager: true,
  import: 'default',
});

/** A long text in the language now chosen. */
export function prose(key: ProseKey, facts?: Facts): string {
  return lookUp(CATALOGUES, (id) => `../../messages/prose.${id}.json`, key, i18n.language, facts);
}
