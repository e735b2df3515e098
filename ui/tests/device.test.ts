import { expect, test } from 'vitest';

import { rejectBlank } from '../src/device/decide/blank';
import { decide } from '../src/device/decide/decision';
import { areOfSeveralRadiographs, lungFields } from '../src/device/decide/lungFields';
import { limits, requireGeometry, requireSide, setLimits } from '../src/device/decode/checks';
import { exceedsScanLimit, isComplete } from '../src/device/decode/jpegMarkers';
import { contentBins } from '../src/device/decode/tone';
import { roundHalfEven, type GrayImage } from '../src/device/image';
import type { Manifest } from '../src/device/infer/manifest';
import { findContent } from '../src/device/preprocess/margins';
import { levelsTable, networkInput } from '../src/device/preprocess/networkInput';
import { averageBlocks } from '../src/device/preprocess/reduce';
import { BICUBIC, BILINEAR, BOX, resizeFloats, resizeGray } from '../src/device/preprocess/resample';

// What Pillow 12 and raiox make of the same numbers.
const RAMP = drawn(7, 5, (at) => (at * 37 + 11) % 256);

function drawn(width: number, height: number, gray: (at: number) => number): GrayImage {
  return { width, height, pixels: Uint8Array.from({ length: width * height }, (_, at) => gray(at)) };
}

test.each([
  ['bilinear', BILINEAR, [46, 125, 204, 52, 131, 210]],
  ['bicubic', BICUBIC, [41, 125, 209, 47, 131, 215]],
  ['box', BOX, [33, 125, 218, 41, 133, 226]],
])('an image becomes smaller as in Pillow: %s', (_, kernel, expected) => {
  expect([...resizeGray(RAMP, 3, 2, kernel).pixels]).toEqual(expected);
});

test.each([
  [2, 2, [31, 105, 179, 235, 37, 111, 185, 241, 42, 116, 190, 245]],
  [3, 2, [49, 160, 235, 55, 166, 241, 60, 171, 245]],
])('blocks are averaged as in Pillow, also where less than one is left: %d x %d', (across, down, expected) => {
  expect([...averageBlocks(RAMP, across, down).pixels]).toEqual(expected);
});

test('a part of an image becomes smaller as in Pillow', () => {
  const { pixels } = resizeGray(RAMP, 3, 2, BILINEAR, { across: [0, 6.5], down: [0, 4.5] });
  expect([...pixels]).toEqual([42, 113, 193, 48, 119, 199]);
});

test('a large image becomes the same input of a network as on the server', () => {
  const spec = { side_px: 8, fit: 'letterbox', mean: 0.5, std: 0.5, tone: 'levels' } as const;
  const input = networkInput(drawn(101, 67, (at) => (at * 37 + 11) % 256), spec);
  const expected = [-0.2549, 0.0588, 0.2314, 0.0275, -0.1529, -0.0745, -0.0353, 0.0196];
  expected.forEach((value, x) => {
    expect(input[8 + x]).toBeCloseTo(value, 3);
  });
});

test('an image becomes larger as in Pillow', () => {
  const { pixels } = resizeGray(RAMP, 9, 6, BICUBIC);
  expect([...pixels.slice(0, 12)]).toEqual([9, 33, 64, 93, 122, 151, 180, 211, 235, 11, 35, 66]);
});

test('a part of a map is resized as in Pillow', () => {
  const map = { width: 7, height: 5, values: Float32Array.from(RAMP.pixels, (gray) => gray / 255) };
  const { values } = resizeFloats(map, 4, 3, { across: [0.5, 6.25], down: [0, 5] });
  const expected = [0.135808, 0.363429, 0.566185, 0.791787, 0.155175, 0.382795, 0.585551, 0.811154, 0.174541, 0.402162, 0.604918, 0.83052];
  expected.forEach((value, at) => {
    expect(values[at]).toBeCloseTo(value, 5);
  });
});

test('levels are those of the preprocessing of the networks', () => {
  const table = levelsTable(drawn(24, 20, (at) => ((at * 7) % 200) + 20));
  expect([...table].filter((_, gray) => gray % 16 === 0)).toEqual([0, 0, 11, 29, 48, 68, 89, 110, 131, 152, 174, 196, 219, 241, 255, 255]);
});

test('even margins are no part of the content', () => {
  const pixels = new Uint8Array(50 * 40).fill(9);
  for (let at = 0; at < 30 * 32; at++) pixels[(5 + Math.floor(at / 32)) * 50 + 8 + (at % 32)] = (at * 53) % 256;
  expect(findContent({ width: 50, height: 40, pixels })).toEqual({ left: 8, top: 5, right: 40, bottom: 35 });
});

