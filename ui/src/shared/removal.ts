/** Removes analyses from the service, and what this browser kept of them. */

import { deleteAnalysis, deleteHistory } from './api';
import { studyNotes } from './studyNotes.svelte';

export async function removeAnalysis(id: string): Promise<void> {
  await deleteAnalysis(id);
  studyNotes.forget(id);
}

/** Args: ids: those that are known of; the service forgets the others as well. */
export async function removeHistory(ids: readonly string[]): Promise<void> {
  await deleteHistory();
  for (const id of ids) studyNotes.forget(id);
}
