/**
 * The worker, seen from the page: opened once, ended where a file holds it up, and opened again.
 *
 * What a file may cost is bounded by ending the worker: no content can freeze the page.
 */

import { DECODE_LIMIT_S } from './decode/checks';
import type { Decoded } from './decode/decoded';
import type { Catalogue } from './infer/catalogue';
import type { Reading } from './infer/engine';
import type { LungOcclusion } from './infer/lungOcclusion';
import type { Pictures } from './infer/pictures';
import type { Answer, Refusal, Request } from './infer/protocol';

/** A second is usual, ten are a slow telephone: networks that say nothing for longer will not answer. */
const SILENCE_LIMIT_S = 120;

export interface Read {
  readonly decoded: Decoded;
  readonly reading: Reading;
  readonly pictures: Pictures;
}

/** No reading, with the code that says why. */
export class NoReadingError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}

export class DeviceReader {
  #worker: Worker | undefined;
  #opened: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #catalogue: Catalogue;
  readonly #onShare: (share: number) => void;

  /** Args: onShare: called with the share of the networks' bytes that have come. */
  constructor(catalogue: Catalogue, onShare: (share: number) => void) {
    this.#catalogue = catalogue;
    this.#onShare = onShare;
  }

  /** Fetch and open the networks; again after a failure. */
  open(): Promise<void> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.end();
      throw error;
    });
    return this.#opened;
  }

  /** Throws: NoReadingError with the code of the refusal. */
  async read(content: ArrayBuffer, signal: AbortSignal): Promise<Read> {
    await this.open();
    signal.throwIfAborted();
    const answer = await this.#request({ kind: 'read', content }, [content], signal);
    if (answer.kind !== 'read') throw new NoReadingError({ code: 'internal_error', facts: {} });
    return answer;
  }

  /** The scores of a kept picture as it is and with its lungs hidden. Throws: NoReadingError. */
  async occludeLungs(image: Blob): Promise<LungOcclusion> {
    await this.open();
    const answer = await this.#request({ kind: 'occlude', image });
    if (answer.kind !== 'occluded') throw new NoReadingError({ code: 'internal_error', facts: {} });
    return answer.occlusion;
  }

  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#opened = undefined;
  }

  async #open(): Promise<void> {
    this.#worker = new Worker(new URL('./infer/worker.ts', import.meta.url), { type: 'module' });
    const base = new URL('.', location.href).href;
    await this.#request({ kind: 'open', base, catalogue: this.#catalogue });
  }

  /** One after another: the worker computes one thing at a time. */
  #request(request: Request, transfer: Transferable[] = [], signal?: AbortSignal): Promise<Answer> {
    const answer = this.#last.then(() => this.#send(request, transfer, signal));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #send(request: Request, transfer: Transferable[], signal?: AbortSignal): Promise<Answer> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(new Error('no worker'));
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const stop = (error: Error): void => {
        clearTimeout(timer);
        this.end();
        reject(error);
      };
      let timer: ReturnType<typeof setTimeout> | undefined;
      const limit = (seconds: number, refusal: Refusal): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          stop(new NoReadingError(refusal));
        }, seconds * 1_000);
      };
      const waitForNetworks = (): void => {
        limit(SILENCE_LIMIT_S, { code: 'internal_error', facts: {} });
      };
      if (request.kind === 'read') limit(DECODE_LIMIT_S, { code: 'decode_too_slow', facts: { limit_s: DECODE_LIMIT_S } });
      else waitForNetworks();
      signal?.addEventListener('abort', () => {
        stop(new DOMException('cancelled', 'AbortError'));
      });
      worker.onerror = () => {
        stop(new NoReadingError({ code: 'decoder_crashed', facts: {} }));
      };
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if (data.kind === 'progress' || data.kind === 'decoded') waitForNetworks();
        if (data.kind === 'progress') this.#onShare(data.share);
        else if (data.kind === 'decoded') return;
        else if (data.kind === 'failed') stop(new Error(data.reason));
        else {
          clearTimeout(timer);
          if (data.kind === 'refused') reject(new NoReadingError(data.refusal));
          else resolve(data);
        }
      };
      worker.postMessage(request, transfer);
    });
  }
}
