/**
 * Modality LUT, VOI LUT and palette, as `raiox.intake.dicom.lookup_table`.
 *
 * Source: DICOM PS3.3, C.11.1.1, C.11.2.1.1 and C.7.6.3.1.5 and .6.
 */

import { clip, roundHalfEven } from '../../image';
import { viewOf } from '../bytes';
import type { Elements, Keyword } from './elements';

const MAX_ENTRIES = 2 ** 16;

export interface LookupTable {
  readonly first: number;
  readonly entries: Uint16Array;
  readonly nBits: number;
  readonly isRepaired: boolean;
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
  const entries = entriesOf(content, n, elements.isLittleEndian);
  const depth = depthOf(entries.reduce((largest, entry) => Math.max(largest, entry), 0), nBits);
  return { first, entries, nBits: depth, isRepaired: depth !== nBits };
}

/** Values outside get the first or the last entry (C.11.2.1.1). */
export function lookUp({ first, entries }: LookupTable, value: number): number {
  return entries[clip(roundHalfEven(value) - first, 0, entries.length - 1)] ?? 0;
}

/** As bytes where there is just one for each entry, else as words. */
function entriesOf(content: Uint8Array, n: number, isLittleEndian: boolean): Uint16Array {
  if (content.length >= n && content.length <= n + 1) return Uint16Array.from(content.subarray(0, n));
  const view = viewOf(content);
  return Uint16Array.from({ length: Math.min(Math.floor(content.length / 2), n) }, (_, at) => view.getUint16(2 * at, isLittleEndian));
}

/** The promised bits, unless the entries use less than half of them, or more. */
function depthOf(largest: number, nBits: number): number {
  const used = Math.max(1, 32 - Math.clz32(largest));
  return 2 ** (nBits - 1) <= largest && largest < 2 ** nBits ? nBits : used;
}
