/** The worker that decodes and reads; it may be ended at any time, and holds nothing that is not elsewhere. */

import { decodeByBrowser } from '../decode/browserCodec';
import { setLimits } from '../decode/checks';
import { decode } from '../decode/decode';
import { RefusedError } from '../decode/refusal';
import { readImage } from './engine';
import { occludeLungs } from './lungOcclusion';
import type { Networks } from './networks';
import { openNetworks, threadsHere } from './openNetworks';
import { drawPictures } from './pictures';
import type { Answer, OccludeRequest, OpenRequest, ReadRequest, Request } from './protocol';

let networks: Promise<Networks> | undefined;
let keepsValues = true;

function answer(message: Answer, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

async function open({ base, catalogue, nThreads = threadsHere() }: OpenRequest): Promise<void> {
  keepsValues = catalogue.keep_values;
  setLimits(catalogue.limits);
  networks = openNetworks(base, catalogue, nThreads, (share) => {
    answer({ kind: 'progress', share });
  });
  await networks;
  answer({ kind: 'opened', nThreads });
}

async function read({ content }: ReadRequest): Promise<void> {
  const whole = await decode(new Uint8Array(content));
  const decoded = keepsValues ? whole : { ...whole, values: null };
  answer({ kind: 'decoded' }); // from here on nothing of the file can hold the worker up
  const reading = await readImage(decoded.image, await opened(), decoded.notes);
  const pictures = await drawPictures(decoded, reading.prediction);
  answer({ kind: 'read', decoded, reading, pictures });
}

async function occlude({ image }: OccludeRequest): Promise<void> {
  const { data, width, height } = await decodeByBrowser(new Uint8Array(await image.arrayBuffer()), image.type);
  const pixels = Uint8Array.from({ length: width * height }, (_, at) => data[4 * at] ?? 0);
  answer({ kind: 'occluded', occlusion: await occludeLungs({ width, height, pixels }, await opened()) });
}

function opened(): Promise<Networks> {
  return networks ?? Promise.reject(new Error('no networks'));
}

function work(request: Request): Promise<void> {
  if (request.kind === 'open') return open(request);
  return request.kind === 'read' ? read(request) : occlude(request);
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  work(data).catch((error: unknown) => {
    if (error instanceof RefusedError) answer({ kind: 'refused', refusal: { code: error.code, facts: error.facts } });
    else answer({ kind: 'failed', reason: String(error) });
  });
});
