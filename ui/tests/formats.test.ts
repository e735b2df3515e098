import { expect, test } from 'vitest';

import { check } from '../src/shared/upload/checkFile';
import { isDrawnByBrowsers, isRead, sniff } from '../src/shared/upload/formats';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const MAX_BYTES = 1_000;

test.each([
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff\xe0', 'jpeg'],
  ['RIFF\0\0\0\0WEBPVP8 ', 'webp'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['BM', 'bmp'],
  ['\0'.repeat(128) + 'DICM', 'dicom'],
  ['\x08\0\x05\0', 'dicom'],
  ['\0\0\0\x18ftypheic', 'heic'],
  ['%PDF-1.7', 'pdf'],
  ['<html>', 'unknown'],
  ['', 'unknown'],
])('%j is %s by its content', (start, format) => {
  expect(sniff(bytes(start))).toBe(format);
});

test('a TIFF is read by the service but not drawn by the browser', () => {
  expect([isRead('tiff'), isDrawnByBrowsers('tiff')]).toEqual([true, false]);
});

test.each([
  ['', 'empty'],
  ['x'.repeat(MAX_BYTES + 1), 'too_large'],
  ['<html>', 'not_an_image'],
  ['%PDF-1.7', 'pdf'],
  ['GIF89a', 'not_an_image'],
])('a file that starts with %.8j is refused before it is sent as %s', async (content, code) => {
  const { failure } = await check(new Blob([bytes(content)]), MAX_BYTES);
  expect(failure?.code).toBe(code);
});

test('an image within the limit passes', async () => {
  const { failure } = await check(new Blob([bytes('\xff\xd8\xff')]), MAX_BYTES);
  expect(failure).toBeNull();
});
