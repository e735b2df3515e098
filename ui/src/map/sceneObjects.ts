/** What the cloud is made of: signs, axes and marks. */

import {
  BufferGeometry,
  CanvasTexture,
  Float32BufferAttribute,
  Group as Drawn,
  LineBasicMaterial,
  LineSegments,
  Points,
  PointsMaterial,
  SRGBColorSpace,
  type Object3D,
} from 'three';

import type { Group } from './groups';
import { colourOf, outline, type Sign } from '../shared/marker';

export type Place = [number, number, number];

export interface Marks {
  /** The visitor's own analysis. */
  own: Place | null;
  /** Its nearest cases, tied to it with lines. */
  near: Place[];
  picked: Place | null;
}

const SIGN_PX = 64;
const SIGN_SIZE = 0.055;
const AXES = [-1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1];
const LIGHT = '#eef1f4';

export function drawGroup(layer: string, { at, sign }: Group, places: readonly Place[]): Object3D {
  const own = at.map((n) => places[n]).filter((place) => place !== undefined);
  return drawPoints(layer, own, signTexture(sign), SIGN_SIZE);
}

export function drawAxes(): Object3D {
  return drawLines(AXES, '#4a535c');
}

export function drawMarks(layer: string, { own, near, picked }: Marks): Object3D {
  const marks = new Drawn();
  marks.name = layer;
  if (own) {
    marks.add(drawLines(near.flatMap((place) => [...own, ...place]), LIGHT));
    marks.add(drawPoints('', [own], crossTexture(), SIGN_SIZE * 3, true));
  }
  const ringed = [...near, ...(picked ? [picked] : [])];
  if (ringed.length > 0) marks.add(drawPoints('', ringed, ringTexture(), SIGN_SIZE * 1.7, true));
  return marks;
}

function drawPoints(
  name: string,
  places: readonly Place[],
  map: CanvasTexture,
  size: number,
  onTop = false,
): Object3D {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(places.flat(), 3));
  const look = { map, size, alphaTest: 0.4, transparent: onTop, depthTest: !onTop };
  const points = new Points(geometry, new PointsMaterial(look));
  points.name = name;
  points.renderOrder = onTop ? 1 : 0;
  return points;
}

function drawLines(ends: number[], color: string): Object3D {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(ends, 3));
  return new LineSegments(geometry, new LineBasicMaterial({ color }));
}

function signTexture(sign: Sign): CanvasTexture {
  return texture((context, middle) => {
    const path = new Path2D(outline(sign.shape, middle, middle, middle * 0.72));
    context.fillStyle = colourOf(sign);
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
    context.stroke(new Path2D(`M0 ${String(middle)}H${String(SIGN_PX)}M${String(middle)} 0V${String(SIGN_PX)}`));
  });
}

function ring(context: CanvasRenderingContext2D, middle: number): void {
  context.lineWidth = 7;
  context.strokeStyle = LIGHT;
  context.stroke(new Path2D(outline('circle', middle, middle, middle * 0.8)));
}

function texture(draw: (context: CanvasRenderingContext2D, middle: number) => void): CanvasTexture {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIGN_PX;
  const context = canvas.getContext('2d');
  if (context) draw(context, SIGN_PX / 2);
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  return map;
}
