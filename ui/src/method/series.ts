/** Curves as series to draw: each with a marker of its own, so that colour never stands alone. */

import { inOrder, markerOf, nameFinding, type Finding } from '../shared/findings';
import type { Marker } from '../shared/marker';
import type { Bin, Curve } from '../shared/report';

export interface Series {
  name: string;
  marker: Marker;
  points: Curve;
  /** Ends of the interval of each point, where there is one. */
  intervals: Curve;
}

export function seriesNamed(name: string, points: Curve): Series {
  return { name, marker: { shape: 'diamond', color: '--accent' }, points, intervals: [] };
}

export function seriesOf(curves: Record<Finding, Curve> = {}): Series[] {
  return inOrder(Object.keys(curves)).flatMap((finding) => {
    const points = curves[finding];
    return points?.length ? [{ name: nameFinding(finding), marker: markerOf(finding), points, intervals: [] }] : [];
  });
}

export function reliabilityOf(bins: Record<Finding, Bin[]> = {}): Series[] {
  return inOrder(Object.keys(bins)).flatMap((finding) => {
    const given = bins[finding];
    if (!given?.length) return [];
    const points = given.map(({ mean_score, observed }): [number, number] => [mean_score, observed]);
    const intervals = given.map(({ low, high }): [number, number] => [low, high]);
    return [{ name: nameFinding(finding), marker: markerOf(finding), points, intervals }];
  });
}

/** The range of the y axis: 0 to 1 for shares, unless the values exceed it or stay far below. */
export function spanOf(series: readonly Series[]): [number, number] {
  const values = series.flatMap(({ points, intervals }) => [...points.map(([, y]) => y), ...intervals.flat()]);
  const most = Math.max(...values, 0);
  return [Math.max(-1, Math.min(...values, 0)), most > 0.5 ? Math.max(1, most) : most || 1];
}

/** At most `most` of the points, evenly taken, the last among them. */
export function thin(points: Curve, most: number): Curve {
  const step = Math.max(1, Math.ceil((points.length - 1) / Math.max(1, most - 1)));
  return points.filter((_, n) => n % step === 0 || n === points.length - 1);
}
