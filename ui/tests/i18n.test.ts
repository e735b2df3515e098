import { describe, expect, test } from 'vitest';

import { i18n, LANGUAGES, localize, lookUp, negotiate, translate } from '../src/shared/i18n.svelte';

type Texts = Record<string, string>;

const CATALOGUES = import.meta.glob<Texts>(['../messages/*.json', '../../src/raiox/locales/*/result.json'], { eager: true, import: 'default' });
const FILES = import.meta.glob<string>(['../src/**/*.{svelte,ts,json}', '../vite/*.js'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const SOURCES = Object.values(FILES).join('\n');

const factsOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

/** Keys that components put together, such as `section.${name}`. */
const isComposed = (key: string) => SOURCES.includes(`\`${key.split('.')[0] ?? ''}.\${`);

const FILES_OF = {
  page: (language: string) => `../messages/${language}.json`,
  prose: (language: string) => `../messages/prose.${language}.json`,
  result: (language: string) => `../../src/raiox/locales/${language}/result.json`,
};

test('every language has its files, and there are no others', () => {
  const files = LANGUAGES.flatMap(({ id }) => Object.values(FILES_OF).map((fileOf) => fileOf(id)));
  expect(Object.keys(CATALOGUES).sort()).toEqual(files.sort());
});

describe.each(Object.entries(FILES_OF))('the messages of the %s', (_, fileOf) => {
  const [first, ...others] = LANGUAGES.map(({ id }) => CATALOGUES[fileOf(id)] ?? {});
  const reference = first ?? {};

  test('have the same keys in every language', () => {
    for (const other of others) expect(Object.keys(other)).toEqual(Object.keys(reference));
  });

  test('use the same facts in every language', () => {
    for (const other of others) {
      for (const [key, text] of Object.entries(reference)) expect(factsOf(other[key] ?? ''), key).toEqual(factsOf(text));
    }
  });

  test('hold no key that no component uses', () => {
    const unused = Object.keys(reference).filter((key) => !SOURCES.includes(`'${key}'`) && !SOURCES.includes(`"${key}"`) && !isComposed(key));
    expect(unused).toEqual([]);
  });

  test('leave no text empty', () => {
    const texts = [reference, ...others].flatMap((texts) => Object.values(texts));
    expect(texts.filter((text) => !text.trim())).toEqual([]);
  });

  test('never speak as if they diagnosed', () => {
    const texts = [reference, ...others].flatMap((texts) => Object.values(texts)).join('\n');
    expect(texts).not.toMatch(/diagn[oó]s|\bpositiv|\bnegativ[ao] para|laudo|you have/i);
  });

  test('name no finding of the classifier, which may have others', () => {
    const general = Object.entries(reference).filter(([key]) => !/^(limits|why|data|performance|about)\./.test(key));
    expect(general.filter(([, text]) => /COVID|opacidade pulmonar|lung opacity|sem achados|(três|three) (escores|achados|mapas|scores|findings|maps)/i.test(text))).toEqual([]);
  });
});

describe('the language of a visit', () => {
  test('is the one of the address before all others', () => {
    expect(negotiate('?lang=en', 'pt', ['pt-BR'])).toBe('en');
  });

  test('is the one chosen before, where the address names none', () => {
    expect(negotiate('', 'en', ['pt-BR'])).toBe('en');
  });

  test('is the first of the browser that is available', () => {
    expect(negotiate('', null, ['fr-FR', 'en-GB', 'pt'])).toBe('en');
  });

  test('is the first of the list where nothing else is known', () => {
    expect(negotiate('?lang=xx', 'yy', ['fr'])).toBe('pt');
  });

  test('may be a third one', () => {
    expect(negotiate('?lang=qps-PLOC', null, ['pt'], ['pt', 'en', 'qps'])).toBe('qps');
  });
});

test('a fact that is not given reads as a dash', () => {
  expect(translate('pt', 'failure.code')).toBe('Código: –');
});

test('a text that a language lacks is shown in the default one', () => {
  const catalogues: Record<string, Partial<Record<'a' | 'b', string>>> = { pt: { a: 'um', b: 'dois' }, qps: { a: '[[um]]' } };
  const read = (key: 'a' | 'b') => lookUp(catalogues, (id) => id, key, 'qps');
  expect([read('a'), read('b')]).toEqual(['[[um]]', 'dois']);
});

test('texts of the service are shown in the language now chosen', () => {
  expect(localize({ en: 'Figure', pt: 'Medida' })).toBe(i18n.language === 'pt' ? 'Medida' : 'Figure');
  expect(localize({ qps: '[[Medida]]' })).toBe('[[Medida]]');
});
