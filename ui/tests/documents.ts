/** Documents as the service sends them before anything is known; tests fill in what they are about. */

import type { Analysis, FilterDocument } from '../src/shared/contract';

export function makeAnalysis(known: Partial<Analysis> = {}): Analysis {
  // The service sends every key; the page reads a missing one as null.
  return { id: 'a', state: 'done', sha256: '', notes: [], created_at: '2026-01-01T00:00:00Z', ...known } as Analysis;
}

export function makeFilter(known: Partial<FilterDocument> = {}): FilterDocument {
  return { frontal: 0.9, kind: 'frontal', rotation_deg: 0, quality: null, low_quality: false, ...known };
}
