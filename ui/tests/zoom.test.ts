import { expect, test } from 'vitest';

import { afterWheel, clampZoom, MAX_ZOOM } from '../src/shared/viewer/zoom';

test('a wheel turned away comes nearer, turned back it goes where it was', () => {
  const nearer = afterWheel(1, { deltaY: -100, deltaMode: 0 });
  expect(nearer).toBeGreaterThan(1);
  expect(afterWheel(nearer, { deltaY: 100, deltaMode: 0 })).toBeCloseTo(1);
});

test('lines count as the pixels they are high', () => {
  expect(afterWheel(1, { deltaY: -3, deltaMode: 1 })).toBe(afterWheel(1, { deltaY: -48, deltaMode: 0 }));
});

test.each([
  [0.2, 1],
  [99, MAX_ZOOM],
])('a zoom of %d stays within reach', (zoom, clamped) => {
  expect(clampZoom(zoom)).toBe(clamped);
});
