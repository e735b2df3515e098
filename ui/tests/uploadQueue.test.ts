import { describe, expect, test, vi } from 'vitest';

import type { Upload } from '../src/shared/api';
import type { Analysis } from '../src/shared/contract';
import { UploadQueue, type Calls } from '../src/shared/upload/uploadQueue.svelte';
import { failLocally, ServiceError } from '../src/shared/failure';
import { makeAnalysis } from './documents';

const done = (id: string): Analysis => makeAnalysis({ id, outcome: 'analysed' });
const file = (name: string) => ({ name, file: new Blob([name]) });

/** Calls that succeed; the tests replace those they are about. */
function fakeCalls(overrides: Partial<Calls> = {}): Calls {
  let keys = 0;
  return {
    check: () => Promise.resolve({ failure: null, drawable: true }),
    send: async ({ file }: Upload) => done(await file.text()),
    fetch: (id) => Promise.resolve(done(id)),
    remove: () => Promise.resolve(),
    name: () => undefined,
    createPreview: () => 'blob:preview',
    revokePreview: () => undefined,
    newKey: () => `key-${String(++keys)}`,
    slowAfterMs: 5,
    pollIntervalMs: 1,
    ...overrides,
  };
}

const stages = (queue: UploadQueue) => queue.items.map(({ stage }) => stage);
const settled = (queue: UploadQueue) =>
  vi.waitFor(() => {
    expect(stages(queue).every((stage) => /done|failed|cancelled/.test(stage))).toBe(true);
  });

describe('several files', () => {
  test('are sent one after another, in the order they were given', async () => {
    const order: string[] = [];
    const send = async ({ file }: Upload) => {
      const name = await file.text();
      order.push(`start ${name}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(`end ${name}`);
      return done(name);
    };
    const queue = new UploadQueue(fakeCalls({ send }));
    queue.add([file('a'), file('b')]);
    await settled(queue);
    expect(order).toEqual(['start a', 'end a', 'start b', 'end b']);
  });

  test('select the first of them', () => {
    const queue = new UploadQueue(fakeCalls());
    queue.add([file('a'), file('b')]);
    expect(queue.selected?.name).toBe('a');
  });

  test('go on after one that is refused in the browser', async () => {
    const check = async (blob: Blob) => {
      const failure = (await blob.text()) === 'bad' ? failLocally('pdf') : null;
      return { failure, drawable: false };
    };
    const queue = new UploadQueue(fakeCalls({ check }));
    queue.add([file('bad'), file('good')]);
    await settled(queue);
    expect(stages(queue)).toEqual(['failed', 'done']);
  });
});

test('a queued analysis is polled until it is done', async () => {
  const answers = ['queued', 'running', 'done'] as const;
  let polls = 0;
  const fetch = (id: string) =>
    Promise.resolve<Analysis>({ ...done(id), state: answers[++polls] ?? 'done' });
  const send = () => Promise.resolve<Analysis>({ ...done('x'), state: 'queued' });
  const queue = new UploadQueue(fakeCalls({ send, fetch }));
  queue.add([file('a')]);
  await settled(queue);
  expect([polls, queue.items[0]?.stage]).toEqual([2, 'done']);
});

test('a network that moves nothing is called slow', async () => {
  const send = () => new Promise<Analysis>((resolve) => setTimeout(resolve, 50, done('x')));
  const queue = new UploadQueue(fakeCalls({ send }));
  queue.add([file('a')]);
  await vi.waitFor(() => {
    expect(queue.items[0]?.slow).toBe(true);
  });
  await settled(queue);
  expect(queue.items[0]?.slow).toBe(false);
});

describe('a retry', () => {
  const failingOnce = (failure: ServiceError, keys: string[]) => (upload: Upload) => {
    keys.push(upload.idempotencyKey);
    return keys.length === 1 ? Promise.reject(failure) : Promise.resolve(done('x'));
  };

  test('after a lost connection keeps its key, so that nothing is analysed twice', async () => {
    const keys: string[] = [];
    const lost = new ServiceError(failLocally('unreachable'));
    const queue = new UploadQueue(fakeCalls({ send: failingOnce(lost, keys) }));
    queue.add([file('a')]);
    await settled(queue);
    for (const item of queue.items) queue.retry(item);
    await settled(queue);
    expect(keys).toEqual(['key-1', 'key-1']);
  });

  test('after an answer takes a new key, or the old answer would come again', async () => {
    const keys: string[] = [];
    const answered = new ServiceError(failLocally('service'));
    const queue = new UploadQueue(fakeCalls({ send: failingOnce(answered, keys) }));
    queue.add([file('a')]);
    await settled(queue);
    for (const item of queue.items) queue.retry(item);
    await settled(queue);
    expect(keys).toEqual(['key-1', 'key-2']);
  });
});

test('a cancelled upload is aborted and the next one begins', async () => {
  const send = ({ signal, file }: Upload) =>
    new Promise<Analysis>((resolve, reject) => {
      if (file.size === 1) resolve(done('b'));
      signal.addEventListener('abort', () => {
        reject(new DOMException('', 'AbortError'));
      });
    });
  const queue = new UploadQueue(fakeCalls({ send }));
  queue.add([file('long'), file('b')]);
  await vi.waitFor(() => {
    expect(queue.items[0]?.preview).toBe('blob:preview');
  });
  for (const item of queue.items.slice(0, 1)) queue.cancel(item);
  await settled(queue);
  expect(stages(queue)).toEqual(['cancelled', 'done']);
});

test('a queued analysis that is cancelled is deleted from the service', async () => {
  const remove = vi.fn(() => Promise.resolve());
  const queued = (): Promise<Analysis> => Promise.resolve({ ...done('x'), state: 'queued' });
  const queue = new UploadQueue(fakeCalls({ send: queued, fetch: queued, remove }));
  queue.add([file('a')]);
  await vi.waitFor(() => {
    expect(queue.items[0]?.analysis?.id).toBe('x');
  });
  for (const item of queue.items) queue.cancel(item);
  expect(remove).toHaveBeenCalledWith('x');
});
