/** What a reader calls a study and writes about it: kept in this browser, never sent, gone with the analysis. */

import { forget, recall, remember } from './storage';

export interface StudyNote {
  name: string;
  /** Of the examination, as ISO 8601; empty where nobody has said it. */
  date: string;
  note: string;
}

const STORED = 'raiox.studies';
const BLANK: StudyNote = { name: '', date: '', note: '' };

function readStored(): Record<string, StudyNote> {
  try {
    return (JSON.parse(recall(STORED) ?? '{}') ?? {}) as Record<string, StudyNote>;
  } catch {
    return {};
  }
}

class StudyNotes {
  #all = $state<Record<string, StudyNote>>(readStored());

  of(id: string): StudyNote {
    return { ...BLANK, ...this.#all[id] };
  }

  set(id: string, changed: Partial<StudyNote>): void {
    this.#all[id] = { ...this.of(id), ...changed };
    this.#store();
  }

  /** A name that nobody gave yet. */
  suggestName(id: string, name: string): void {
    if (name && !this.#all[id]) this.set(id, { name });
  }

  forget(id: string): void {
    this.#all = Object.fromEntries(Object.entries(this.#all).filter(([one]) => one !== id));
    this.#store();
  }

  /** Forget those whose analyses are no longer there. */
  keepOnly(ids: readonly string[], isKept: (id: string) => boolean = () => false): void {
    this.#all = Object.fromEntries(Object.entries(this.#all).filter(([id]) => ids.includes(id) || isKept(id)));
    this.#store();
  }

  #store(): void {
    if (Object.keys(this.#all).length === 0) forget(STORED);
    else remember(STORED, JSON.stringify(this.#all));
  }
}

export const studyNotes = new StudyNotes();
