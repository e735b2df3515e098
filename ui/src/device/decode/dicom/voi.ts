/**
 * The VOI LUT or window, as `raiox.intake.dicom.voi_lut`. Source: DICOM PS3.3, C.11.2.
 */

import { clip, firstReaching } from '../../image';
import type { Counts } from '../tone';
import type { Elements } from './elements';
import { lookUp, readLookupTable } from './lookupTable';

const SATURATED = 0.02;
const MIN_SHOWN = 0.2;
const MIN_SPREAD = 0.25;
const TAIL = 0.01;
const MAX_EXPONENT = 700;

export interface Voi {
  /** In [0, 1]; null where the file wants none. */
  readonly shades: Float64Array | null;
  /** Whether something that the file says was of no use or had to be mended. */
  readonly isMended: boolean;
}

/** Args: values: after the modality transformation. */
export function readVoi(values: Float64Array, elements: Elements): Voi {
  const [item] = elements.items('VOILUTSequence');
  if (item) {
    const table = readLookupTable(item, 'LUTDescriptor', 'LUTData', values.some((value) => value < 0));
    if (table) {
      const top = 2 ** table.nBits - 1;
      return { shades: values.map((value) => Math.min(lookUp(table, value) / top, 1)), isMended: table.isRepaired };
    }
  }
  const [centre, width] = [elements.number('WindowCenter'), elements.number('WindowWidth')];
  const isSaid = elements.words('WindowCenter').length > 0 || elements.words('WindowWidth').length > 0;
  const shades =
    centre !== null && width !== null ? windowed(values, centre, width, elements.word('VOILUTFunction')) : null;
  const isMended = elements.repaired.has('WindowCenter') || elements.repaired.has('WindowWidth');
  return { shades, isMended: item !== undefined || isMended || (isSaid && shades === null) };
}

/** Whether shades separate the pixels that are there. Args: counts: without background and padding. */
export function showsTheImage(shades: Float64Array, counts: Counts): boolean {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const between = counts.reduce((sum, count, at) => {
    const shade = shades[at] ?? 0;
    return shade > SATURATED && shade < 1 - SATURATED ? sum + count : sum;
  }, 0);
  if (!total || between < MIN_SHOWN * total) return false;
  const order = Array.from(shades.keys()).sort((a, b) => (shades[a] ?? 0) - (shades[b] ?? 0));
  let sum = 0;
  const cumulated = order.map((at) => (sum += counts[at] ?? 0) / total);
  const [low = 0, high = 0] = [TAIL, 1 - TAIL].map((share) => shades[order[firstReaching(cumulated, share)] ?? 0] ?? 0);
  return high - low >= MIN_SPREAD;
}

/** C.11.2.1.2 and C.11.2.1.3, with 0 and 1 as the smallest and largest output. */
function windowed(values: Float64Array, centre: number, width: number, kind: string): Float64Array | null {
  if (width <= 0 || (kind !== 'SIGMOID' && kind !== 'LINEAR_EXACT' && width <= 1)) return null;
  if (kind === 'SIGMOID') {
    return values.map((value) => 1 / (1 + Math.exp(clip((-4 * (value - centre)) / width, -MAX_EXPONENT, MAX_EXPONENT))));
  }
  const [c, w] = kind === 'LINEAR_EXACT' ? [centre, width] : [centre - 0.5, width - 1];
  return values.map((value) => clip((value - c) / w + 0.5, 0, 1));
}
