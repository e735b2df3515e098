/** What an item or an analysis comes to, in one short line. */

import type { Analysis } from './contract';
import type { Item } from './upload/uploadQueue.svelte';
import { sentencesOf } from './failure';
import { speech, t } from './i18n.svelte';
import { tellWait } from '../analyse/waitEstimate';
import { formatScore, listFindings, nameFinding } from './format';

/** For lists: the finding with its score, or why there is none. */
export function summarise(analysis: Analysis): string {
  const { finding, scores } = analysis;
  const refused = (analysis.rejection ?? analysis.error)?.messages[speech.current].title;
  if (refused) return refused;
  if (!finding) return t('history.running');
  if (finding !== 'uncertain') return `${nameFinding(finding)}\u00a0·\u00a0${formatScore(scores?.[finding] ?? 0)}`;
  return t('history.uncertain', { findings: listFindings(analysis.findings_set ?? []) });
}

/** Codes of what the reader must know of the image itself. */
export function notesOf({ notes, filter }: Analysis): string[] {
  return [...(notes ?? []), ...(filter?.low_quality ? ['low_quality'] : [])];
}

/** For the live region: the stage, then the result. */
export function headline(item: Item): string {
  if (item.failure) return sentencesOf(item.failure, speech.current).title;
  if (item.stage === 'done' && item.analysis) return summarise(item.analysis);
  if (item.stage === 'cancelled') return t('progress.cancelled');
  if (item.slow && item.stage === 'sending') return t('progress.slow_sending');
  if (item.slow) return tellWait(item.analysis);
  return item.stage === 'sending' ? t('progress.sending') : t('progress.reading');
}
