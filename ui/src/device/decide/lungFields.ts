/**
 * The two lung fields: how far evidence extends over them, and whether they are whole, as
 * `raiox.inference.lung_fields`.
 *
 * Source: src/raiox/inference/lung_fields.py.
 */

import type { FloatImage } from '../image';
import { area, componentsOf, type Mask } from './components';

/** Probability from which a cell is lung. */
export const LUNG = 0.5;
const MIN_FIELD = 0.015;
const EVIDENT = 0.25;
const MIN_OF_LARGEST = 0.2;
const MAX_AT_EDGE = { top: 0.3, bottom: 0.2, left: 0.25, right: 0.25 };
const UPRIGHT_DEG = -1.7;
const MAX_TILT_DEG = 11;
const MAX_AREA = 0.52;
const MIN_OF_OTHER_PICTURE = 0.2;

/** Connected regions of lung, the largest first. */
export function lungFields({ width, height, values }: FloatImage): Mask[] {
  const cells = Uint8Array.from(values, (probability) => Number(probability >= LUNG));
  const found = componentsOf({ width, height, cells }).sort((a, b) => area(b) - area(a));
  const floor = Math.max(MIN_FIELD * values.length, MIN_OF_LARGEST * (found[0] ? area(found[0]) : 0));
  return found.filter((field) => area(field) >= floor);
}

/** Share of each zone's area with evidence for a finding; nothing without two lungs. */
export function extentOf(evidence: FloatImage, fields: Mask[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(zonesOf(fields)).map(([zone, { cells }]) => {
      let [evident, all] = [0, 0];
      cells.forEach((cell, at) => {
        all += cell;
        if (cell && (evidence.values[at] ?? 0) >= EVIDENT) evident += 1;
      });
      return [zone, all ? evident / all : 0];
    }),
  );
}

/** Share of the evidence that lies inside the lungs; null where there is none. */
export function shareInside(evidence: FloatImage, lungs: FloatImage): number | null {
  let [inside, total] = [0, 0];
  evidence.values.forEach((value, at) => {
    const positive = Math.max(value, 0);
    total += positive;
    inside += positive * (lungs.values[at] ?? 0);
  });
  return total > 0 ? inside / total : null;
}

/** Whether much lung lies wholly above other lung, as in two radiographs one above another. */
export function areOfSeveralRadiographs(fields: Mask[]): boolean {
  const spans = fields
    .map((field) => ({ ...rowsOf(field), area: area(field) }))
    .sort((a, b) => a.first - b.first || a.last - b.last || a.area - b.area);
  const total = sum(spans.map((span) => span.area));
  return spans.slice(1).some((_, at) => {
    const [above, below] = [spans.slice(0, at + 1), spans.slice(at + 1)];
    if (Math.max(...above.map(({ last }) => last)) >= Math.min(...below.map(({ first }) => first))) return false;
    const smaller = Math.min(...[above, below].map((side) => sum(side.map((span) => span.area))));
    return smaller >= MIN_OF_OTHER_PICTURE * total;
  });
}

/** Codes of what a reader should know of how the lungs lie. */
export function positioningOf(fields: Mask[]): string[] {
  if (!fields[0]) return [];
  const lungs = union(fields);
  const { width, height, cells } = lungs;
  const row = (y: number): Uint8Array => cells.subarray(y * width, (y + 1) * width);
  const column = (x: number): Uint8Array => Uint8Array.from({ length: height }, (_, y) => cells[y * width + x] ?? 0);
  const edges = { top: row(0), bottom: row(height - 1), left: column(0), right: column(width - 1) };
  const cutOff = Object.entries(edges).some(([edge, line]) => mean(line) > MAX_AT_EDGE[edge as keyof typeof edges]);
  const codes = {
    lungs_cut_off: cutOff,
    one_lung: fields.length < 2,
    chest_tilted: Math.abs(tiltOf(fields) - UPRIGHT_DEG) > MAX_TILT_DEG,
    tight_collimation: mean(cells) > MAX_AREA,
  };
  return Object.entries(codes).flatMap(([code, applies]) => (applies ? [code] : []));
}

function zonesOf(fields: Mask[]): Record<string, Mask> {
  const [right, left] = [...fields].sort((a, b) => centreColumn(a) - centreColumn(b));
  if (fields.length !== 2 || !right || !left) return {};
  const lungs = union(fields);
  const { first, last } = rowsOf(lungs);
  const third = (wanted: number): Mask => ({
    ...lungs,
    cells: lungs.cells.map((cell, at) => {
      const row = Math.floor(at / lungs.width);
      return Number(cell === 1 && Math.floor(((row - first) * 3) / (last + 1 - first)) === wanted);
    }),
  });
  return { lungs, right, left, upper: third(0), middle: third(1), lower: third(2) };
}

function union(fields: Mask[]): Mask {
  const [first, ...others] = fields as [Mask, ...Mask[]];
  return { ...first, cells: first.cells.map((cell, at) => others.reduce((all, { cells }) => all | (cells[at] ?? 0), cell)) };
}

function rowsOf({ width, cells }: Mask): { first: number; last: number } {
  return { first: Math.floor(cells.indexOf(1) / width), last: Math.floor(cells.lastIndexOf(1) / width) };
}

function cellsOf({ width, cells }: Mask): { row: number; column: number }[] {
  return Array.from(cells).flatMap((cell, at) => (cell ? [{ row: Math.floor(at / width), column: at % width }] : []));
}

function centreColumn(field: Mask): number {
  return mean(cellsOf(field).map(({ column }) => column));
}

/** Of two lungs; upright where there are not two. */
function tiltOf(fields: Mask[]): number {
  return fields.length === 2 ? mean(fields.map(axisOf)) : UPRIGHT_DEG;
}

/** Angle of the long axis with the vertical, in degrees; positive where it leans right going down. */
function axisOf(field: Mask): number {
  const cells = cellsOf(field);
  const row = mean(cells.map((cell) => cell.row));
  const column = mean(cells.map((cell) => cell.column));
  const along = (f: (down: number, right: number) => number): number =>
    sum(cells.map((cell) => f(cell.row - row, cell.column - column)));
  const difference = along((down, right) => down * down - right * right);
  return ((Math.atan2(2 * along((down, right) => down * right), difference) / 2) * 180) / Math.PI;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: ArrayLike<number>): number {
  return sum(Array.from(values)) / values.length;
}
