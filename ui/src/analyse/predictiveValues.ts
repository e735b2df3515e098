/** Predictive values depend on how common the label is where the image was taken. */

import type { OperatingFigures } from '../shared/contract';

/** Shares that differ visibly; even steps would crowd the rare ones. */
export const PREVALENCES = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6,
] as const;

/** Where nobody has said otherwise: one in ten. */
export const DEFAULT_STEP = PREVALENCES.indexOf(0.1);

export interface PredictiveValues {
  /** Share with the label among the images above the operating point. */
  ppv: number;
  /** Share without the label among those below it. */
  npv: number;
}

/** Bayes' rule on sensitivity and specificity. */
export function predictiveValuesOf({ sensitivity, specificity }: OperatingFigures, prevalence: number): PredictiveValues {
  const [truePositive, falseNegative] = [sensitivity * prevalence, (1 - sensitivity) * prevalence];
  const [trueNegative, falsePositive] = [specificity * (1 - prevalence), (1 - specificity) * (1 - prevalence)];
  return { ppv: share(truePositive, falsePositive), npv: share(trueNegative, falseNegative) };
}

function share(right: number, wrong: number): number {
  return right + wrong === 0 ? 0 : right / (right + wrong);
}
