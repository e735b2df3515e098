import { expect, test } from 'vitest';

import { checkFile } from '../src/shared/upload/checkFile';
import { ACCEPTED, HEAD_BYTES, isDrawnByBrowsers, recognize } from '../src/shared/upload/formats';
import { acceptedFiles } from '../vite/first-screen.js';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const MAX_BYTES = 1_000;

test.each([
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff\xe0', 'jpeg'],
  ['RIFF\0\0\0\0WEBPVP8 ', 'webp'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
  ['BM', 'bmp'],
  ['\0'.repeat(128) + 'DICM', 'dicom'],
  ['II*\0' + '\0'.repeat(124) + 'DICM', 'dicom'],
  ['\x02\0\0\0UL\x04\0', 'dicom'],
  ['\x08\0\x05\0', 'dicom'],
  ['\0\0\0\x18ftypheic', 'heif'],
  ['\0\0\0\x18ftypavif', 'avif'],
  ['\0\0\0\x18ftypmp42', 'video'],
  ['%PDF-1.7', 'pdf'],
  ['GIF89a', 'gif'],
  ['<html>', undefined],
  ['', undefined],
])('%j is recognized as %s by its content', (start, format) => {
  expect(recognize(bytes(start))?.id).toBe(format);
});

test('the start of a file that is looked at reaches the magic of DICOM', () => {
  expect(HEAD_BYTES).toBeGreaterThanOrEqual(132);
});

test('a TIFF is read by the service but not drawn by the browser', () => {
  const tiff = recognize(bytes('II*\0'));
  expect(tiff && [tiff.read, isDrawnByBrowsers(tiff)]).toEqual([true, false]);
});

test('the first screen and the app offer the same files', () => {
  expect(acceptedFiles()).toBe(ACCEPTED);
  expect(ACCEPTED.split(',')).toEqual(expect.arrayContaining(['image/png', '.dcm', 'application/dicom']));
});

test.each([
  ['', 'empty'],
  ['x'.repeat(MAX_BYTES + 1), 'too_large'],
  ['<html>', 'not_an_image'],
  ['%PDF-1.7', 'pdf'],
  ['7z\xbc\xaf', 'archive'],
  ['GIF89a', 'unsupported_format'],
])('a file that starts with %.8j is refused before it is sent as %s', async (content, code) => {
  const { failure } = await checkFile(new Blob([bytes(content)]), MAX_BYTES);
  expect(failure?.code).toBe(code);
});

test.each(['\xff\xd8\xff', 'II+\0'])('an image within the limit passes: %j', async (start) => {
  const { failure } = await checkFile(new Blob([bytes(start)]), MAX_BYTES);
  expect(failure).toBeNull();
});

test('a HEIF photograph is sent: only the server knows whether it has the decoder', async () => {
  const checked = await checkFile(new Blob([bytes('\0\0\0\x18ftypheic')]), MAX_BYTES);
  expect(checked).toEqual({ failure: null, drawable: false });
});
