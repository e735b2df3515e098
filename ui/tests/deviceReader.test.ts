import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Catalogue } from '../src/device/infer/catalogue';
import type { Answer, Request } from '../src/device/infer/protocol';
import { DeviceReader, NoReadingError } from '../src/device/reader';

/** A worker that answers what the test has it say, and counts how many there were. */
class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onerror: (() => void) | undefined;
  readonly terminate = vi.fn();
  readonly postMessage = vi.fn<(request: Request) => void>((request) => {
    if (request.kind === 'open') this.say({ kind: 'opened', nThreads: 1 });
  });

  constructor() {
    FakeWorker.all.push(this);
  }

  say(answer: Answer): void {
    this.onmessage?.({ data: answer });
  }
}

/** The newest one. */
function worker(): FakeWorker {
  const newest = FakeWorker.all[FakeWorker.all.length - 1];
  if (!newest) throw new Error('no worker was opened');
  return newest;
}

function reader(): DeviceReader {
  return new DeviceReader({} as Catalogue, () => undefined);
}

function readIn(device: DeviceReader): Promise<unknown> {
  return device.read(new ArrayBuffer(1), new AbortController().signal).catch((error: unknown) => error);
}

beforeEach(() => {
  FakeWorker.all = [];
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('location', { href: 'https://example.org/' });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([
  ['a file that is decoded too long', false, 31, 'decode_too_slow'],
  ['networks that fall silent', true, 121, 'internal_error'],
])('%s end in a sentence, and the worker goes', async (_, decoded, seconds, code) => {
  const refused = readIn(reader());
  await vi.advanceTimersByTimeAsync(0);
  if (decoded) worker().say({ kind: 'decoded' });

  await vi.advanceTimersByTimeAsync(seconds * 1_000);

  const error = (await refused) as NoReadingError;
  expect(error).toBeInstanceOf(NoReadingError);
  expect(error.refusal.code).toBe(code);
  expect(worker().terminate).toHaveBeenCalledOnce();
});

test('the next image is read by another worker', async () => {
  const device = reader();
  const refused = readIn(device);
  await vi.advanceTimersByTimeAsync(31_000);
  await refused;

  void readIn(device);
  await vi.advanceTimersByTimeAsync(0);

  expect(FakeWorker.all).toHaveLength(2);
  expect(worker().postMessage.mock.lastCall?.[0].kind).toBe('read');
});

test('a slow connection is no silence', async () => {
  const postMessage = vi.spyOn(FakeWorker.prototype, 'say').mockImplementation(() => undefined);
  const opening = reader().open();
  await vi.advanceTimersByTimeAsync(0);
  postMessage.mockRestore();

  for (let share = 0; share < 1; share += 0.1) {
    worker().say({ kind: 'progress', share });
    await vi.advanceTimersByTimeAsync(100_000);
  }
  worker().say({ kind: 'opened', nThreads: 1 });

  await expect(opening).resolves.toBeUndefined();
  expect(worker().terminate).not.toHaveBeenCalled();
});
