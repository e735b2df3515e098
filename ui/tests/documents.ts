/** Documents as the service sends them before anything is known; tests fill in what they are about. */

import type { Analysis, FilterDocument } from '../src/shared/contract';

export function makeAnalysis(known: Partial<Analysis> = {}): Analysis {
  return {
    id: 'a',
    state: 'done',
    outcome: null,
    rejection: null,
    error: null,
    filter: null,
    scores: null,
    finding: null,
    findings_set: null,
    out_of_distribution: null,
    embedding_xyz: null,
    neighbours: null,
    model: null,
    timings_ms: null,
    sha256: '',
    notes: [],
    maps: null,
    queue_position: null,
    estimated_wait_s: null,
    image: null,
    width_px: 320,
    height_px: 288,
    source_format: 'png',
    created_at: '2026-01-01T00:00:00Z',
    finished_at: null,
    image_expires_at: '2026-01-02T00:00:00Z',
    expires_at: '2026-02-01T00:00:00Z',
    notice: {},
    ...known,
  };
}

export function makeFilter(known: Partial<FilterDocument> = {}): FilterDocument {
  return { frontal: 0.9, kind: 'frontal', rotation_deg: 0, quality: null, low_quality: false, ...known };
}
