/** What a display shutter leaves open, as `raiox.intake.dicom.display_shutter`. Source: DICOM PS3.3, C.7.6.11. */

import { clip, type GrayImage, type Shape } from '../../image';
import type { Elements } from './elements';

/** Of a side. */
const MIN_OPEN = 0.25;
const [MIN_VERTICES, MAX_VERTICES] = [3, 1_000];

/** 1 for each pixel that is shown, row by row; null where the file does not say. */
type Opening = (shape: Shape, elements: Elements) => Uint8Array | null;

const OPENINGS: Readonly<Record<string, Opening>> = { RECTANGULAR: rectangle, CIRCULAR: circle, POLYGONAL: polygon };

/** Black outside the shapes; the same image where the file has none. */
export function closeShutter(image: GrayImage, elements: Elements): GrayImage {
  const shapes = elements.words('ShutterShape');
  let { pixels } = image;
  for (const [name, opening] of Object.entries(OPENINGS)) {
    const open = shapes.includes(name) ? opening(image, elements) : null;
    if (open && isWide(image, open)) pixels = pixels.map((shade, at) => (open[at] ? shade : 0));
  }
  return { ...image, pixels };
}

/** Whether enough rows and columns are shown. */
function isWide({ width, height }: Shape, open: Uint8Array): boolean {
  const [rows, columns] = [new Uint8Array(height), new Uint8Array(width)];
  open.forEach((shown, at) => {
    if (shown) rows[Math.floor(at / width)] = columns[at % width] = 1;
  });
  return [rows, columns].every((side) => side.reduce((sum, shown) => sum + shown, 0) > MIN_OPEN * side.length);
}

/** Rows and columns are counted from one. */
function openWhere({ width, height }: Shape, isOpen: (row: number, column: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, at) => Number(isOpen(Math.floor(at / width) + 1, (at % width) + 1)));
}

function rectangle(shape: Shape, elements: Elements): Uint8Array | null {
  const top = elements.integer('ShutterUpperHorizontalEdge') ?? 0;
  const bottom = elements.integer('ShutterLowerHorizontalEdge') ?? 0;
  const left = elements.integer('ShutterLeftVerticalEdge') ?? 0;
  const right = elements.integer('ShutterRightVerticalEdge') ?? 0;
  if (Math.min(top, left) < 1) return null;
  return openWhere(shape, (row, column) => row >= top && row <= bottom && column >= left && column <= right);
}

function circle(shape: Shape, elements: Elements): Uint8Array | null {
  const [centreRow, centreColumn, ...others] = elements.numbers('CenterOfCircularShutter');
  const radius = elements.number('RadiusOfCircularShutter');
  if (centreRow == null || centreColumn == null || others.length || !radius) return null;
  return openWhere(shape, (row, column) => (row - centreRow) ** 2 + (column - centreColumn) ** 2 <= radius ** 2);
}

/** Even-odd: a pixel is inside where an odd number of sides cross its row at its right. */
function polygon({ width, height }: Shape, elements: Elements): Uint8Array | null {
  const numbers = elements.numbers('VerticesOfThePolygonalShutter').filter((number) => number !== null);
  const n = Math.floor(numbers.length / 2);
  if (n < MIN_VERTICES || n > MAX_VERTICES) return null;
  const vertex = (at: number): [number, number] => [numbers[2 * (at % n)] as number, numbers[2 * (at % n) + 1] as number];
  const open = new Uint8Array(width * height);
  for (let side = 0; side < n; side++) {
    const [[start, left], [end, right]] = [vertex(side), vertex(side + 1)];
    for (let row = 1; row <= height; row++) {
      if (start > row === end > row) continue;
      const crossing = left + ((right - left) * (row - start)) / (end - start);
      const last = clip(Math.ceil(crossing) - 1, 0, width);
      if (last > 0) flip(open, (row - 1) * width + last - 1);
    }
  }
  return sumFromTheRight(open, width);
}

function flip(cells: Uint8Array, at: number): void {
  cells[at] = (cells[at] ?? 0) ^ 1;
}

/** Of each row, whether an odd number lies at a cell or at its right. */
function sumFromTheRight(cells: Uint8Array, width: number): Uint8Array {
  for (let at = cells.length - 2; at >= 0; at--) if ((at + 1) % width && cells[at + 1]) flip(cells, at);
  return cells;
}
