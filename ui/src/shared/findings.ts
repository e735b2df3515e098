/**
 * Findings: what raiox knows of each, and how any other that a bundle brings is shown.
 *
 * Which findings there are is for the service to say (`scores`, `operating_points`). Names, colours
 * and shapes come from src/raiox/findings.json; a label that it lacks is shown by its own name and
 * takes a marker that is still free.
 */

import known from '../../../src/raiox/findings.json';
import { i18n, localize, t } from './i18n.svelte';
import { SERIES_MARKERS, type Marker, type Shape } from './marker';

/** A label of the classifier. */
export type Finding = string;

export const NO_FINDING: Finding = 'no_finding';
/** The value of `finding` where the scores do not separate several. */
export const UNCERTAIN = 'uncertain';
/** The value of `finding` where each is decided on its own and none reaches its operating point. */
export const NONE = 'none';

/** In the order in which they are shown. */
export const KNOWN_FINDINGS: readonly Finding[] = known.map(({ id }) => id);

const BY_ID = new Map(known.map((finding) => [finding.id, finding]));
const SPARE = SERIES_MARKERS.filter(({ shape }) => known.every((finding) => finding.shape !== shape));
const assigned = new Map<Finding, Marker>();

/** The name in the language now chosen. */
export function nameFinding(finding: Finding): string {
  if (finding === UNCERTAIN) return t('finding.uncertain');
  if (finding === NONE) return t('finding.none');
  const names = BY_ID.get(finding)?.names;
  return names ? localize(names) : spellOut(finding);
}

/** What a score for it means. */
export function describeFinding(finding: Finding): string {
  const meanings = BY_ID.get(finding)?.meanings;
  return meanings ? localize(meanings) : t('finding.meaning', { finding: nameFinding(finding) });
}

/** The names, joined as the language joins them. */
export function listFindings(findings: readonly Finding[]): string {
  return new Intl.ListFormat(i18n.locale).format(findings.map(nameFinding));
}

/** The colour and the shape of a finding, the same everywhere. */
export function markerOf(finding: Finding): Marker {
  const found = BY_ID.get(finding);
  if (found) return { shape: found.shape as Shape, color: `--finding-${finding}` };
  const marker = assigned.get(finding) ?? (SPARE[assigned.size % SPARE.length] as Marker);
  assigned.set(finding, marker);
  return marker;
}

export interface Bar {
  finding: Finding;
  score: number;
}

/** One bar per finding, longest first; equal ones keep the classifier's order. */
export function rank(scores: Readonly<Record<Finding, number>>): Bar[] {
  return Object.entries(scores)
    .map(([finding, score]) => ({ finding, score }))
    .sort((a, b) => b.score - a.score);
}

/** Known ones first and in their order, then the others as given; each once. */
export function inOrder(findings: Iterable<Finding>): Finding[] {
  const given = new Set(findings);
  return [...KNOWN_FINDINGS.filter((finding) => given.has(finding)), ...[...given].filter((one) => !BY_ID.has(one))];
}

/** `pleural_effusion` reads as “Pleural effusion”. */
function spellOut(label: string): string {
  const words = label.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
