/** What a file is by its content, never by its name: a check before the network is used. */

export type Format =
  | 'png'
  | 'jpeg'
  | 'webp'
  | 'tiff'
  | 'bmp'
  | 'dicom'
  | 'heic'
  | 'pdf'
  | 'gif'
  | 'zip'
  | 'unknown';

const READ: readonly Format[] = ['png', 'jpeg', 'webp', 'tiff', 'bmp', 'dicom'];
const DRAWN_BY_BROWSERS: readonly Format[] = ['png', 'jpeg', 'webp', 'bmp'];

/** Bytes that `sniff` looks at: DICOM tells its name after a preamble of 128 (PS3.10, 7.1). */
export const HEAD_BYTES = 132;

const STARTS: readonly [Format, string][] = [
  ['png', '\x89PNG\r\n\x1a\n'],
  ['jpeg', '\xff\xd8\xff'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['bmp', 'BM'],
  ['pdf', '%PDF'],
  ['gif', 'GIF8'],
  ['zip', 'PK\x03\x04'],
  // DICOM without its preamble starts with an element of group 0008 (or 0002), little endian.
  ['dicom', '\x08\0'],
  ['dicom', '\x02\0'],
];

export function sniff(head: Uint8Array): Format {
  const text = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  if (text.slice(128, 132) === 'DICM') return 'dicom';
  if (text.slice(4, 8) === 'ftyp' && /^(hei|hev|mif|msf)/.test(text.slice(8, 11))) return 'heic';
  return STARTS.find(([, start]) => text.startsWith(start))?.[0] ?? 'unknown';
}

export function isRead(format: Format): boolean {
  return READ.includes(format);
}

export function isDrawnByBrowsers(format: Format): boolean {
  return DRAWN_BY_BROWSERS.includes(format);
}
