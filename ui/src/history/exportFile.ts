/** Some of the history as a file, with the names and notes that only this browser knows. */

import { fetchFile } from '../shared/api';
import { saveFile, type FileFormat } from '../shared/saveFile';
import type { StudyNote } from '../shared/studyNotes.svelte';

type NoteOf = (id: string) => StudyNote;

const NOTE_COLUMNS = ['name', 'date', 'note'] as const;

/** A cell that no spreadsheet takes for a formula (OWASP, CSV Injection). */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""').replaceAll(/\s+/g, ' ')}"`;
}

/** Args: csv: of the service, whose first column is the id and whose cells hold no line breaks. */
export function chooseRows(csv: string, ids: readonly string[], noteOf: NoteOf): string {
  const [head = '', ...rows] = csv.split(/\r?\n/).filter(Boolean);
  const byId = new Map(rows.map((row) => [row.slice(0, row.indexOf(',')), row]));
  const chosen = ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [[row, ...NOTE_COLUMNS.map((column) => cell(noteOf(id)[column]))].join(',')];
  });
  return `${[[head, ...NOTE_COLUMNS.map((column) => `study_${column}`)].join(','), ...chosen].join('\r\n')}\r\n`;
}

export function chooseDocuments(json: string, ids: readonly string[], noteOf: NoteOf): string {
  const { analyses } = JSON.parse(json) as { analyses: { id: string }[] };
  const byId = new Map(analyses.map((analysis) => [analysis.id, analysis]));
  const chosen = ids.flatMap((id) => {
    const analysis = byId.get(id);
    return analysis ? [{ ...analysis, study: noteOf(id) }] : [];
  });
  return JSON.stringify({ analyses: chosen }, null, 2);
}

/** Fetch the whole history as a file and keep, in this order, what is chosen. */
export async function exportFile(format: FileFormat, ids: readonly string[], noteOf: NoteOf): Promise<void> {
  const text = (format === 'csv' ? chooseRows : chooseDocuments)(await fetchFile(format), ids, noteOf);
  const day = new Date().toISOString().slice(0, 10);
  saveFile(text, `raiox-${day}-${String(ids.length)}.${format}`, format);
}
