/** The history of this device as CSV, with the columns of the server's. Source: src/raiox/web/api/export.py. */

import type { Analysis } from '../shared/contract';
import { notesOf } from '../shared/notes';
import languages from '../../../src/raiox/locales/languages.json';

type Cell = string | number | null | undefined;

const SEPARATOR = ' ';

/** One line per analysis; only values of raiox, so no cell can be a formula. */
export function toCsv(analyses: readonly Analysis[]): string {
  const rows = analyses.map(rowOf);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join());
  return `${[columns.join(), ...lines].join('\r\n')}\r\n`;
}

function rowOf(analysis: Analysis): Record<string, Cell> {
  const { filter, model, rejection, error, scores } = analysis;
  const reason = rejection ?? error;
  const warnings = [...notesOf(analysis), ...(analysis.uncertainty ? [analysis.uncertainty] : [])];
  return {
    id: analysis.id,
    created_at: analysis.created_at,
    state: analysis.state,
    outcome: analysis.outcome,
    finding: analysis.finding,
    uncertainty: analysis.uncertainty,
    findings_set: analysis.findings_set?.join(SEPARATOR),
    abnormality: analysis.abnormality?.score,
    filter_frontal: filter?.frontal,
    filter_kind: filter?.kind,
    filter_quality: filter?.quality,
    warnings: warnings.join(SEPARATOR),
    rejection_code: rejection?.code,
    error_code: error?.code,
    ...Object.fromEntries(languages.map(({ id }) => [`reason_${id}`, reason?.messages[id]?.title])),
    model_id: model?.id,
    model_sha256: model?.sha256,
    image_sha256: analysis.sha256,
    ...Object.fromEntries(languages.map(({ id, notice }) => [`notice_${id}`, notice])),
    ...Object.fromEntries(Object.entries(scores ?? {}).map(([finding, score]) => [`score_${finding}`, score])),
  };
}

function cell(value: Cell): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
