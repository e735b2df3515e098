import { expect, test } from 'vitest';

import { FULL, LESS, MORE, subtract } from '../src/compare/difference';
import { failWith, isWorthRetrying, sentencesOf } from '../src/shared/failure';
import { rank } from '../src/shared/findings';
import { notesOf } from '../src/shared/notes';
import { turnsToUpright } from '../src/analyse/editImage';
import { arrange } from '../src/history/filters';
import { addressOf, read } from '../src/shared/router.svelte';
import { presentIn, summarize } from '../src/shared/summary';
import { formatChange, formatDecimal, formatScore } from '../src/shared/format';
import { makeAnalysis, makeFilter } from './documents';

test('bars come longest first', () => {
  const bars = rank({ no_finding: 0.1, lung_opacity: 0.2, covid19: 0.7 });
  expect(bars.map(({ finding }) => finding)).toEqual(['covid19', 'lung_opacity', 'no_finding']);
});

test.each([
  [90, 3],
  [180, 2],
  [270, 1],
  [0, 0],
])('a radiograph turned %i° clockwise is upright again after %i quarter turns', (degrees, turns) => {
  expect(turnsToUpright(degrees)).toBe(turns);
});

test('the sentences of a problem are those of the service', () => {
  const sentences = { title: 'Cheio', detail: 'Há fila', action: 'Espere' };
  const failure = failWith(503, { code: 'queue_full', translations: { pt: sentences } }, '7');
  expect([sentencesOf(failure, 'pt'), failure.retryAfterS]).toEqual([sentences, 7]);
});

test("a proxy's page instead of a problem still says what happened, why and what to do", () => {
  const failure = failWith(502, null, null);
  expect(Object.values(sentencesOf(failure, 'en')).every(Boolean)).toBe(true);
  expect(isWorthRetrying(failure)).toBe(true);
});

test('a file that was the reason itself is not offered again', () => {
  expect(isWorthRetrying(failWith(422, { code: 'corrupt_image' }, null))).toBe(false);
});

test.each([
  [0.824, '0,82'],
  [0.9999, '>\u00a00,99'],
  [0.0001, '<\u00a00,01'],
])('the score %d reads %s', (score, text) => {
  expect(formatScore(score)).toBe(text);
});

test('what is less than zero has a minus sign, not a hyphen', () => {
  expect(formatChange(-0.5)).toBe('\u22120,50');
  expect(formatChange(0.5)).toBe('+0,50');
  expect(formatDecimal(-1234.5, 1)).toBe('\u22121.234,5');
});

test('an analysis has an address that leads back to it', () => {
  expect(read(addressOf('a/b?c'))).toEqual({ screen: 'analyse', rest: ['a/b?c'] });
});

test('an address that is none leads to the first screen, which says so', () => {
  expect(read('#main')).toEqual({ screen: 'analyse', rest: [] });
  expect(read('#/')).toEqual({ screen: 'analyse', rest: [] });
  expect(read('#/nonsense')).toEqual({ screen: 'analyse', rest: [], unknown: true });
});

test('a poor picture is a note beside those of intake', () => {
  const analysis = makeAnalysis({ notes: ['colour_removed'], filter: makeFilter() });
  const faded = { ...analysis, notes: ['colour_removed', 'few_shades', 'photograph_of_radiograph'] };
  expect(notesOf(analysis)).toEqual(['colour_removed']);
  expect(notesOf(faded)).toEqual(faded.notes);
  expect(notesOf({ ...analysis, filter: makeFilter({ low_quality: true }) })).toEqual(['colour_removed', 'low_quality']);
  const rejection = { code: 'blank_image', facts: {}, messages: {} };
  expect(notesOf({ ...faded, rejection, filter: makeFilter({ low_quality: true }) })).toEqual(['colour_removed']);
});

const HISTORY = [
  makeAnalysis({ id: 'a', created_at: '2026-01-02', finding: 'covid19', scores: { no_finding: 0.1, lung_opacity: 0.1, covid19: 0.8 } }),
  makeAnalysis({ id: 'b', created_at: '2026-01-03', outcome: 'rejected' }),
  makeAnalysis({ id: 'c', created_at: '2026-01-01', finding: 'uncertain', scores: { no_finding: 0, lung_opacity: 0.1, covid19: 0.9 } }),
];

test.each([
  ['everything', 'newest', 'bac'],
  ['everything', 'oldest', 'cab'],
  ['everything', 'covid19', 'cab'],
  ['covid19', 'newest', 'a'],
  ['uncertain', 'newest', 'c'],
  ['rejected', 'newest', 'b'],
  ['failed', 'newest', ''],
] as const)('the history shows %s, %s first', (kind, order, ids) => {
  expect(arrange(HISTORY, kind, order).map(({ id }) => id).join('')).toBe(ids);
});

test('the difference of two maps is shown by colour and is clear where they agree', () => {
  const drawn = subtract([0, 1, 1], [1, 0, 1]);
  expect([...drawn.subarray(0, 4)]).toEqual([...MORE, FULL]);
  expect([...drawn.subarray(4, 8)]).toEqual([...LESS, FULL]);
  expect(drawn[11]).toBe(0);
});

test.each([
  ['uncertain', ['covid19', 'edema'], []],
  ['none', [], []],
  ['edema', ['edema', 'mass'], ['edema', 'mass']],
  ['edema', null, ['edema']],
  [null, null, []],
])('the answer %s with the set %j finds %j present', (finding, findings_set, present) => {
  expect(presentIn(makeAnalysis({ finding, findings_set }))).toEqual(present);
});

test('several findings are all named, none and uncertain by their own words', () => {
  const answered = (finding: string, findings_set: string[]) =>
    makeAnalysis({ scores: { edema: 0.9, mass: 0.8 }, finding, findings_set });
  expect(summarize(answered('edema', ['edema', 'mass']))).toBe('Edema e Mass');
  expect(summarize(answered('edema', ['edema']))).toBe('Edema\u00a0·\u00a00,90');
  expect(summarize(answered('none', []))).toBe('Nenhum no ponto de operação');
  expect(arrange([answered('edema', ['edema', 'mass'])], 'mass', 'newest')).toHaveLength(1);
});
