/** Logits to scores, as `raiox.inference.session`. */

import { clip } from '../image';

export class NotFiniteError extends Error {}

/** Scores that sum to 1. */
export function softmax(logits: Float32Array, temperature: number): number[] {
  requireFinite(logits);
  const scaled = Array.from(logits, (logit) => logit / temperature);
  const largest = Math.max(...scaled);
  const powers = scaled.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Scores that are each decided on their own. */
export function sigmoids(logits: Float32Array, temperature: number): number[] {
  requireFinite(logits);
  return Array.from(logits, (logit) => 1 / (1 + Math.exp(-clip(logit / temperature, -700, 700))));
}

/** Throws: NotFiniteError for what no score may be made of. */
export function requireFinite(values: Float32Array): void {
  if (!values.every(Number.isFinite)) throw new NotFiniteError();
}
