/** Curves as lines to draw: each with a sign of its own, so that colour never stands alone. */

import { FINDINGS, type Finding } from '../shared/contract';
import { nameFinding } from '../shared/format';
import type { Sign } from '../shared/marker';
import type { Bin, Line } from '../shared/report';

export interface Drawn {
  name: string;
  sign: Sign;
  points: Line;
  /** Ends of the interval of each point, where there is one. */
  intervals: Line;
}

const SIGNS: Record<Finding, Sign> = {
  no_finding: { shape: 'circle', colour: '--no-finding' },
  lung_opacity: { shape: 'triangle', colour: '--lung-opacity' },
  covid19: { shape: 'square', colour: '--covid19' },
};

export function lineOf(name: string, points: Line): Drawn {
  return { name, sign: { shape: 'diamond', colour: '--accent' }, points, intervals: [] };
}

export function linesOf(curves: Partial<Record<Finding, Line>> = {}): Drawn[] {
  return FINDINGS.flatMap((finding) => {
    const points = curves[finding];
    return points?.length ? [{ name: nameFinding(finding), sign: SIGNS[finding], points, intervals: [] }] : [];
  });
}

export function reliabilityOf(bins: Partial<Record<Finding, Bin[]>> = {}): Drawn[] {
  return FINDINGS.flatMap((finding) => {
    const told = bins[finding];
    if (!told?.length) return [];
    const points = told.map(({ mean_score, observed }): [number, number] => [mean_score, observed]);
    const intervals = told.map(({ low, high }): [number, number] => [low, high]);
    return [{ name: nameFinding(finding), sign: SIGNS[finding], points, intervals }];
  });
}

/** What a chart spans upwards: shares from 0 to 1, unless the values go further or stay far below. */
export function spanOf(lines: readonly Drawn[]): [number, number] {
  const values = lines.flatMap(({ points, intervals }) => [...points.map(([, y]) => y), ...intervals.flat()]);
  const most = Math.max(...values, 0);
  return [Math.max(-1, Math.min(...values, 0)), most > 0.5 ? Math.max(1, most) : most || 1];
}

/** At most `most` of the points, evenly taken, the last among them. */
export function thin(points: Line, most: number): Line {
  const step = Math.max(1, Math.ceil((points.length - 1) / Math.max(1, most - 1)));
  return points.filter((_, n) => n % step === 0 || n === points.length - 1);
}
