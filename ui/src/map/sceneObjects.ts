/** The objects of the scene: markers, axes and highlights. */

import {
  BufferGeometry,
  CanvasTexture,
  Float32BufferAttribute,
  Group as Object3DGroup,
  LineBasicMaterial,
  LineSegments,
  Points,
  PointsMaterial,
  SRGBColorSpace,
  type Object3D,
} from 'three';

import type { Group } from './groups';
import { resolveColor, outline, type Marker } from '../shared/marker';

export type Point3D = [number, number, number];

export interface Highlights {
  /** The visitor's own analysis. */
  own: Point3D | null;
  /** Its nearest cases, tied to it with lines. */
  near: Point3D[];
  selected: Point3D | null;
}

const MARKER_PX = 64;
const MARKER_SIZE = 0.055;
const AXES = [-1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1];
const LIGHT = '#eef1f4';

export function drawGroup(layer: string, { at, marker }: Group, positions: readonly Point3D[], page: HTMLElement): Object3D {
  const own = at.map((n) => positions[n]).filter((position) => position !== undefined);
  return drawPoints(layer, own, markerTexture(marker, page), MARKER_SIZE);
}

export function drawAxes(): Object3D {
  return drawLines(AXES, '#4a535c');
}

export function drawHighlights(layer: string, { own, near, selected }: Highlights): Object3D {
  const highlights = new Object3DGroup();
  highlights.name = layer;
  if (own) {
    highlights.add(drawLines(near.flatMap((position) => [...own, ...position]), LIGHT));
    highlights.add(drawPoints('', [own], crossTexture(), MARKER_SIZE * 3, true));
  }
  const ringed = [...near, ...(selected ? [selected] : [])];
  if (ringed.length > 0) highlights.add(drawPoints('', ringed, ringTexture(), MARKER_SIZE * 1.7, true));
  return highlights;
}

function drawPoints(
  name: string,
  positions: readonly Point3D[],
  map: CanvasTexture,
  size: number,
  onTop = false,
): Object3D {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(positions.flat(), 3));
  const style = { map, size, alphaTest: 0.4, transparent: onTop, depthTest: !onTop };
  const points = new Points(geometry, new PointsMaterial(style));
  points.name = name;
  points.renderOrder = onTop ? 1 : 0;
  return points;
}

function drawLines(ends: number[], color: string): Object3D {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(ends, 3));
  return new LineSegments(geometry, new LineBasicMaterial({ color }));
}

function markerTexture(marker: Marker, page: HTMLElement): CanvasTexture {
  return texture((context, middle) => {
    const path = new Path2D(outline(marker.shape, middle, middle, middle * 0.72));
    context.fillStyle = resolveColor(marker, page);
    context.fill(path);
    context.lineWidth = 3;
    context.strokeStyle = LIGHT;
    context.stroke(path);
  });
}

function ringTexture(): CanvasTexture {
  return texture((context, middle) => {
    ring(context, middle);
  });
}

function crossTexture(): CanvasTexture {
  return texture((context, middle) => {
    ring(context, middle);
    context.stroke(new Path2D(`M0 ${String(middle)}H${String(MARKER_PX)}M${String(middle)} 0V${String(MARKER_PX)}`));
  });
}

function ring(context: CanvasRenderingContext2D, middle: number): void {
  context.lineWidth = 7;
  context.strokeStyle = LIGHT;
  context.stroke(new Path2D(outline('circle', middle, middle, middle * 0.8)));
}

function texture(draw: (context: CanvasRenderingContext2D, middle: number) => void): CanvasTexture {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = MARKER_PX;
  const context = canvas.getContext('2d');
  if (context) draw(context, MARKER_PX / 2);
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  return map;
}
