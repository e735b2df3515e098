import { describe, expect, test } from 'vitest';

import { inHundred, MAX_RANGE, meaningsOf, pool, prevalenceIn, shareAt } from '../src/analyse/scoreMeaning';
import shared from '../../tests/unit/pdf/score_meanings.json';
import mobilenet from '../../src/raiox/models/mobilenet/report.json';

const bin = (mean_score: number, observed: number, n = 100) => ({
  mean_score,
  observed,
  n,
  low: Math.max(0, observed - 0.1),
  high: Math.min(1, observed + 0.1),
});
const RISING = [bin(0.1, 0.05), bin(0.5, 0.4), bin(0.9, 0.9)];

describe('the curve from score to share', () => {
  test('passes through the bins and is straight between two of them', () => {
    expect(shareAt(0.5, RISING)).toEqual({ share: 0.4, low: 0.30000000000000004, high: 0.5 });
    expect(shareAt(0.7, RISING)?.share).toBeCloseTo(0.65);
  });

  test('says between two bins no more than both know together', () => {
    expect(shareAt(0.7, RISING)).toMatchObject({ low: 0.30000000000000004, high: 1 });
  });

  test('stays at the outermost bins beyond them', () => {
    expect(shareAt(0.99, RISING)?.share).toBe(0.9);
    expect(shareAt(0, RISING)?.share).toBe(0.05);
  });

  test('never falls: bins out of order are pooled by their images', () => {
    const pooled = pool([bin(0.2, 0.3, 300), bin(0.4, 0.1, 100), bin(0.6, 0.5)]);
    expect(pooled.map(({ observed }) => observed)).toEqual([0.25, 0.5]);
    expect(pooled[0]?.n).toBe(400);
  });

  test('is unknown without bins', () => {
    expect(shareAt(0.5, [])).toBeNull();
  });
});

const sumOf = (meanings: ReturnType<typeof meaningsOf>) =>
  Object.values(meanings ?? {}).reduce((sum, { share }) => sum + share, 0);

describe('the meanings of the scores of one image', () => {
  const bins = { a: RISING, b: [bin(0.1, 0.1), bin(0.5, 0.5), bin(0.9, 0.8)] };
  const setting = { scores: { a: 0.5, b: 0.5 }, bins, multiLabel: false };

  test.each([0.001, 0.1, 0.6])('sum to one where labels exclude each other, at a prevalence of %d', (prevalence) => {
    expect(sumOf(meaningsOf(setting, null))).toBeCloseTo(1);
    expect(sumOf(meaningsOf(setting, { finding: 'a', prevalence }))).toBeCloseTo(1);
  });

  test('fall as the finding gets rarer, by the odds that Bayes gives', () => {
    const at = (prevalence: number) => meaningsOf(setting, { finding: 'a', prevalence })?.['a']?.share ?? NaN;
    expect(at(0.01)).toBeLessThan(at(0.3));
    const odds = (share: number) => share / (1 - share);
    expect(odds(at(0.3)) / odds(at(0.01))).toBeCloseTo(odds(0.3) / odds(0.01));
  });

  test('are those of the evaluation at its own prevalence', () => {
    const own = prevalenceIn(bins.a);
    expect(meaningsOf(setting, { finding: 'a', prevalence: own })?.['a']?.share).toBeCloseTo(
      meaningsOf(setting, null)?.['a']?.share ?? NaN,
    );
  });

  test('always lie inside their range', () => {
    for (const local of [null, { finding: 'a', prevalence: 0.002 }]) {
      for (const { share, low, high } of Object.values(meaningsOf(setting, local) ?? {})) {
        expect(low).toBeLessThanOrEqual(share);
        expect(high).toBeGreaterThanOrEqual(share);
      }
    }
  });

  test('are not claimed where a finding was not evaluated, or the range says nothing', () => {
    expect(meaningsOf({ ...setting, bins: { a: RISING } }, null)).toBeNull();
    const wide = { ...bins, a: [{ ...bin(0.5, 0.5), low: 0.5 - MAX_RANGE, high: 1 }] };
    expect(meaningsOf({ ...setting, bins: wide }, null)).toBeNull();
  });

  test('are each its own where several labels may be present', () => {
    const several = { ...setting, scores: { a: 0.9, b: 0.9 }, multiLabel: true };
    expect(sumOf(meaningsOf(several, null))).toBeCloseTo(1.7);
    expect(Object.keys(meaningsOf(several, { finding: 'b', prevalence: 0.1 }) ?? {})).toEqual(['b']);
  });

  test('of a shipped model differ for scores that differ', () => {
    const shipped = { bins: mobilenet.curves.reliability, multiLabel: false };
    const shares = [0.6, 0.74].map((score) => {
      const scores = { no_finding: 0.02, lung_opacity: score, covid19: 0.98 - score };
      return meaningsOf({ ...shipped, scores }, null)?.['lung_opacity']?.share ?? NaN;
    });
    expect(shares[1]).toBeGreaterThan((shares[0] ?? NaN) + 0.1);
  });
});

test('shares as parts of a hundred sum to a hundred', () => {
  expect(inHundred([1 / 3, 1 / 3, 1 / 3])).toEqual([34, 33, 33]);
  expect(inHundred([0.993, 0.007])).toEqual([99, 1]);
});

/** The same cases are judged for the page that the service writes as a PDF. */
test.each(shared.map((one) => [one.name, one] as const))('scores mean the same on the page and on paper: %s', (_, one) => {
  const given = { scores: one.scores, bins: one.bins, multiLabel: one.multi_label } as unknown as Parameters<typeof meaningsOf>[0];

  const meanings = meaningsOf(given, null);

  expect(meanings === null).toBe(one.expected === null);
  for (const [finding, numbers] of Object.entries(one.expected ?? {})) {
    const { share, low, high } = meanings?.[finding] ?? { share: NaN, low: NaN, high: NaN };
    [share, low, high].forEach((number, n) => { expect(number).toBeCloseTo(numbers[n] ?? NaN, 9); });
  }
});
