/** The long texts, apart from the words of the first visit: they come with the screens that tell them. */

import en from '../../messages/prose.en.json';
import pt from '../../messages/prose.pt.json';
import { fill, speech, type Facts, type Language } from './i18n.svelte';

export type ProseKey = keyof typeof pt;

const CATALOGUES: Record<Language, Record<ProseKey, string>> = { pt, en };

/** A sentence of a long text in the language now chosen. */
export function prose(key: ProseKey, facts: Facts = {}): string {
  return fill(CATALOGUES[speech.current][key], facts);
}
