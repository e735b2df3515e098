/** An analysis in a few words: what the images that it resembles are labelled, or why there is no answer. */

import type { Analysis } from '../shared/contract';
import { listFindings, NO_FINDING, NONE, nameFinding, UNCERTAIN, type Finding } from '../shared/findings';
import { t, type Key } from '../shared/i18n.svelte';
import { presentIn } from '../shared/summary';

export interface Answer {
  /** Stands before the word, so that it is not taken for a diagnosis; empty where the word needs none. */
  lead: string;
  word: string;
  sentence: string;
  caution: Key;
}

const CAUTIONS: Record<Finding, Key> = {
  [NO_FINDING]: 'answer.no_finding_caution',
  [NONE]: 'answer.no_finding_caution',
  [UNCERTAIN]: 'answer.uncertain_caution',
};

export function answerOf(analysis: Analysis): Answer {
  const finding = analysis.finding ?? UNCERTAIN;
  const findings = listFindings(analysis.findings_set ?? []);
  const uncertain = { lead: '', word: nameFinding(UNCERTAIN) };
  if (analysis.out_of_distribution) return { ...uncertain, sentence: t('answer.unlike'), caution: 'answer.unlike_caution' };
  if (analysis.uncertainty === 'kind_not_separable') {
    return { ...uncertain, sentence: t('answer.kind_uncertain', { findings }), caution: 'answer.kind_uncertain_caution' };
  }
  const caution = CAUTIONS[finding] ?? 'answer.caution';
  if (finding === UNCERTAIN) return { ...uncertain, sentence: t('answer.uncertain', { findings }), caution };
  if (finding === NONE) return { lead: '', word: t('answer.none_word'), sentence: t('answer.none'), caution };
  const present = presentIn(analysis);
  return { lead: t(present.length > 1 ? 'answer.patterns' : 'answer.pattern'), word: listFindings(present), sentence: '', caution };
}
