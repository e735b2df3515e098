import { expect, test } from 'vitest';

import { drag, stepOf, wholeOf } from '../src/shared/viewer/grayscaleWindow';
import { deepPixels, readSamples } from '../src/shared/viewer/keptValues';

/** A gray PNG as the service writes it: one filter for all rows, the pixels in any number of chunks. */
async function pngOf(rows: number[][], { filter = 2, depth = 16, nChunks = 2 } = {}): Promise<ArrayBuffer> {
  const width = rows[0]?.length ?? 0;
  let above = new Uint8Array(2 * width);
  const lines = rows.flatMap((row) => {
    const bytes = Uint8Array.from(row.flatMap((value) => [value >> 8, value & 255]));
    const line = bytes.map((byte, at) => byte - (above[at] ?? 0));
    above = bytes;
    return [filter, ...line];
  });
  const stream = new Blob([Uint8Array.from(lines)]).stream().pipeThrough(new CompressionStream('deflate'));
  const packed = [...new Uint8Array(await new Response(stream).arrayBuffer())];
  const cut = Math.ceil(packed.length / nChunks);
  const parts = Array.from({ length: nChunks }, (_, n) => chunk('IDAT', packed.slice(n * cut, (n + 1) * cut)));
  const header = chunk('IHDR', [...uint32(width), ...uint32(rows.length), depth, 0, 0, 0, 0]);
  return Uint8Array.from([...new Array<number>(8).fill(0), ...header, ...parts.flat(), ...chunk('IEND', [])]).buffer;
}

function chunk(kind: string, content: number[]): number[] {
  return [...uint32(content.length), ...[...kind].map((letter) => letter.charCodeAt(0)), ...content, 0, 0, 0, 0];
}

function uint32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >> shift) & 255);
}

const ROWS = [
  [0, 4095, 300],
  [65535, 300, 1],
];

test('every one of 16 bits is read back', async () => {
  const { width, height, values } = await readSamples(await pngOf(ROWS));
  expect([width, height, ...values]).toEqual([3, 2, ...ROWS.flat()]);
});

test.each([{ filter: 4 }, { depth: 8 }])('what the service does not write is refused: %o', async (options) => {
  await expect(readSamples(await pngOf(ROWS, options))).rejects.toThrow();
});

test('a picture that shows more than its values hold is dragged from where it is', async () => {
  const samples = await readSamples(await pngOf([[300, 4095, 28000]]));
  const { range } = deepPixels(samples, { address: '', slope: 1, intercept: 0, black: 0, white: 65535 });
  const { centre, width } = drag(wholeOf(range), -100, 0, range);
  expect([centre, width]).toEqual([32767.5, 65535 - 100 * 0.5 * stepOf(range)]);
});

test('samples count in the values of the file, also where small values are bright', async () => {
  const samples = await readSamples(await pngOf(ROWS));
  const pixels = deepPixels(samples, { address: '', slope: 2, intercept: -100, black: 9000, white: 0 });
  expect([pixels.at(1, 0), pixels.at(2, 1), pixels.at(3, 0)]).toEqual([8090, -98, null]);
  expect([pixels.range.first, pixels.range.last]).toEqual([-100, 130970]);
  // Darkest is the largest value.
  expect([pixels.valueAt(0), pixels.valueAt(1)]).toEqual([130970, -100]);
});
