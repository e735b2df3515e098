/** What an analysis comes to, in one short line. */

import type { Analysis } from './contract';
import { listFindings, nameFinding, UNCERTAIN } from './findings';
import { formatScore } from './format';
import { i18n, t } from './i18n.svelte';

/** For lists: the finding with its score, or why there is none. */
export function summarize(analysis: Analysis): string {
  const { finding, scores } = analysis;
  const reason = (analysis.rejection ?? analysis.error)?.messages[i18n.language]?.title;
  if (reason) return reason;
  if (!finding) return t('history.running');
  if (finding !== UNCERTAIN) return `${nameFinding(finding)}\u00a0·\u00a0${formatScore(scores?.[finding] ?? 0)}`;
  return t('history.uncertain', { findings: listFindings(analysis.findings_set ?? []) });
}
