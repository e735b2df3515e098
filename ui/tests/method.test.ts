import { expect, test } from 'vitest';

import splits from '../../recipes/splits.json';
import { reliabilityOf, spanOf, thin } from '../src/method/series';
import { OUR_COUNTS, PAPER_CONFUSION, PAPER_COUNTS, PAPER_FINDINGS } from '../src/method/imageCounts';
import { architectureOf } from '../src/method/architectures';
import { CALLS, DIALECTS, writeExample } from '../src/pages/apiExamples';

test('our counts of images are those of the split that trains', () => {
  const images: Record<string, number>[] = Object.values(splits.grouped.images);
  for (const [source, counts] of Object.entries(OUR_COUNTS)) {
    const counted = PAPER_FINDINGS.map((finding) =>
      images.reduce((sum, split) => sum + (split[`${source} ${finding}`] ?? 0), 0),
    );
    expect(counted, source).toEqual([...counts]);
  }
});

test("the paper's tables add up as its text says", () => {
  expect(Object.values(PAPER_COUNTS).map(([none]) => none).reduce((a, b) => a + b)).toBe(10_005);
  const [, , covid = [0, 0, 0]] = PAPER_CONFUSION;
  expect(covid[2] / (covid[0] + covid[1] + covid[2])).toBeCloseTo(0.884, 3);
});

const BIN = { n: 10, low: 0.1, high: 0.4, observed: 0.2 };

test('a chart of shares spans from nought to one, a chart of small ones its own height', () => {
  const [line] = reliabilityOf({ covid19: [{ ...BIN, mean_score: 0.9, observed: 0.9 }] });
  expect(line?.intervals).toEqual([[0.1, 0.4]]);
  expect(spanOf(line ? [line] : [])).toEqual([0, 1]);
  expect(spanOf(line ? [{ ...line, intervals: [], points: [[0, 0.2], [1, -0.1]] }] : [])).toEqual([-0.1, 0.2]);
});

test('a long line is thinned to its ends and some between', () => {
  const points = Array.from({ length: 101 }, (_, n): [number, number] => [n, n]);
  const few = thin(points, 11);
  expect(few.length).toBe(11);
  expect([few[0], few.at(-1)]).toEqual([[0, 0], [100, 100]]);
});

test.each(DIALECTS)('every call is written out in %s for the address it is read at', (dialect) => {
  for (const call of CALLS) expect(writeExample(call, dialect, 'http://here')).toContain(`http://here${call.path}`);
});

test('a network is drawn as its bundle names it, one that raiox does not know as any', () => {
  expect(architectureOf('mobilenet').name).toBe('MobileNet');
  expect(architectureOf('densenet').layers.map(({ title }) => title)).toContain('how.dense_block');
  for (const unknown of ['vit', null, undefined]) expect(architectureOf(unknown).name).toBeNull();
});
