/** Names, shapes and numbers of the findings, in the language now chosen. */

import type { Finding, ImageKind } from './contract';
import { speech, t, type Key } from './i18n.svelte';

const LEAST_SCORE = 0.01;

const FINDING_NAMES: Record<Finding, Key> = {
  no_finding: 'finding.no_finding',
  lung_opacity: 'finding.lung_opacity',
  covid19: 'finding.covid19',
};

const KIND_NAMES: Record<ImageKind, Key> = {
  frontal: 'kind.frontal',
  rotated_90: 'kind.rotated_90',
  rotated_180: 'kind.rotated_180',
  rotated_270: 'kind.rotated_270',
  inverted: 'kind.inverted',
  lateral_cxr: 'kind.lateral_cxr',
  nonpulmonary_xray: 'kind.nonpulmonary_xray',
  other_medical: 'kind.other_medical',
  document: 'kind.document',
  natural: 'kind.natural',
};

export function nameFinding(finding: Finding): string {
  return t(FINDING_NAMES[finding]);
}

export function nameKind(kind: ImageKind): string {
  return t(KIND_NAMES[kind]);
}

export function listFindings(findings: readonly Finding[]): string {
  return new Intl.ListFormat(speech.tag).format(findings.map(nameFinding));
}

/** Two decimals; what would round to certainty is told as a bound instead. */
export function formatScore(score: number): string {
  const told = Math.min(Math.max(score, LEAST_SCORE), 1 - LEAST_SCORE);
  const bound = score > told ? '>\u00a0' : score < told ? '<\u00a0' : '';
  return bound + formatDecimal(told);
}

export function formatDecimal(value: number, n_decimals = 2): string {
  const digits = { minimumFractionDigits: n_decimals, maximumFractionDigits: n_decimals };
  return new Intl.NumberFormat(speech.tag, digits).format(value);
}

/** With its sign, also where it grew. */
export function formatChange(change: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat(speech.tag, { ...digits, signDisplay: 'exceptZero' }).format(change);
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(speech.tag).format(value);
}

/** Whole hours without `Intl`, whose units cost a slow phone a tenth of a second on the first screen. */
export function formatHours(hours: number): string {
  if (Number.isInteger(hours)) return t(hours === 1 ? 'unit.hour' : 'unit.hours', { n: hours });
  return formatUnit(hours, 'hour', 1);
}

export function formatMegabytes(bytes: number): string {
  const megabytes = bytes / 1_000_000;
  const told = Math.round(megabytes * (megabytes < 10 ? 10 : 1)) / (megabytes < 10 ? 10 : 1);
  return `${Number.isInteger(told) ? String(told) : formatDecimal(told, 1)} MB`;
}

export function formatMilliseconds(ms: number): string {
  return formatUnit(ms, 'millisecond', 0, 'short');
}

function formatUnit(
  value: number,
  unit: 'hour' | 'millisecond',
  maximumFractionDigits: number,
  unitDisplay: 'long' | 'short' = 'long',
): string {
  const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits } as const;
  return new Intl.NumberFormat(speech.tag, options).format(value);
}

export function formatPercent(share: number): string {
  return new Intl.NumberFormat(speech.tag, { style: 'percent' }).format(share);
}

/** A measured share, with the decimal that the paper gives. */
export function formatShare(share: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(speech.tag, { style: 'percent', ...digits }).format(share);
}

/** Day and minute, in the reader's own time zone. */
export function formatTime(iso: string, dateStyle: 'short' | 'medium' = 'medium'): string {
  return new Intl.DateTimeFormat(speech.tag, { dateStyle, timeStyle: 'short' }).format(
    new Date(iso),
  );
}
