/** Numbers, units, times and names, as the language now chosen writes them. */

import type { ImageKind } from './contract';
import { i18n, t } from './i18n.svelte';
import { READ_NAMES } from './upload/formats';

const MIN_SCORE = 0.01;

export function nameKind(kind: ImageKind): string {
  return t(`kind.${kind}`);
}

/** The formats that the service reads; without `Intl`, which is slow on the first screen of a phone. */
export function nameFormats(): string {
  return `${READ_NAMES.slice(0, -1).join(', ')} ${t('list.or')} ${READ_NAMES.at(-1) ?? ''}`;
}

/** Two decimals; what would round to certainty is given as a bound instead. */
export function formatScore(score: number): string {
  const rounded = Math.min(Math.max(score, MIN_SCORE), 1 - MIN_SCORE);
  const bound = score > rounded ? '>\u00a0' : score < rounded ? '<\u00a0' : '';
  return bound + formatDecimal(rounded);
}

/** Intl writes a hyphen before what is less than zero; what stands there in print is a minus sign. */
function format(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(i18n.locale, options).format(value).replace('-', '\u2212');
}

export function formatDecimal(value: number, n_decimals = 2): string {
  const digits = { minimumFractionDigits: n_decimals, maximumFractionDigits: n_decimals };
  return format(value, digits);
}

/** With its sign, also where it grew. */
export function formatChange(change: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return format(change, { ...digits, signDisplay: 'exceptZero' });
}

export function formatNumber(value: number): string {
  return format(value);
}

const DAY_H = 24;

/** In days where they are whole and several; without `Intl`, whose units cost a slow phone a tenth of a second at first. */
export function formatHours(hours: number): string {
  if (hours > DAY_H && hours % DAY_H === 0) return t('unit.days', { n: hours / DAY_H });
  if (Number.isInteger(hours)) return t(hours === 1 ? 'unit.hour' : 'unit.hours', { n: hours });
  return formatUnit(hours, 'hour', 1);
}

/** As the service's own sentences say it, with at most one decimal. */
export function formatMebibytes(bytes: number): string {
  const rounded = Math.round((bytes / 2 ** 20) * 10) / 10;
  return `${Number.isInteger(rounded) ? String(rounded) : formatDecimal(rounded, 1)} MiB`;
}

/** Of disks and folders. */
export function formatBytes(bytes: number): string {
  return bytes < 2 ** 30 ? formatMebibytes(bytes) : `${formatDecimal(bytes / 2 ** 30, 1)} GiB`;
}

export function formatSeconds(seconds: number): string {
  return formatUnit(seconds, 'second', 0, 'short');
}

export function formatMilliseconds(ms: number): string {
  return formatUnit(ms, 'millisecond', 0, 'short');
}

function formatUnit(
  value: number,
  unit: 'hour' | 'second' | 'millisecond',
  maximumFractionDigits: number,
  unitDisplay: 'long' | 'short' = 'long',
): string {
  const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits } as const;
  return format(value, options);
}

export function formatPercent(share: number): string {
  return format(share, { style: 'percent' });
}

/** A measured share, with one decimal as in the paper. */
export function formatShare(share: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return format(share, { style: 'percent', ...digits });
}

/** Day and minute, in the reader's own time zone. */
export function formatTime(iso: string, dateStyle: 'short' | 'medium' = 'medium'): string {
  return new Intl.DateTimeFormat(i18n.locale, { dateStyle, timeStyle: 'short' }).format(
    new Date(iso),
  );
}

/** The time of day, to the second. */
export function formatClock(time: Date): string {
  return new Intl.DateTimeFormat(i18n.locale, { timeStyle: 'medium' }).format(time);
}

/** A day that names no hour, so that no time zone can move it. */
export function formatDate(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? day : new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'short', timeZone: 'UTC' }).format(date);
}
