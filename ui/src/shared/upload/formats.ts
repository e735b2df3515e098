/** What a file is by its content, never by its name: a check before the network is used. */

import known from '../../../../src/raiox/formats.json';

export interface Format {
  id: string;
  name: string;
  extensions: readonly string[];
  media_types: readonly string[];
  /** The file begins so at one of these. */
  magics: readonly { offset: number; hex: string }[];
  /** Whether the service decodes it. */
  read: boolean;
  /** What a server may have installed to decode it: only the server knows. */
  extra?: string;
  /** The service's code of the refusal, where it does not. */
  refusal_code?: string;
}

const FORMATS: readonly Format[] = known;
const READ = FORMATS.filter(({ read }) => read);
const DRAWN_BY_BROWSERS: readonly string[] = ['png', 'jpeg', 'webp', 'bmp', 'avif'];

export const READ_NAMES = READ.map(({ name }) => name);

/** What a file chooser offers. */
export const ACCEPTED = READ.flatMap(({ media_types, extensions }) => [...media_types, ...extensions]).join();

// DICOM's preamble may look like another format (PS3.10, 7.1), so the farthest magic decides.
const MAGICS = FORMATS.flatMap((format) =>
  format.magics.map(({ offset, hex }) => ({ format, offset, bytes: bytesOf(hex) })),
).sort((a, b) => Number(b.format.read) - Number(a.format.read) || b.offset - a.offset);

/** How many bytes of a file `recognize` looks at. */
export const HEAD_BYTES = Math.max(...MAGICS.map(({ offset, bytes }) => offset + bytes.length));

/** Null for what raiox does not know. */
export function recognize(head: Uint8Array): Format | null {
  const found = MAGICS.find(({ offset, bytes }) => bytes.every((byte, at) => head[offset + at] === byte));
  return found?.format ?? null;
}

export function isDrawnByBrowsers({ id }: Format): boolean {
  return DRAWN_BY_BROWSERS.includes(id);
}

function bytesOf(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}
