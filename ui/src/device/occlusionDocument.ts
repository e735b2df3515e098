/** What hiding the lungs left of the scores, as the server's document says it. Source: src/raiox/result.py. */

import type { LungOcclusionDocument } from '../shared/contract';
import languages from '../../../src/raiox/locales/languages.json';
import { round } from './decide/embedding';
import { SCORE_DECIMALS } from './document';
import { roundHalfEven } from './image';
import type { LungOcclusion } from './infer/lungOcclusion';
import { codedMessage } from './messages';

/** Share of a score, left with the lungs hidden, from which it does not rest on them. */
const MOST_IS_LEFT = 0.5;
const NORMAL = 'no_finding';

export function occlusionDocument({ scores, scoresWithoutLungs }: LungOcclusion): LungOcclusionDocument {
  const [[finding, score]] = Object.entries(scores).sort((a, b) => b[1] - a[1]) as [[string, number]];
  const left = scoresWithoutLungs[finding] ?? 0;
  const shareLeft = Math.min(1, left / score);
  const facts = { score_percent: roundHalfEven(100 * score), left_percent: roundHalfEven(100 * left) };
  const code = shareLeft < MOST_IS_LEFT ? 'score_needs_lungs' : 'score_stays_without_lungs';
  return {
    scores: rounded(scores),
    scores_without_lungs: rounded(scoresWithoutLungs),
    finding,
    share_left: round(shareLeft, SCORE_DECIMALS),
    reading: codedMessage(finding === NORMAL ? 'no_finding_without_lungs' : code, facts),
    notice: Object.fromEntries(languages.map(({ id, notice }) => [id, notice])),
  };
}

function rounded(scores: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(scores).map(([finding, score]) => [finding, round(score, SCORE_DECIMALS)]));
}
