/**
 * Whether the rows of an image are as long as its header says; if they are not, it is sheared, as
 * `raiox.intake.dicom.row_length`. Source: src/raiox/intake/dicom/row_length.py.
 */

import type { Words } from '../bitLayout';

const N_ROWS = 48;
const MAX_OFF = 64;
/** An icon has too few pixels for a row to be known by. */
const MIN_SIDE = 64;
const MAX_RATIO = 0.9;

/** The length at which rows are most alike: `columns`, unless another is clearly better. */
export function seeRowLength(samples: Words, rows: number, columns: number): number {
  const first = Math.max(1, columns - MAX_OFF);
  const lengths = [...Array.from({ length: columns + MAX_OFF + 1 - first }, (_, at) => first + at), rows];
  const last = samples.length - Math.max(...lengths) - columns;
  if (last < N_ROWS || Math.min(rows, columns) < MIN_SIDE) return columns;
  const starts = Array.from({ length: N_ROWS }, (_, at) => Math.trunc((at * last) / (N_ROWS - 1)));
  const unlike = lengths.map((length) => deviationOf(samples, starts, columns, length));
  const likeliest = unlike.indexOf(Math.min(...unlike));
  const declared = unlike[lengths.indexOf(columns)] ?? 0;
  return (unlike[likeliest] ?? 0) < MAX_RATIO * declared ? (lengths[likeliest] ?? columns) : columns;
}

/** How far steps to the pixel `length` further lie from their mean, on average: all are equal on a slope of gray. */
function deviationOf(samples: Words, starts: number[], columns: number, length: number): number {
  const n = starts.length * columns;
  let sum = 0;
  for (const start of starts) {
    for (let at = start; at < start + columns; at++) sum += (samples[at + length] as number) - (samples[at] as number);
  }
  const mean = sum / n;
  let far = 0;
  for (const start of starts) {
    for (let at = start; at < start + columns; at++) {
      far += Math.abs((samples[at + length] as number) - (samples[at] as number) - mean);
    }
  }
  return far / n;
}
