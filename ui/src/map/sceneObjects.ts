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
  Sprite,
  SpriteMaterial,
  SRGBColorSpace,
  type Object3D,
} from 'three';

import { axisEnds, namedEnds, type Point3D } from './framing';
import type { Group } from './groups';
import { resolveColor, outline, type Marker } from '../shared/marker';

export interface Highlights {
  /** The visitor's own analysis. */
  own: Point3D | null;
  /** Its nearest cases, tied to it with lines. */
  near: Point3D[];
  selected: Point3D | null;
}

const MARKER_PX = 64;
const MARKER_SIZE = 0.055;
/** Of the height of the view from a distance of 1, at whatever distance the label stands. */
const LABEL_HEIGHT = 0.06;
const LABEL_FONT_PX = 32;
const LIGHT = '#eef1f4';

export function drawGroup(layer: string, { at, marker }: Group, positions: readonly Point3D[], page: HTMLElement): Object3D {
  const own = at.map((n) => positions[n]).filter((position) => position !== undefined);
  return drawPoints(layer, own, markerTexture(marker, page), MARKER_SIZE);
}

/** Args: names: of the three axes, written at the end that counts up; positions: of the cases along them. */
export function drawAxes(names: readonly [string, string, string], positions: readonly Point3D[]): Object3D {
  const axes = new Object3DGroup();
  const ends = axisEnds(positions).flatMap((pair, axis) => pair.flatMap((end) => [0, 1, 2].map((other) => (other === axis ? end : 0))));
  axes.add(drawLines(ends, '#4a535c'));
  namedEnds(positions).forEach((end, axis) => axes.add(drawLabel(names[axis] ?? '', end)));
  return axes;
}

function drawLabel(name: string, [x, y, z]: Point3D): Object3D {
  const map = texture((context, middle) => {
    context.fillStyle = LIGHT;
    context.font = `${String(LABEL_FONT_PX)}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.fillText(name, 2 * middle, middle + LABEL_FONT_PX / 3);
  }, 2);
  const label = new Sprite(new SpriteMaterial({ map, depthTest: false, sizeAttenuation: false }));
  label.position.set(x, y, z);
  label.scale.set(2 * LABEL_HEIGHT, LABEL_HEIGHT, 1);
  label.renderOrder = 2;
  return label;
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

/** Args: aspect: width over height. */
function texture(draw: (context: CanvasRenderingContext2D, middle: number) => void, aspect = 1): CanvasTexture {
  const canvas = document.createElement('canvas');
  canvas.height = MARKER_PX;
  canvas.width = aspect * MARKER_PX;
  const context = canvas.getContext('2d');
  if (context) draw(context, MARKER_PX / 2);
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  return map;
}