test('a slope of gray shows nothing', () => {
  const slope = drawn(100, 80, (at) => (at % 100) * 2);
  expect(rejectBlank(slope)).toEqual({ code: 'blank_image', facts: { contrast: 196 } });
});

test('a hot pixel far from all others is no part of the picture', () => {
  const counts = new Float64Array(1000).fill(50, 100, 300);
  counts[900] = 20;
  expect(contentBins(counts)).toEqual([100, 299]);
});

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [2.4, 2],
  [3.5, 4],
])('%d is rounded as numpy does', (value, expected) => {
  expect(roundHalfEven(value)).toBe(expected);
});

const MANIFEST: Manifest = {
  id: 'test',
  role: 'classifier',
  architecture: null,
  labels: ['normal', 'a', 'b'],
  preprocessing: { side_px: 8, fit: 'letterbox', mean: 0.5, std: 0.5, tone: 'levels' },
  multi_label: false,
  temperature: 1,
  operating_points: {},
  abnormal_first: {
    normal: 'normal',
    operating_point: { threshold: 0.5 },
    normal_threshold: 0.3,
    abnormal_threshold: 0.4,
    kind_threshold: 0.35,
    distance_threshold: 1.5,
  },
  set_threshold: null,
  distance_threshold: 2,
  quality_threshold: null,
  map_scale: 1,
};

test.each([
  ['a clear kind', { normal: 0.1, a: 0.8, b: 0.1 }, 1, 'a', null],
  ['normal', { normal: 0.8, a: 0.1, b: 0.1 }, 1, 'normal', null],
  ['neither normal nor abnormal', { normal: 0.45, a: 0.5, b: 0.05 }, 1, 'uncertain', 'abnormality_not_separable'],
  ['abnormal, of which kind stays open', { normal: 0.1, a: 0.5, b: 0.4 }, 1, 'uncertain', 'kind_not_separable'],
  ['of a source that is not known', { normal: 0.1, a: 0.8, b: 0.1 }, 1.7, 'uncertain', 'kind_not_separable'],
  ['unlike all that is known', { normal: 0.1, a: 0.8, b: 0.1 }, 2.1, 'uncertain', 'out_of_distribution'],
])('the decision is abnormal first: %s', (_, scores, distance, finding, uncertainty) => {
  expect(decide(scores, MANIFEST, distance)).toMatchObject({ finding, uncertainty });
});

test('several labels are decided each at its own operating point', () => {
  const points = { a: { threshold: 0.4 }, b: { threshold: 0.6 } };
  const manifest = { ...MANIFEST, labels: ['a', 'b'], multi_label: true, abnormal_first: null, operating_points: points };
  expect(decide({ a: 0.5, b: 0.5 }, manifest, null)).toMatchObject({ finding: 'a', findingsSet: ['a'] });
  expect(decide({ a: 0.1, b: 0.1 }, manifest, null)).toMatchObject({ finding: 'none', findingsSet: [] });
});

test('lung wholly above other lung is that of two radiographs', () => {
  const lung = (top: number, bottom: number): ((at: number) => boolean) => (at) => {
    const [x, y] = [at % 20, Math.floor(at / 20)];
    return y >= top && y < bottom && ((x >= 2 && x < 8) || (x >= 12 && x < 18));
  };
  const fields = (...lungs: ((at: number) => boolean)[]): ReturnType<typeof lungFields> =>
    lungFields({ width: 20, height: 40, values: Float32Array.from({ length: 800 }, (_, at) => Number(lungs.some((one) => one(at)))) });
  expect(areOfSeveralRadiographs(fields(lung(4, 36)))).toBe(false);
  expect(areOfSeveralRadiographs(fields(lung(2, 18), lung(22, 38)))).toBe(true);
});

test('a JPEG of endless scans, and half of one, are seen before they are decoded', () => {
  const scan = [0xff, 0xda, 0x00, 0x02];
  const stream = Uint8Array.from([0xff, 0xd8, ...Array.from({ length: 65 }, () => scan).flat()]);
  expect(exceedsScanLimit(stream)).toBe(true);
  expect(isComplete(stream)).toBe(false);
  expect(isComplete(Uint8Array.from([0xff, 0xd8, ...scan, 0xff, 0xd9]))).toBe(true);
});

test('an image is measured against the limits of the service', () => {
  const limitsBefore = limits;
  requireGeometry(2_000, 2_000);
  setLimits({ ...limitsBefore, max_pixels: 1_000_000, min_side_px: 512 });
  expect(() => {
    requireGeometry(2_000, 2_000);
  }).toThrow(expect.objectContaining({ code: 'too_many_pixels', facts: { max_pixels: 1_000_000 } }));
  expect(() => {
    requireSide({ width: 500, height: 900 });
  }).toThrow(expect.objectContaining({ code: 'too_few_pixels', facts: { min_side_px: 512 } }));
  setLimits(limitsBefore);
});
