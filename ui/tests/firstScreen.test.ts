import { expect, test } from 'vitest';

import languages from '../../src/raiox/locales/languages.json';
import { negotiate } from '../src/shared/i18n.svelte';
import { drawScreen, headScript, readMessages, screenRules } from '../vite/first-screen.js';

interface Page {
  lang: string;
  dataset: Record<string, string>;
}

const [PORTUGUESE] = languages.filter(({ id }) => id === 'pt');
const PSEUDO = { id: 'qps', locale: 'qps-PLOC', name: 'Pseudo', decimal_separator: '.', notice: '[[Ûso]]' };

function runHead(script: string, search: string, stored: Record<string, string>, languages: string[], hash = ''): Page {
  const page: Page = { lang: '', dataset: {} };
  const run = new Function('document', 'localStorage', 'navigator', 'location', script) as (...given: unknown[]) => void;
  const storage = { getItem: (name: string) => stored[name] ?? null };
  run({ documentElement: page }, storage, { languages }, { search, hash });
  return page;
}

test.each([
  ['', null, ['en-US']],
  ['?lang=en', 'pt', ['pt-BR']],
  ['?lang=fr', 'en', ['pt-BR']],
  ['', null, ['fr', 'de']],
  ['', 'pt', ['en']],
])('with %s, %s and %s the first screen is in the language of the app', (search, stored, languages) => {
  const page = runHead(headScript(), search, stored ? { 'raiox.language': stored } : {}, languages);
  const language = negotiate(search, stored, languages);
  expect([page.lang.slice(0, 2), page.dataset['firstScreen']]).toEqual([language, language]);
});

test.each([
  ['', true],
  ['#/', true],
  ['#/history', false],
  ['#/analyses/a', false],
])('the first screen stands at the address %j: %s', (hash, shown) => {
  expect('firstScreen' in runHead(headScript(), '', {}, [], hash).dataset).toBe(shown);
});

test('a chosen theme is applied before the first paint', () => {
  expect(runHead(headScript(), '', { 'raiox.theme': 'dark' }, []).dataset['theme']).toBe('dark');
});

test('a third language takes its line of the list and its file of messages', () => {
  const available = [...(PORTUGUESE ? [PORTUGUESE] : []), PSEUDO];
  const page = runHead(headScript(available), '?lang=qps', {}, ['pt']);
  expect([page.lang, page.dataset['firstScreen']]).toEqual(['qps-PLOC', 'qps']);
  expect(screenRules(available)).toContain("[data-first-screen='qps'] #first-screen-qps");
  const messages = { ...readMessages('pt'), 'analyse.title': '[[Ânàlisar <>]]' };
  expect(drawScreen('qps', messages)).toContain('<h1>[[Ânàlisar &#60;&#62;]]</h1>');
});
