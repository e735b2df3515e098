/**
 * The language of the page: `?lang=`, then the stored choice, then the browser's.
 *
 * Every word comes from messages/*.json; Portuguese is written first, and a key
 * it does not have is a type error.
 */

import en from '../../messages/en.json';
import pt from '../../messages/pt.json';
import { recall, remember } from './storage';

export const LANGUAGES = ['pt', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Key = keyof typeof pt;
export type Facts = Record<string, string | number>;

const CATALOGUES: Record<Language, Record<Key, string>> = { pt, en };
const TAGS: Record<Language, string> = { pt: 'pt-BR', en: 'en-GB' };
const STORED = 'raiox.language';

function isLanguage(word: string | null | undefined): word is Language {
  return word === 'pt' || word === 'en';
}

/** The first language that is asked for and spoken here, else Portuguese. */
export function negotiate(
  search: string,
  stored: string | null,
  preferred: readonly string[],
): Language {
  const asked = [new URLSearchParams(search).get('lang'), stored, ...preferred];
  const short = asked.map((tag) => tag?.slice(0, 2).toLowerCase());
  return short.find(isLanguage) ?? 'pt';
}

/** A sentence of one language, its `{facts}` filled in. */
export function tell(language: Language, key: Key, facts: Facts = {}): string {
  return fill(CATALOGUES[language][key], facts);
}

export function fill(sentence: string, facts: Facts): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? '–'));
}

class Speech {
  current = $state<Language>('pt');

  /** For `html lang` and the formats of numbers and times. */
  get tag(): string {
    return TAGS[this.current];
  }

  start(): void {
    this.current = negotiate(location.search, recall(STORED), navigator.languages);
  }

  choose(language: Language): void {
    this.current = language;
    remember(STORED, language);
    const url = new URL(location.href);
    url.searchParams.set('lang', language);
    history.replaceState(history.state, '', url);
  }
}

export const speech = new Speech();

/** A sentence in the language now chosen. */
export function t(key: Key, facts?: Facts): string {
  return tell(speech.current, key, facts);
}
