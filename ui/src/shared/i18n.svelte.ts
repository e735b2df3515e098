/**
 * The language of the page: `?lang=`, then the stored choice, then the browser's.
 *
 * Languages are listed in languages.json, the first of them is the default. Texts come from
 * messages/*.json and, those of a result, which the service writes into files too, from result.json
 * beside languages.json. A key that the Portuguese files lack is a type error.
 */

import languages from '../../../src/raiox/locales/languages.json';
import type ptOfResult from '../../../src/raiox/locales/pt/result.json';
import type pt from '../../messages/pt.json';
import { recall, remember } from './storage';

/** Of ISO 639-1, as languages.json lists them. */
export type Language = string;
export type Key = keyof typeof pt | keyof typeof ptOfResult;
export type Facts = Record<string, string | number>;
export type Catalogue<K extends string> = Partial<Record<K, string>>;

export const LANGUAGES: readonly { id: Language; locale: string; name: string }[] = languages;
const DEFAULT = LANGUAGES[0]?.id ?? '';
const STORED = 'raiox.language';

const OF_PAGE = import.meta.glob<Catalogue<Key>>(['../../messages/*.json', '!../../messages/prose.*.json'], {
  eager: true,
  import: 'default',
});
const OF_RESULT = import.meta.glob<Catalogue<Key>>('../../../src/raiox/locales/*/result.json', {
  eager: true,
  import: 'default',
});
const CATALOGUES = Object.fromEntries(
  LANGUAGES.map(({ id }) => [id, { ...OF_PAGE[`../../messages/${id}.json`], ...OF_RESULT[`../../../src/raiox/locales/${id}/result.json`] }]),
);

/** The first language that is wanted and available, else the default. */
export function negotiate(
  search: string,
  stored: string | null,
  preferred: readonly string[],
  available: readonly Language[] = LANGUAGES.map(({ id }) => id),
): Language {
  const wanted = [new URLSearchParams(search).get('lang'), stored, ...preferred];
  const ids = wanted.map((tag) => tag?.toLowerCase().split('-')[0]);
  return ids.find((id) => id !== undefined && available.includes(id)) ?? available[0] ?? DEFAULT;
}

/** The text of a language, else that of the default one, its `{facts}` filled in. */
export function lookUp<K extends string>(
  catalogues: Record<string, Catalogue<K>>,
  file: (language: Language) => string,
  key: K,
  language: Language,
  facts: Facts = {},
): string {
  const text = catalogues[file(language)]?.[key] ?? catalogues[file(DEFAULT)]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? '–'));
}

export function translate(language: Language, key: Key, facts?: Facts): string {
  return lookUp<Key>(CATALOGUES, (id) => id, key, language, facts);
}

class I18n {
  language = $state<Language>(DEFAULT);

  /** For `html lang` and the formats of numbers and times. */
  get locale(): string {
    return LANGUAGES.find(({ id }) => id === this.language)?.locale ?? this.language;
  }

  start(): void {
    this.language = negotiate(location.search, recall(STORED), navigator.languages);
  }

  choose(language: Language): void {
    this.language = language;
    remember(STORED, language);
    const url = new URL(location.href);
    url.searchParams.set('lang', language);
    history.replaceState(history.state, '', url);
  }
}

export const i18n = new I18n();

/** A text in the language now chosen. */
export function t(key: Key, facts?: Facts): string {
  return translate(i18n.language, key, facts);
}

/** Of a text that the service gives in several languages, the one now chosen, else any. */
export function localize(texts: Readonly<Partial<Record<Language, string>>>): string {
  return texts[i18n.language] ?? texts[DEFAULT] ?? Object.values(texts)[0] ?? '';
}
