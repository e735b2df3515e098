import { afterEach, expect, test, vi } from 'vitest';

import { fetchOnce } from '../src/device/visitFiles';

afterEach(() => {
  vi.unstubAllGlobals();
});

function answering(...answers: (Response | Error)[]): string[] {
  const requests: string[] = [];
  vi.stubGlobal('fetch', (address: string) => {
    requests.push(address);
    const answer = answers[requests.length - 1];
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new Error('one request too many'));
  });
  return requests;
}

test('five who need a document at the same time make one request', async () => {
  const requests = answering(Response.json({ cases: [1] }));
  const found = await Promise.all(Array.from({ length: 5 }, () => fetchOnce('models/five.json')));
  expect(found).toEqual(Array.from({ length: 5 }, () => ({ cases: [1] })));
  expect(await fetchOnce('models/five.json')).toEqual({ cases: [1] });
  expect(requests).toEqual(['models/five.json']);
});

test('a document that did not come is fetched again', async () => {
  const requests = answering(new Error('no network'), new Response('', { status: 502 }), Response.json({}));
  vi.stubGlobal('navigator', { onLine: true });
  await expect(fetchOnce('models/again.json')).rejects.toThrow();
  await expect(fetchOnce('models/again.json')).rejects.toThrow();
  expect(await fetchOnce('models/again.json')).toEqual({});
  expect(requests).toHaveLength(3);
});
