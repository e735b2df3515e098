/** Removes an analysis from the service, and what this browser kept of it. */

import { deleteAnalysis } from './api';
import { studyNotes } from './studyNotes.svelte';

export async function removeAnalysis(id: string): Promise<void> {
  await deleteAnalysis(id);
  studyNotes.forget(id);
}
