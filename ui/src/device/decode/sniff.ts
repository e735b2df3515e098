/** What bytes are, by their own beginning, as `raiox.intake.sniff`: what is read, or why it is not. */

import { READ_NAMES, recognize } from '../../shared/upload/formats';
import { ascii, find } from './bytes';
import { isDicom } from './dicom/encoding';
import { RefusedError } from './refusal';

export const DICOM = 'dicom';
export const ZIP = 'zip';
/** Some browsers decode it. */
export const HEIF = 'heif';

/** An XML prologue and a comment may come before `<svg`. */
export const SNIFFED_BYTES = 1_024;
const IHDR = [0x49, 0x48, 0x44, 0x52];
/** Where it stands in a PNG, with room for some added line ends. */
const DAMAGED_PNG_HEADER = [12, 20] as const;
const TGA_FOOTER = 'TRUEVISION-XFILE.\0';
const BLANKS = [9, 10, 11, 12, 13, 32];

/** What an image may be, for the sentences that name it. */
export const NAMES = READ_NAMES.filter((name) => name !== 'ZIP').join(', ');

/** The id of a format that is read, or may be; null where it is none. Args: head: at least `SNIFFED_BYTES`, or all. */
export function recognized(head: Uint8Array): string | null {
  const found = recognize(head);
  if (!found || !(found.read || found.id === HEIF) || (found.id === DICOM && !isDicom(head))) return null;
  return found.id;
}

/** Throws: RefusedError that says what else it is. */
export function sniff(content: Uint8Array): string {
  if (content.length === 0) throw new RefusedError('empty_upload');
  const format = recognized(content);
  if (!format) throw refusalOf(content);
  return format;
}

function refusalOf(content: Uint8Array): RefusedError {
  const header = find(content.subarray(0, DAMAGED_PNG_HEADER[1]), IHDR, DAMAGED_PNG_HEADER[0]);
  if (header >= 0 || beginsWithBlanks(content)) return new RefusedError('corrupt_image');
  const known = recognize(content);
  if (known && !known.read) {
    return new RefusedError(known.refusal_code ?? 'unsupported_format', { format: known.name, formats: NAMES });
  }
  const name = nameByShape(content);
  if (name) return new RefusedError('unsupported_format', { format: name, formats: NAMES });
  return new RefusedError('not_an_image', { formats: NAMES });
}

function beginsWithBlanks(content: Uint8Array): boolean {
  const head = content.subarray(0, SNIFFED_BYTES);
  const first = head.findIndex((byte) => !BLANKS.includes(byte));
  return first > 0 && recognized(head.subarray(first)) !== null;
}

/** Formats without a magic at a fixed place. */
function nameByShape(content: Uint8Array): string | null {
  if (ascii(content.subarray(-TGA_FOOTER.length)) === TGA_FOOTER) return 'TGA';
  const head = ascii(content.subarray(0, SNIFFED_BYTES));
  if (/^P[1-7]\s/.test(head)) return 'PNM';
  return head.toLowerCase().includes('<svg') ? 'SVG' : null;
}
