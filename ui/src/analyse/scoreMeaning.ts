/**
 * What a score means: how many images with such a score had the label, where they were evaluated,
 * and what follows of that where the label is rarer or commoner.
 *
 * The evaluated bins give a curve from score to share. Scores that are calibrated rise with the share,
 * so bins that fall are pooled (Zadrozny and Elkan, 2002, doi:10.1145/775047.775151), and between two
 * bins the share lies between theirs. Another prevalence multiplies the odds (Bayes' rule; Saerens et
 * al., 2002, doi:10.1162/089976602753284446). Of labels that exclude each other the shares sum to 1,
 * so that no two of them contradict each other.
 */

import type { Finding } from '../shared/findings';
import type { Bin } from '../shared/report';

/** Shares that differ visibly; even steps would crowd the rare ones. */
export const PREVALENCES = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6,
] as const;

/** A range wider than this says nothing that a reader could use. */
export const MAX_RANGE = 0.75;

/** A share of images and the range it lies in, each from 0 to 1. */
export interface Share {
  share: number;
  low: number;
  high: number;
}

/** Images of the evaluation, and the share of them that had the label. */
export function prevalenceIn(bins: readonly Bin[]): number {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  return n === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.n * bin.observed, 0) / n;
}

/** The bins by score, those that fall pooled with their neighbours, so that shares never fall. */
export function pool(bins: readonly Bin[]): Bin[] {
  const pooled: Bin[] = [];
  for (const bin of [...bins].sort((a, b) => a.mean_score - b.mean_score)) {
    let last = bin;
    for (let before = pooled.at(-1); before && before.observed > last.observed; before = pooled.at(-1)) {
      last = join(before, last);
      pooled.pop();
    }
    pooled.push(last);
  }
  return pooled;
}

function join(a: Bin, b: Bin): Bin {
  const n = a.n + b.n;
  const mean = (name: 'mean_score' | 'observed'): number => (a[name] * a.n + b[name] * b.n) / n;
  return {
    n,
    mean_score: mean('mean_score'),
    observed: mean('observed'),
    low: Math.min(a.low, b.low),
    high: Math.max(a.high, b.high),
  };
}

/** Of the evaluated images with this score, the share with the label; null where there are no bins. */
export function shareAt(score: number, bins: readonly Bin[]): Share | null {
  const pooled = pool(bins);
  const [first, last] = [pooled[0], pooled.at(-1)];
  if (!first || !last) return null;
  const above = pooled.find(({ mean_score }) => mean_score >= score) ?? last;
  const below = pooled.findLast(({ mean_score }) => mean_score <= score) ?? first;
  const gap = above.mean_score - below.mean_score;
  const way = gap > 0 ? (score - below.mean_score) / gap : 0;
  return {
    share: below.observed + way * (above.observed - below.observed),
    low: below.low,
    high: above.high,
  };
}

/** The same share where the odds of the label are `factor` times those of the evaluation. */
function shift(share: number, factor: number): number {
  return (share * factor) / (share * factor + 1 - share);
}

function oddsOf(share: number): number {
  return share / (1 - share);
}

/** Both ends of a range move as its middle does. */
function move({ share, low, high }: Share, to: number): Share {
  if (share <= 0 || share >= 1 || to >= 1) return { share: to, low: Math.min(low, to), high: Math.max(high, to) };
  const factor = oddsOf(to) / oddsOf(share);
  return { share: to, low: shift(low, factor), high: shift(high, factor) };
}

export interface Setting {
  /** By finding, in the order of the classifier. */
  scores: Readonly<Record<Finding, number>>;
  /** By finding: the evaluated images, by score. */
  bins: Readonly<Record<Finding, readonly Bin[]>>;
  multiLabel: boolean;
}

/** The finding whose prevalence is given; the others keep their proportions in what is left. */
export interface Local {
  finding: Finding;
  prevalence: number;
}

/**
 * What the scores of one image mean, by finding; null where that cannot be known: a finding without
 * evaluated images, or a range that says nothing.
 *
 * Args: local: null where the labels are as common as in the evaluation.
 */
export function meaningsOf({ scores, bins, multiLabel }: Setting, local: Local | null): Record<Finding, Share> | null {
  const found = Object.entries(scores).map(([finding, score]) => {
    const evaluated = bins[finding] ?? [];
    return { finding, measured: shareAt(score, evaluated), prevalence: prevalenceIn(evaluated) };
  });
  const known = found.flatMap(({ measured, ...one }) => (measured ? [{ ...one, measured }] : []));
  const usable = known.filter(({ measured, prevalence }) => prevalence > 0 && prevalence < 1 && measured.high - measured.low <= MAX_RANGE);
  if (multiLabel) {
    return nonEmpty(usable.filter(({ finding }) => !local || finding === local.finding), (one) => {
      const factor = local ? oddsOf(local.prevalence) / oddsOf(one.prevalence) : 1;
      return shift(one.measured.share, factor);
    });
  }
  if (usable.length < found.length) return null;
  const chosen = usable.find(({ finding }) => finding === local?.finding);
  const weighed = usable.map((one) => one.measured.share * (local && chosen ? weightOf(one, chosen, local.prevalence) : 1));
  const sum = weighed.reduce((total, weight) => total + weight, 0);
  return sum === 0 ? null : nonEmpty(usable, (_, n) => (weighed[n] ?? 0) / sum);
}

interface Evaluated {
  finding: Finding;
  prevalence: number;
  measured: Share;
}

/** How much commoner a label is here than in the evaluation. */
function weightOf(one: Evaluated, chosen: Evaluated, prevalence: number): number {
  return one === chosen ? prevalence / chosen.prevalence : (1 - prevalence) / (1 - chosen.prevalence);
}

function nonEmpty(usable: readonly Evaluated[], shareOf: (one: Evaluated, n: number) => number): Record<Finding, Share> | null {
  if (usable.length === 0) return null;
  return Object.fromEntries(usable.map((one, n) => [one.finding, move(one.measured, shareOf(one, n))]));
}

/** Shares as whole numbers of a hundred that sum to 100 as the shares sum to 1. */
export function inHundred(shares: readonly number[]): number[] {
  const whole = shares.map((share) => Math.floor(share * 100));
  const missing = Math.round(shares.reduce((a, b) => a + b, 0) * 100) - whole.reduce((a, b) => a + b, 0);
  const byRest = shares.map((share, n) => [share * 100 - (whole[n] ?? 0), n] as const).sort(([a], [b]) => b - a);
  for (const [, n] of byRest.slice(0, missing)) whole[n] = (whole[n] ?? 0) + 1;
  return whole;
}
