/** What the analyse screen says of an upload as it goes on. */

import { sentencesOf } from '../shared/failure';
import { i18n, t, type Key } from '../shared/i18n.svelte';
import { privateMode } from '../shared/privateMode.svelte';
import { summarize } from '../shared/summary';
import type { Item } from '../shared/upload/uploadQueue.svelte';
import { describeWait } from './waitEstimate';

/** For the live region: the stage, then the result. */
export function statusOf(item: Item): string {
  if (item.failure) return sentencesOf(item.failure, i18n.language).title;
  if (item.stage === 'done' && item.analysis) return summarize(item.analysis);
  if (item.stage === 'cancelled') return t('progress.cancelled');
  if (privateMode.on) return item.stage === 'sending' ? t('private.loading') : t('progress.reading');
  if (item.slow && item.stage === 'sending') return t('progress.slow_sending');
  if (item.slow) return describeWait(item.analysis);
  return item.stage === 'sending' ? t('progress.sending') : t('progress.reading');
}

const SENTENCES: Partial<Record<string, Key>> = {
  colour_removed: 'note.colour_removed',
  low_quality: 'note.low_quality',
  burned_in_annotation: 'note.burned_in_annotation',
  aspect_corrected: 'note.aspect_corrected',
  display_repaired: 'note.display_repaired',
  header_repaired: 'note.header_repaired',
  drawn_phantom: 'note.drawn_phantom',
  photograph_of_radiograph: 'note.photograph_of_radiograph',
  few_shades: 'note.few_shades',
  false_colours: 'note.false_colours',
  lungs_cut_off: 'note.lungs_cut_off',
  one_lung: 'note.one_lung',
  chest_tilted: 'note.chest_tilted',
  tight_collimation: 'note.tight_collimation',
};

/** What a note says; null for a code that this page does not know. */
export function sentenceOfNote(code: string): string | null {
  const key = SENTENCES[code];
  return key ? t(key) : null;
}
