import { PerspectiveCamera, Vector3 } from 'three';
import { expect, test } from 'vitest';

import type { MapCase } from '../src/shared/contract';
import { axisEnds, frameOf, namedEnds } from '../src/map/framing';
import { extentOf, groupBy, nearest } from '../src/map/groups';
import { outline, SHAPES } from '../src/shared/marker';
import { findNear, homeOf, pan, seenOf, SIDE, toPlane, zoom } from '../src/map/plane';
import { orderRows } from '../src/map/tableRows';

const CASES: MapCase[] = [
  { image: 'rsna/a.jpg', finding: 'no_finding', source: 'rsna' },
  { image: 'cohen/b.jpg', finding: 'covid19', source: 'cohen' },
  { image: 'rsna/c.jpg', finding: 'covid19', source: 'rsna' },
];

test.each(['finding', 'source'] as const)('by %s, every case is in one group with a marker of its own', (by) => {
  const groups = groupBy(CASES, by);
  expect(groups.flatMap(({ at }) => at).sort()).toEqual([0, 1, 2]);
  expect(new Set(groups.map(({ marker }) => marker.shape)).size).toBe(groups.length);
  expect(new Set(groups.map(({ marker }) => marker.color)).size).toBe(groups.length);
});

test('the nearest cases are counted in all components and leave the case itself out', () => {
  const places = [[0, 0, 0, 9], [1, 0, 0, 9], [0, 0, 0, 0], [3, 0, 0, 9]];
  expect(nearest(places, 0, 2)).toEqual([1, 3]);
});

test('the scale holds every case, also where there is none', () => {
  expect(extentOf([[1, -4, 2, 99], [0, 3, 0, 0]])).toBe(4);
  expect(extentOf([])).toBe(1);
});

const HOME = homeOf([]);

test('the view at home is the smallest square around all cases', () => {
  const { x, y, side } = homeOf([[300, 400], [500, 450]]);
  expect(side).toBeCloseTo(224);
  expect([x + side / 2, y + side / 2]).toEqual([400, 425]);
});

test.each([2.2, 0.8])('on a screen of %d to 1, the cases at home fill one direction of it', (aspect) => {
  const { left, right, top, bottom } = seenOf(homeOf([[300, 400], [500, 550]], aspect), aspect);
  expect((right - left) / (bottom - top)).toBeCloseTo(aspect);
  const filled = [200 / (right - left), 150 / (bottom - top)];
  expect(Math.max(...filled)).toBeCloseTo(1 / 1.12);
});

const CLOUD: [number, number, number][] = [[-0.2, 0.6, 0.1], [0.9, -0.1, 0.3], [-0.3, -0.4, -0.2], [0.1, 0, -0.1]];

test.each([2.2, 0.8])('on a screen of %d to 1, the cloud fills the view, with the names of its axes', (aspect) => {
  const seen = [...CLOUD, ...namedEnds(CLOUD)];
  const towards = new Vector3(1.1, 0.8, 1.55).normalize();
  const { camera, target } = frameOf(seen, towards, { field_deg: 45, aspect });
  const eye = new PerspectiveCamera(45, aspect, 0.01, 50);
  eye.position.copy(camera);
  eye.lookAt(target);
  eye.updateMatrixWorld();

  const at = seen.map((point) => new Vector3(...point).project(eye));

  const far = Math.max(...at.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y))));
  expect(far).toBeCloseTo(0.82);
});

test('an axis passes through the origin and a little beyond the outermost case', () => {
  expect(axisEnds([[0.5, 1, -1], [0.25, -0.5, -0.5]])).toEqual([[0, 0.54], [-0.54, 1.08], [-1.08, 0]]);
});

test('the plane keeps up above and never leaves its window', () => {
  expect(toPlane([0, 1, 0])[1]).toBeLessThan(toPlane([0, -1, 0])[1]);
  const near = zoom(HOME, 4);
  expect(near).toEqual({ x: 375, y: 375, side: 250 });
  expect(pan(near, 9_999, -9_999)).toEqual({ x: SIDE - 250, y: 0, side: 250 });
  expect(zoom(near, 1 / 99)).toEqual(HOME);
});

test('a click finds the nearest case that is shown and within reach', () => {
  const points: [number, number][] = [[10, 10], [12, 10], [500, 500]];
  expect(findNear(points, [0, 1, 2], [12, 11], 8)).toBe(1);
  expect(findNear(points, [0, 2], [12, 11], 8)).toBe(0);
  expect(findNear(points, [2], [12, 11], 8)).toBeNull();
});

test('rows are ordered by numbers as numbers and by text as text', () => {
  const row = { finding: 'covid19', source: 'rsna', y: 0, z: 0 };
  const rows = [
    { ...row, at: 0, image: 'b', x: 10 },
    { ...row, at: 1, image: 'a', x: 9 },
  ];
  expect(orderRows(rows, 'x', false).map(({ at }) => at)).toEqual([1, 0]);
  expect(orderRows(rows, 'image', true).map(({ at }) => at)).toEqual([0, 1]);
  expect(orderRows(rows, 'source', false).map(({ at }) => at)).toEqual([0, 1]);
});

test('markers of different shapes have different outlines', () => {
  expect(new Set(SHAPES.map((shape) => outline(shape, 0, 0, 1))).size).toBe(SHAPES.length);
});
