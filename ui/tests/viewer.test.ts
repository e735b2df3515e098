import { expect, test } from 'vitest';

import { BYTES, converted, display, drag, presetOf, quantile, spanning, transferOf, wholeOf, type ValueRange } from '../src/shared/viewer/grayscaleWindow';
import { bandsFrom, outlineOf } from '../src/shared/viewer/heatmapBands';
import { lengthInPixels } from '../src/shared/viewer/measurement';
import { flip, isSideways, pointOfImage, turn, UPRIGHT } from '../src/shared/viewer/orientation';
import { commandOf, SHORTCUTS, strideOf } from '../src/shared/viewer/shortcuts';
import { supportOf } from '../src/shared/support';

test('the whole window shows every value as it is', () => {
  for (const value of [0, 1, 127, 254, 255]) expect(display(value, wholeOf(BYTES), false)).toBeCloseTo(value / 255, 9);
});

test('a window spreads what lies inside it and cuts off the rest', () => {
  const window = spanning(100, 150);
  expect([50, 100, 125, 150, 200].map((value) => display(value, window, false))).toEqual([0, 0, 0.5, 1, 1]);
  expect(display(100, window, true)).toBe(1);
});

/** Small values are bright, as in MONOCHROME1. */
const REVERSED: ValueRange = { black: 3000, white: 1000, first: 0, last: 4095 };

test.each([false, true])('the filter computes what the window says (inverted: %s)', (inverted) => {
  for (const [range, window] of [[BYTES, { centre: 90, width: 70 }], [REVERSED, { centre: 1700, width: 600 }]] as const) {
    const { slope, intercept } = transferOf(window, inverted, range);
    for (let shade = 0; shade <= 255; shade++) {
      const drawn = Math.min(1, Math.max(0, (slope * shade) / 255 + intercept));
      const value = range.black + (shade / 255) * (range.white - range.black);
      expect(drawn).toBeCloseTo(display(value, window, inverted, range), 9);
    }
  }
});

test('dragging to the right widens the window, up brightens the image, and neither leaves its bounds', () => {
  const dragged = drag(spanning(100, 150), 20, -10);
  expect(dragged.width).toBeGreaterThan(50);
  expect(display(120, { ...dragged, width: 50 }, false)).toBeGreaterThan(display(120, spanning(100, 150), false));
  expect(drag(wholeOf(BYTES), -10_000, 10_000)).toEqual({ centre: 255, width: 1 });
});

test('values of which small ones are bright are dragged and converted the same way', () => {
  const window = wholeOf(REVERSED);
  expect(display(2000, drag(window, 0, -50, REVERSED), false, REVERSED)).toBeGreaterThan(0.5);
  expect(drag(window, 0, -10_000, REVERSED).centre).toBe(REVERSED.last);
  const [shade, seen] = [100, { centre: 80, width: 90 }];
  const value = REVERSED.black + (shade / 255) * (REVERSED.white - REVERSED.black);
  expect(display(value, converted(seen, BYTES, REVERSED), false, REVERSED)).toBeCloseTo(display(shade, seen, false), 9);
});

test('a preset follows the gray values of the image', () => {
  const histogram = new Array<number>(256).fill(0);
  for (let value = 40; value < 140; value++) histogram[value] = 10;
  expect([quantile(histogram, 0.01), quantile(histogram, 0.5), quantile(histogram, 1)]).toEqual([40, 89, 139]);
  const [lungs, mediastinum] = [presetOf('lungs', (share) => quantile(histogram, share)), presetOf('mediastinum', (share) => quantile(histogram, share))];
  expect(lungs.centre).toBeLessThan(mediastinum.centre);
  expect(presetOf('automatic', () => 7).width).toBe(1);
});

test('four turns and two flips lead back, and each seen point belongs to its pixel', () => {
  expect(turn(turn(turn(turn(UPRIGHT))))).toEqual(UPRIGHT);
  expect(flip(flip(turn(UPRIGHT)))).toEqual(turn(UPRIGHT));
  expect(isSideways(turn(UPRIGHT))).toBe(true);
  // Turned clockwise, the top left corner is seen at the top right.
  expect(pointOfImage([1, 0], turn(UPRIGHT))).toEqual([0, 0]);
  expect(pointOfImage([1, 0], flip(UPRIGHT))).toEqual([0, 0]);
  // Flipped as it is seen: what was at the right is at the left.
  const seen = turn(UPRIGHT);
  expect(pointOfImage([0.25, 0.375], flip(seen))).toEqual(pointOfImage([0.75, 0.375], seen));
});

test('a length counts pixels in both directions', () => {
  expect(lengthInPixels({ from: [0, 0], to: [0.3, 0.4] }, { width_px: 1000, height_px: 1000 })).toBeCloseTo(500);
});

test('each key has one command, digits choose a map, and keys of the browser are left alone', () => {
  const keys = Object.values(SHORTCUTS).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  const press = (key: string, ctrlKey = false) => commandOf({ key, ctrlKey, metaKey: false, altKey: false } as KeyboardEvent);
  expect([press('H'), press('='), press('2'), press('p', true), press('Tab')]).toEqual(['heatmap', 'nearer', 1, null, null]);
});

test('the outline of a level passes between what reaches it and what does not', () => {
  const values = Float32Array.from([0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect(outlineOf({ width: 3, height: 3, values }, 0.5)).toMatch(/^M.*Z$/);
  expect(outlineOf({ width: 3, height: 3, values: values.map(() => 0) }, 0.5)).toBe('');
  expect(bandsFrom(0.4).map(({ from }) => from)).toEqual([0.4, 0.6, 0.8]);
});

test('the support is read back from the opacity of a heatmap', () => {
  expect(supportOf(0.85 * 255)).toBeCloseTo(1);
  expect(supportOf((0.85 * 255) / 2)).toBeCloseTo(0.25);
});

test('arrows move the cross by ten pixels, with Shift by one', () => {
  const stride = (key: string, shiftKey = false) => strideOf({ key, shiftKey });
  expect([stride('ArrowLeft'), stride('ArrowDown', true), stride('Enter')]).toEqual([[-10, 0], [0, 1], null]);
});
