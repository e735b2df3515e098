/** The report of a bundle: what was measured, on which images, by which command. */

import { fetchReport } from './api';
import type { Finding } from './findings';
import type { Language } from './i18n.svelte';
import { formatDecimal } from './format';

/** Those that the page has a title for, in the order in which a report gives them. */
export const SECTIONS = [
  'overall',
  'findings',
  'within_dataset',
  'operating_points',
  'prevalence',
  'calibration',
  'prediction_sets',
  'subgroups',
  'baselines',
  'shortcuts',
  'saliency',
  'out_of_distribution',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface Metric {
  key: string;
  section: Section;
  name: Record<Language, string>;
  value: number;
  low: number | null;
  high: number | null;
  n: number | null;
}

/** Cases with about one score, and how many of them had the label. */
export interface Bin {
  mean_score: number;
  observed: number;
  n: number;
  low: number;
  high: number;
}

export type Curve = [number, number][];

export interface Report {
  bundle: { id: string; role: string; sha256: string };
  data: { split: 'valid' | 'test' | 'own'; n_images: number; n_groups: number; test_opened: boolean };
  code_version: string;
  command: string;
  limits: Record<Language, string>[];
  unmet_targets: ({ key: string; target: number; value: number } & Record<Language, string>)[];
  metrics: Metric[];
  confusion: { labels: string[]; counts: number[][] } | null;
  curves: {
    roc?: Record<Finding, Curve>;
    pr?: Record<Finding, Curve>;
    reliability?: Record<Finding, Bin[]>;
    decision?: Record<Finding, Curve>;
    risk_coverage?: Curve;
  };
}

export type ReportSection = Section | 'confusion' | 'curves' | 'paper';

/** The sections of a report, in the order in which they are shown. */
export function sectionsOf({ metrics, confusion }: Report): ReportSection[] {
  const sections = SECTIONS.filter((section) => metrics.some((metric) => metric.section === section));
  return [...sections, ...(confusion ? (['confusion'] as const) : []), 'curves', 'paper'];
}

let loading: Promise<Report | null> | null = null;

/** The report of the answering classifier, loaded once; null where its bundle brings none. */
export function loadReport(): Promise<Report | null> {
  loading ??= fetchReport().catch((error: unknown) => {
    loading = null; // the next caller tries again
    throw error;
  });
  return loading;
}

/** Shares and areas with two decimals more than a score has; counts as they are. */
export function formatFigure(value: number): string {
  return formatDecimal(value, Number.isInteger(value) && value > 1 ? 0 : 3);
}

export function formatInterval({ low, high }: Pick<Metric, 'low' | 'high'>): string {
  return low === null || high === null ? '–' : `${formatFigure(low)} – ${formatFigure(high)}`;
}
