/**
 * Modality LUT, VOI LUT and palette, as `raiox.intake.dicom.lookup_table`.
 *
 * Source: DICOM PS3.3, C.11.1.1, C.11.2.1.1 and C.7.6.3.1.5 and .6.
 */

import { clip, roundHalfEven } from '../../image';
import { viewOf } from '../bytes';
import type { Elements, Keyword } from './elements';

const MAX_ENTRIES = 2 ** 16;
/** Bytes that are entries step half as far as every second of them. */
const WORD_STEPS = 4;
/** Of words in the other order: no table rises more evenly than a right one. */
const MAX_UNEVEN = 0.25;

export interface LookupTable {
  readonly first: number;
  readonly entries: Uint16Array;
  readonly nBits: number;
  readonly isRepaired: boolean;
  /** Whether there is an entry for each that the descriptor says. */
  readonly isWhole: boolean;
}

/** Null where it cannot be one. */
export function readLookupTable(
  elements: Elements,
  descriptor: Keyword,
  data: Keyword,
  isSigned: boolean,
): LookupTable | null {
  const described = elements.numbers(descriptor, isSigned);
  const content = elements.data(data);
  const [said, first, nBits] = described;
  if (described.length !== 3 || said == null || first == null || nBits == null || content.length === 0) return null;
  const n = (((said % MAX_ENTRIES) + MAX_ENTRIES) % MAX_ENTRIES) || MAX_ENTRIES;
  const seen = entriesOf(content, n, elements.isLittleEndian);
  const swapped = seen.map((word) => ((word & 0xff) << 8) | (word >> 8));
  const isSwapped = unevenness(swapped) < MAX_UNEVEN * unevenness(seen);
  const entries = isSwapped ? swapped : seen;
  const depth = depthOf(entries.reduce((largest, entry) => Math.max(largest, entry), 0), nBits);
  return { first, entries, nBits: depth, isRepaired: isSwapped || depth !== nBits, isWhole: entries.length === n };
}

/** Values outside get the first or the last entry (C.11.2.1.1). */
export function lookUp({ first, entries }: LookupTable, value: number): number {
  return entries[clip(roundHalfEven(value) - first, 0, entries.length - 1)] ?? 0;
}

/** As bytes where there is just one for each entry and no word can be seen, else as words. */
function entriesOf(content: Uint8Array, n: number, isLittleEndian: boolean): Uint16Array {
  if (content.length >= n && content.length <= n + 1) {
    const single = content.subarray(0, n);
    if (!areWords(single, isLittleEndian)) return Uint16Array.from(single);
  }
  const view = viewOf(content);
  return Uint16Array.from({ length: Math.min(Math.floor(content.length / 2), n) }, (_, at) => view.getUint16(2 * at, isLittleEndian));
}

/** Mean step, as a share of what all lie between; 1 for a constant, which shows no order. */
function unevenness(entries: Uint16Array): number {
  let [sum, least, most] = [0, Infinity, -Infinity];
  entries.forEach((entry, at) => {
    sum += at ? Math.abs(entry - (entries[at - 1] as number)) : 0;
    [least, most] = [Math.min(least, entry), Math.max(most, entry)];
  });
  return sum ? sum / (entries.length - 1) / (most - least) : 1;
}

/** Whether every second byte, the upper one, goes on much more evenly than all of them do. */
function areWords(single: Uint8Array, isLittleEndian: boolean): boolean {
  const upper = single.filter((_, at) => at % 2 === Number(isLittleEndian));
  return upper.length > 1 && meanStep(single) > WORD_STEPS * meanStep(upper);
}

function meanStep(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 1; at < bytes.length; at++) sum += Math.abs((bytes[at] as number) - (bytes[at - 1] as number));
  return sum / (bytes.length - 1);
}

/** The promised bits, unless the entries use less than half of them, or more. */
function depthOf(largest: number, nBits: number): number {
  const used = Math.max(1, 32 - Math.clz32(largest));
  return 2 ** (nBits - 1) <= largest && largest < 2 ** nBits ? nBits : used;
}
