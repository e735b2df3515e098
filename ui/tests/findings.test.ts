import { expect, test } from 'vitest';

import known from '../../src/raiox/findings.json';
import { filtersOf, ordersOf } from '../src/history/filters';
import { groupBy } from '../src/map/groups';
import { describeFinding, inOrder, KNOWN_FINDINGS, markerOf, nameFinding, rank } from '../src/shared/findings';
import { LANGUAGES } from '../src/shared/i18n.svelte';
import { SHAPES } from '../src/shared/marker';
import { findingRules } from '../vite/generated-css.js';

/** Scores of a bundle with five labels, of which raiox knows two; several may be high at once. */
const FIVE = { covid19: 0.9, edema: 0.8, no_finding: 0.1, pleural_effusion: 0.7, mass: 0.2 };

test('every known finding has a name in every language, a shape that can be drawn and a colour', () => {
  for (const { id, names, short_names, meanings, color, shape } of known) {
    for (const language of LANGUAGES) {
      expect(Object.keys(names), id).toContain(language.id);
      expect(Object.keys(short_names), id).toContain(language.id);
      expect(Object.keys(meanings), id).toContain(language.id);
    }
    expect(SHAPES as readonly string[], id).toContain(shape);
    expect(findingRules()).toContain(`--finding-${id}: ${color.light}`);
  }
});

test('a finding with two colours follows the theme', () => {
  const rules = findingRules(
    known.slice(0, 1).map((finding) => ({ ...finding, id: 'edema', color: { light: '#111111', dark: '#eeeeee' } })),
  );
  expect(rules).toContain('--finding-edema: light-dark(#111111, #eeeeee);');
});

test('bars come longest first, whatever the labels are', () => {
  expect(rank(FIVE).map(({ finding }) => finding)).toEqual(['covid19', 'edema', 'pleural_effusion', 'mass', 'no_finding']);
});

test('a label that raiox does not know is shown by its own name', () => {
  expect(nameFinding('pleural_effusion')).toBe('Pleural effusion');
  expect(describeFinding('pleural_effusion')).toContain('“Pleural effusion”');
});

test('five findings have five different markers, and each keeps its own', () => {
  const markers = Object.keys(FIVE).map(markerOf);
  expect(new Set(markers.map(({ shape }) => shape)).size).toBe(5);
  expect(new Set(markers.map(({ color }) => color)).size).toBe(5);
  expect(Object.keys(FIVE).map(markerOf)).toEqual(markers);
});

test('known findings come first and in their order, then the others', () => {
  expect(inOrder(Object.keys(FIVE))).toEqual(['no_finding', 'covid19', 'edema', 'pleural_effusion', 'mass']);
  expect(inOrder([...KNOWN_FINDINGS].reverse())).toEqual(KNOWN_FINDINGS);
});

test('the history is filtered and sorted by the findings that there are', () => {
  expect(filtersOf(['edema'], ['edema', 'uncertain'])).toEqual(['everything', 'edema', 'uncertain', 'rejected', 'failed']);
  expect(filtersOf(['edema'], ['none', null])).toEqual(['everything', 'edema', 'none', 'rejected', 'failed']);
  expect(ordersOf(['edema'])).toEqual(['newest', 'oldest', 'edema']);
});

test('the map groups its cases by the findings that there are', () => {
  const cases = ['edema', 'covid19', 'edema'].map((finding, n) => ({ image: String(n), finding, source: 'a' }));
  expect(groupBy(cases, 'finding').map(({ key, at }) => [key, at])).toEqual([['covid19', [1]], ['edema', [0, 2]]]);
});
