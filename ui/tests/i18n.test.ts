import { describe, expect, test } from 'vitest';

import en from '../messages/en.json';
import proseEn from '../messages/prose.en.json';
import prosePt from '../messages/prose.pt.json';
import pt from '../messages/pt.json';
import { negotiate, tell } from '../src/shared/i18n.svelte';

const FILES = import.meta.glob<string>('../src/**/*.{svelte,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const SOURCES = Object.values(FILES).join('\n');

const factsOf = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).sort();

/** Keys that components put together, such as `section.${name}`. */
const isMade = (key: string) => SOURCES.includes(`\`${key.split('.')[0] ?? ''}.\${`);

describe.each([
  ['words', pt, en],
  ['long texts', prosePt, proseEn],
] as [string, Record<string, string>, Record<string, string>][])('the catalogues of %s', (_, pt, en) => {
  test('have the same keys', () => {
    expect(Object.keys(en)).toEqual(Object.keys(pt));
  });

  test('ask for the same facts in both languages', () => {
    for (const [key, sentence] of Object.entries(pt)) {
      expect(factsOf(en[key] ?? ''), key).toEqual(factsOf(sentence));
    }
  });

  test('hold no key that no component uses', () => {
    const unused = Object.keys(pt).filter((key) => !SOURCES.includes(`'${key}'`) && !isMade(key));
    expect(unused).toEqual([]);
  });

  test('leave no sentence empty', () => {
    expect(Object.values({ ...pt, ...en }).filter((sentence) => !sentence.trim())).toEqual([]);
  });

  test('never speak as if they diagnosed', () => {
    const words = Object.values(pt).concat(Object.values(en)).join('\n');
    expect(words).not.toMatch(/diagn[oó]s|\bpositiv|\bnegativ[ao] para|laudo|you have/i);
  });
});

describe('the language of a visit', () => {
  test('is the one of the address before all others', () => {
    expect(negotiate('?lang=en', 'pt', ['pt-BR'])).toBe('en');
  });

  test('is the one chosen before, where the address tells none', () => {
    expect(negotiate('', 'en', ['pt-BR'])).toBe('en');
  });

  test('is the first of the browser that is spoken here', () => {
    expect(negotiate('', null, ['fr-FR', 'en-GB', 'pt'])).toBe('en');
  });

  test('is Portuguese where nothing else is known', () => {
    expect(negotiate('?lang=xx', 'yy', ['fr'])).toBe('pt');
  });
});

test('a fact that is not given reads as a dash', () => {
  expect(tell('pt', 'failure.code')).toBe('Código: –');
});
