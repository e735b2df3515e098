/** The worker that decodes and reads; it may be ended at any time, and holds nothing that is not elsewhere. */

import { decode } from '../decode/decode';
import { RefusedError } from '../decode/refusal';
import { readImage } from './engine';
import type { Networks } from './networks';
import { openNetworks, threadsHere } from './openNetworks';
import { drawPictures } from './pictures';
import type { Answer, OpenRequest, ReadRequest, Request } from './protocol';

const PHOTOGRAPH = 'photograph_of_radiograph';

let networks: Promise<Networks> | undefined;

function answer(message: Answer, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

async function open({ base, catalogue, nThreads = threadsHere() }: OpenRequest): Promise<void> {
  networks = openNetworks(base, catalogue, nThreads, (share) => {
    answer({ kind: 'progress', share });
  });
  await networks;
  answer({ kind: 'opened', nThreads });
}

async function read({ content }: ReadRequest): Promise<void> {
  const decoded = await decode(new Uint8Array(content));
  answer({ kind: 'decoded' }); // from here on nothing of the file can hold the worker up
  if (!networks) throw new Error('no networks');
  const reading = await readImage(decoded.image, await networks, decoded.notes.includes(PHOTOGRAPH));
  const pictures = await drawPictures(decoded, reading.prediction?.maps ?? {});
  answer({ kind: 'read', decoded, reading, pictures });
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  const done = data.kind === 'open' ? open(data) : read(data);
  done.catch((error: unknown) => {
    if (error instanceof RefusedError) answer({ kind: 'refused', refusal: { code: error.code, facts: error.facts } });
    else answer({ kind: 'failed', reason: String(error) });
  });
});
