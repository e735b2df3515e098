/** What of a bundle's `manifest.json` the reading needs. Source: src/raiox/bundle/manifest.py. */

import type { Preprocessing } from '../preprocess/networkInput';

export interface OperatingPoint {
  readonly threshold: number;
}

export interface AbnormalFirst {
  readonly normal: string;
  readonly operating_point: OperatingPoint;
  readonly normal_threshold: number;
  readonly abnormal_threshold: number;
  readonly kind_threshold: number;
  readonly distance_threshold: number | null;
}

export interface Manifest {
  readonly id: string;
  readonly role: 'frontal_filter' | 'classifier' | 'lungs';
  readonly architecture: string | null;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly multi_label: boolean;
  readonly temperature: number;
  readonly operating_points: Readonly<Record<string, OperatingPoint>>;
  readonly abnormal_first: AbnormalFirst | null;
  readonly set_threshold: number | null;
  readonly distance_threshold: number | null;
  readonly quality_threshold: number | null;
  readonly map_scale: number;
}
