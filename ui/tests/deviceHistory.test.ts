import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { StoredDocument } from '../src/device/document';
import { History } from '../src/device/keep/history';
import type { NewAnalysis } from '../src/device/keep/kept';

const ANALYSIS: NewAnalysis = {
  document: { id: 'one', created_at: '2026-11-29T00:00:00Z' } as StoredDocument,
  pictures: { image: new Blob(), values: null, thumbnail: new Blob(), heatmaps: {}, lungs: null },
  mapsUntil: '2026-11-30T00:00:00Z',
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('indexedDB', { open: () => ({}) }); // neither success nor error ever comes
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a database that never answers holds no result up', async () => {
  const onUnkept = vi.fn();
  const history = new History(onUnkept);

  const added = history.add(ANALYSIS);
  await vi.advanceTimersByTimeAsync(10_001);
  await added;

  expect(onUnkept).toHaveBeenCalledOnce();
  expect((await history.get('one'))?.document.id).toBe('one');
});

test('nor the history of what lies in memory', async () => {
  const history = new History(() => undefined);
  const added = history.add(ANALYSIS);
  await vi.advanceTimersByTimeAsync(10_001);
  await added;

  const listed = history.list();
  await vi.advanceTimersByTimeAsync(10_001);

  expect((await listed).map(({ document }) => document.id)).toEqual(['one']);
});
