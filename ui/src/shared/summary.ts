/** What an analysis comes to, in one short line. */

import type { Analysis } from './contract';
import { listFindings, nameFinding, NONE, UNCERTAIN, type Finding } from './findings';
import { formatScore } from './format';
import { i18n, t } from './i18n.svelte';

/** The findings that an analysis answers with: none, one, or several that were each found present. */
export function presentIn({ finding, findings_set }: Analysis): readonly Finding[] {
  return !finding || finding === UNCERTAIN || finding === NONE ? [] : (findings_set ?? [finding]);
}

/** For lists: the finding with its score, several by their names, or why there is none. */
export function summarize(analysis: Analysis): string {
  const { finding, scores } = analysis;
  const reason = (analysis.rejection ?? analysis.error)?.messages[i18n.language]?.title;
  if (reason) return reason;
  if (!finding) return t('history.running');
  if (analysis.out_of_distribution) return nameFinding(UNCERTAIN);
  if (finding === UNCERTAIN) return t('history.uncertain', { findings: listFindings(analysis.findings_set ?? []) });
  const present = presentIn(analysis);
  if (present.length !== 1) return nameAnswer(analysis);
  return `${nameFinding(finding)}\u00a0·\u00a0${formatScore(scores?.[finding] ?? 0)}`;
}

/** The answer by name alone; of a rejection, that it was not analysed. */
export function nameAnswer(analysis: Analysis): string {
  if (!analysis.finding) return t('stage.rejected');
  const present = presentIn(analysis);
  return present.length > 1 ? listFindings(present) : nameFinding(analysis.finding);
}
