/** Sentences for a code, in every language, as `raiox.messages` fills them in. */

import type { CodedMessage, Sentences } from '../shared/contract';
import languages from '../../../src/raiox/locales/languages.json';

type Facts = Readonly<Record<string, string | number>>;
type Catalogue = Readonly<Record<string, Sentences>>;

const FILES = import.meta.glob<Catalogue>('../../../src/raiox/locales/*/errors.json', { eager: true, import: 'default' });

/** How facts whose names end so are shown: the largest unit that fits. */
const UNITS: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  _bytes: [
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
    [1, 'bytes'],
  ],
  _pixels: [
    [1e6, 'megapixels'],
    [1, 'pixels'],
  ],
};

export function codedMessage(code: string, facts: Facts): CodedMessage {
  const messages = Object.fromEntries(
    languages.map(({ id, decimal_separator }) => [id, sentencesOf(id, code, facts, decimal_separator)]),
  );
  return { code, facts, messages };
}

function sentencesOf(language: string, code: string, facts: Facts, separator: string): Sentences {
  const catalogue = FILES[`../../../src/raiox/locales/${language}/errors.json`] ?? {};
  const keys = [...Object.keys(facts).map((fact) => `${code}.${fact}`), code, 'internal_error'];
  const found = keys.map((key) => catalogue[key]).find(Boolean) ?? { title: code, detail: '', action: '' };
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => shown(name, facts[name], separator));
  return { title: fill(found.title), detail: fill(found.detail), action: fill(found.action) };
}

/** A fact that was not given reads as a dash. */
function shown(name: string, fact: string | number | undefined, separator: string): string {
  if (typeof fact !== 'number') return fact ?? '–';
  const units = Object.entries(UNITS).find(([ending]) => name.endsWith(ending))?.[1];
  if (!units) return String(fact);
  const [scale, unit] = units.find(([size]) => fact >= size) ?? units.at(-1) ?? [1, ''];
  return `${String(Math.round((fact / scale) * 10) / 10).replace('.', separator)} ${unit}`;
}
