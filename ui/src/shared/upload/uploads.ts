/** The uploads of this visit: the queue, wired to the service. */

import { fetchAnalysis, sendImage } from '../api';
import { removeAnalysis } from '../removal';
import { service } from '../service.svelte';
import { studyNotes } from '../studyNotes.svelte';
import { checkFile } from './checkFile';
import { UploadQueue } from './uploadQueue.svelte';

export const uploadQueue = new UploadQueue({
  check: (file) => checkFile(file, service.maxUploadBytes),
  send: sendImage,
  fetch: fetchAnalysis,
  remove: removeAnalysis,
  name: (id, name) => {
    studyNotes.suggestName(id, name);
  },
  createPreview: (file) => URL.createObjectURL(file),
  revokePreview: (preview) => {
    URL.revokeObjectURL(preview);
  },
  newKey: randomKey,
  slowAfterMs: 4_000,
  pollIntervalMs: 1_000,
});

/** Unlike `crypto.randomUUID`, this also works where a hospital serves plain HTTP. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
