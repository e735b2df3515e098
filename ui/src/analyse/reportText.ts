/** The result as plain text, to paste into another program; it names no patient. */

import type { Analysis } from '../shared/contract';
import { nameFinding, rank } from '../shared/findings';
import { formatScore, formatTime } from '../shared/format';
import { localize, t } from '../shared/i18n.svelte';
import { answerOf } from './answer';
import { notesOf } from '../shared/notes';
import { sentenceOfNote } from './status';

export function reportText(analysis: Analysis): string {
  const { lead, word, sentence, caution } = answerOf(analysis);
  const { model, scores } = analysis;
  const lines = [
    t('report.title', { time: formatTime(analysis.created_at) }),
    `${[lead, lead ? `“${word}”` : word].filter(Boolean).join(' ')}.`,
    ...(sentence ? [sentence] : []),
    t(caution),
    ...notesOf(analysis).flatMap((code) => sentenceOfNote(code) ?? []),
    ...(scores ? [t('report.scores', { scores: rank(scores).map(({ finding, score }) => `${nameFinding(finding)} ${formatScore(score)}`).join('; ') })] : []),
    ...(model ? [t('report.model', { model: model.id, sha256: model.sha256.slice(0, 12), id: analysis.id })] : []),
    localize(analysis.notice),
  ];
  return `${lines.join('\n')}\n`;
}
