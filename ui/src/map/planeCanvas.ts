/** Draws the cases of the plane: each marker once, then a copy of it per case, which covers the edges of those below. */

import { outline, resolveColor, type Marker } from '../shared/marker';
import type { Group } from './groups';
import type { Point } from './plane';

const EDGE = '#eef1f4';
const EDGE_PX = 0.5;

export interface Screen {
  /** Of the plane, in the left upper corner. */
  left: number;
  top: number;
  /** Of the plane, in one pixel. */
  scale: number;
  /** In pixels. */
  width: number;
  height: number;
}

/** Args: radius: of a marker, in pixels. */
export function drawCases(canvas: HTMLCanvasElement, groups: readonly Group[], points: readonly Point[], screen: Screen, radius: number): void {
  const density = devicePixelRatio;
  const context = clear(canvas, Math.round(screen.width * density), Math.round(screen.height * density));
  if (!context) return;
  const { left, top } = screen;
  const scale = screen.scale / density;
  for (const { marker, at } of groups) {
    const stamp = drawMarker(marker, canvas, radius * density, EDGE_PX * density);
    const middle = stamp.width / 2;
    for (const n of at) {
      const [x, y] = points[n] ?? [NaN, NaN];
      // On whole pixels, which are copied instead of mixed.
      context.drawImage(stamp, Math.round((x - left) / scale - middle), Math.round((y - top) / scale - middle));
    }
  }
}

function clear(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context?.clearRect(0, 0, width, height);
  return context;
}

function drawMarker(marker: Marker, page: HTMLElement, radius: number, edge: number): HTMLCanvasElement {
  const stamp = document.createElement('canvas');
  stamp.width = stamp.height = Math.ceil(3 * radius + 2 * edge);
  const context = stamp.getContext('2d');
  if (!context) return stamp;
  const path = new Path2D(outline(marker.shape, stamp.width / 2, stamp.width / 2, radius));
  context.fillStyle = resolveColor(marker, page);
  context.fill(path);
  context.lineWidth = edge;
  context.strokeStyle = EDGE;
  context.stroke(path);
  return stamp;
}
