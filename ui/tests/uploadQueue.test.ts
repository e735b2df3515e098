import { describe, expect, test, vi } from 'vitest';

import type { Upload } from '../src/shared/api';
import type { Analysis } from '../src/shared/contract';
import { Desk, type Calls } from '../src/shared/upload/uploadQueue.svelte';
import { failLocally, ServiceError } from '../src/shared/failure';

const done = (id: string): Analysis => ({ id, state: 'done', outcome: 'analysed', sha256: '' });
const file = (name: string) => ({ name, file: new Blob([name]) });

/** Calls that succeed; the tests replace those they are about. */
function fakeCalls(overrides: Partial<Calls> = {}): Calls {
  let keys = 0;
  return {
    check: () => Promise.resolve({ failure: null, drawable: true }),
    send: async ({ file }: Upload) => done(await file.text()),
    fetch: (id) => Promise.resolve(done(id)),
    forget: () => Promise.resolve(),
    show: () => 'blob:preview',
    hide: () => undefined,
    newKey: () => `key-${String(++keys)}`,
    slowAfterMs: 5,
    lookEveryMs: 1,
    ...overrides,
  };
}

const stages = (desk: Desk) => desk.items.map(({ stage }) => stage);
const settled = (desk: Desk) =>
  vi.waitFor(() => {
    expect(stages(desk).every((stage) => /done|failed|cancelled/.test(stage))).toBe(true);
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
    const desk = new Desk(fakeCalls({ send }));
    desk.add([file('a'), file('b')]);
    await settled(desk);
    expect(order).toEqual(['start a', 'end a', 'start b', 'end b']);
  });

  test('show the first of them', () => {
    const desk = new Desk(fakeCalls());
    desk.add([file('a'), file('b')]);
    expect(desk.shown?.name).toBe('a');
  });

  test('go on after one that is refused in the browser', async () => {
    const check = async (blob: Blob) => {
      const failure = (await blob.text()) === 'bad' ? failLocally('pdf') : null;
      return { failure, drawable: false };
    };
    const desk = new Desk(fakeCalls({ check }));
    desk.add([file('bad'), file('good')]);
    await settled(desk);
    expect(stages(desk)).toEqual(['failed', 'done']);
  });
});

test('an analysis that is queued is looked at until it is done', async () => {
  const answers = ['queued', 'running', 'done'] as const;
  let looks = 0;
  const fetch = (id: string) =>
    Promise.resolve<Analysis>({ ...done(id), state: answers[++looks] ?? 'done' });
  const send = () => Promise.resolve<Analysis>({ ...done('x'), state: 'queued' });
  const desk = new Desk(fakeCalls({ send, fetch }));
  desk.add([file('a')]);
  await settled(desk);
  expect([looks, desk.items[0]?.stage]).toEqual([2, 'done']);
});

test('a network that moves nothing is called slow', async () => {
  const send = () => new Promise<Analysis>((resolve) => setTimeout(resolve, 50, done('x')));
  const desk = new Desk(fakeCalls({ send }));
  desk.add([file('a')]);
  await vi.waitFor(() => {
    expect(desk.items[0]?.slow).toBe(true);
  });
  await settled(desk);
  expect(desk.items[0]?.slow).toBe(false);
});

describe('a retry', () => {
  const failingOnce = (failure: ServiceError, keys: string[]) => (upload: Upload) => {
    keys.push(upload.idempotencyKey);
    return keys.length === 1 ? Promise.reject(failure) : Promise.resolve(done('x'));
  };

  test('after a lost connection keeps its key, so that nothing is analysed twice', async () => {
    const keys: string[] = [];
    const lost = new ServiceError(failLocally('unreachable'));
    const desk = new Desk(fakeCalls({ send: failingOnce(lost, keys) }));
    desk.add([file('a')]);
    await settled(desk);
    for (const item of desk.items) desk.retry(item);
    await settled(desk);
    expect(keys).toEqual(['key-1', 'key-1']);
  });

  test('after an answer takes a new key, or the old answer would come again', async () => {
    const keys: string[] = [];
    const answered = new ServiceError(failLocally('service'));
    const desk = new Desk(fakeCalls({ send: failingOnce(answered, keys) }));
    desk.add([file('a')]);
    await settled(desk);
    for (const item of desk.items) desk.retry(item);
    await settled(desk);
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
  const desk = new Desk(fakeCalls({ send }));
  desk.add([file('long'), file('b')]);
  await vi.waitFor(() => {
    expect(desk.items[0]?.preview).toBe('blob:preview');
  });
  for (const item of desk.items.slice(0, 1)) desk.cancel(item);
  await settled(desk);
  expect(stages(desk)).toEqual(['cancelled', 'done']);
});

test('a queued analysis that is cancelled is deleted from the service', async () => {
  const forget = vi.fn(() => Promise.resolve());
  const queued = (): Promise<Analysis> => Promise.resolve({ ...done('x'), state: 'queued' });
  const desk = new Desk(fakeCalls({ send: queued, fetch: queued, forget }));
  desk.add([file('a')]);
  await vi.waitFor(() => {
    expect(desk.items[0]?.analysis?.id).toBe('x');
  });
  for (const item of desk.items) desk.cancel(item);
  expect(forget).toHaveBeenCalledWith('x');
});
