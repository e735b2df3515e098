/** Where the axes of the cloud end, and where its camera stands at home so that all of it fills the view. */

import { MathUtils, Vector3 } from 'three';

export type Point3D = [number, number, number];

/** Of the height and width of the view; the rest is left to the names of the axes. */
const FILLED = 0.82;
/** How far beyond the outermost case an axis ends, as a share. */
const OVERHANG = 1.08;
const UP = new Vector3(0, 1, 0);

export interface View {
  /** Upwards. */
  field_deg: number;
  /** Width over height. */
  aspect: number;
}

/** The coordinates at which each axis begins and ends: it passes through the origin and along all cases. */
export function axisEnds(positions: readonly Point3D[]): readonly [number, number][] {
  if (positions.length === 0) return [[-1, 1], [-1, 1], [-1, 1]];
  return [0, 1, 2].map((axis) => {
    const along = positions.map((position) => position[axis] ?? 0);
    const [least, most] = [along.reduce((a, b) => Math.min(a, b), 0), along.reduce((a, b) => Math.max(a, b), 0)];
    return [OVERHANG * least, OVERHANG * most];
  });
}

/** The end of each axis that counts up, where its name stands. */
export function namedEnds(positions: readonly Point3D[]): readonly Point3D[] {
  return axisEnds(positions).map(([, most], axis) => [0, 1, 2].map((other) => (other === axis ? most : 0)) as Point3D);
}

/**
 * The nearest camera that sees all points, and the middle of what it sees.
 *
 * Args: towards: of length 1, from the points to the camera.
 */
export function frameOf(points: readonly Point3D[], towards: Vector3, { field_deg, aspect }: View): { camera: Vector3; target: Vector3 } {
  const right = UP.clone().cross(towards).normalize();
  const up = towards.clone().cross(right);
  const upwards = FILLED * Math.tan(MathUtils.degToRad(field_deg / 2));
  const all = points.map((point) => new Vector3(...point));
  const depths = all.map((point) => point.dot(towards));
  const [x, y] = [fit(all.map((point) => point.dot(right)), depths, upwards * aspect), fit(all.map((point) => point.dot(up)), depths, upwards)];
  const centre = right.multiplyScalar(x.middle).add(up.multiplyScalar(y.middle));
  const middle = (largest(depths) - largest(depths.map((depth) => -depth))) / 2;
  return {
    camera: centre.clone().addScaledVector(towards, Math.max(x.distance, y.distance)),
    target: centre.clone().addScaledVector(towards, middle),
  };
}

/** In one direction: where between the two edges the camera stands, and how far away. */
function fit(across: readonly number[], depths: readonly number[], slope: number): { middle: number; distance: number } {
  const right = largest(across.map((value, n) => value + (depths[n] ?? 0) * slope));
  const left = largest(across.map((value, n) => -value + (depths[n] ?? 0) * slope));
  return { middle: (right - left) / 2, distance: (right + left) / (2 * slope) };
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
