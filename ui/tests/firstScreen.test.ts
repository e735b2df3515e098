import { expect, test } from 'vitest';

import EARLY from '../public/first-screen.js?raw';
import { negotiate } from '../src/shared/i18n.svelte';

interface Page {
  lang: string;
  dataset: Record<string, string>;
}

function runEarly(search: string, stored: Record<string, string>, languages: string[], hash = ''): Page {
  const page: Page = { lang: 'pt-BR', dataset: {} };
  const run = new Function('document', 'localStorage', 'navigator', 'location', EARLY) as (...given: unknown[]) => void;
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
])('before the app stands, %s with %s and %s is the language that the app will speak', (search, stored, languages) => {
  const early = runEarly(search, stored ? { 'raiox.language': stored } : {}, languages);
  expect(early.lang.slice(0, 2)).toBe(negotiate(search, stored, languages));
});

test.each([
  ['', true],
  ['#/', true],
  ['#/history', false],
  ['#/analyses/a', false],
])('the first screen is shown early at the address %s: %s', (hash, shown) => {
  expect('early' in runEarly('', {}, [], hash).dataset).toBe(shown);
});

test('a chosen theme is worn before the first paint', () => {
  expect(runEarly('', { 'raiox.theme': 'dark' }, []).dataset['theme']).toBe('dark');
});
