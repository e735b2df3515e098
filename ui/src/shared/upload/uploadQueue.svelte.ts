/**
 * The desk: what this visit has uploaded or opened, one file after another.
 *
 * It decides order and stages; it draws nothing. The calls it needs are given
 * to it, so that its tests need no network.
 */

import type { Analysis } from '../contract';
import type { Checked } from './checkFile';
import { failAsTold, failLocally, ServiceError, type Failure } from '../failure';
import type { Upload } from '../api';
import { watchNetwork } from './stallTimer';

export type Stage = 'waiting' | 'sending' | 'reading' | 'done' | 'failed' | 'cancelled';

export interface Item {
  key: number;
  name: string;
  /** Null for an analysis opened from the history. */
  file: Blob | null;
  /** Address of what the browser itself can draw of the file. */
  preview: string | null;
  stage: Stage;
  sent: number;
  slow: boolean;
  analysis: Analysis | null;
  failure: Failure | null;
}

export interface Calls {
  check: (file: Blob) => Promise<Checked>;
  send: (upload: Upload) => Promise<Analysis>;
  fetch: (id: string, signal: AbortSignal) => Promise<Analysis>;
  forget: (id: string) => Promise<void>;
  show: (file: Blob) => string;
  hide: (preview: string) => void;
  newKey: () => string;
  /** Milliseconds after which a network that moves nothing is called slow. */
  slowAfterMs: number;
  /** Milliseconds between two looks at an analysis that is not ready. */
  lookEveryMs: number;
}

export class Desk {
  items = $state<Item[]>([]);
  shownKey = $state<number | null>(null);
  #calls: Calls;
  #lastKey = 0;
  #working = false;
  #stops = new Map<number, AbortController>();
  #idempotencyKeys = new Map<number, string>();
  #examined = new Map<number, Promise<Checked>>();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get shown(): Item | null {
    return this.items.find(({ key }) => key === this.shownKey) ?? null;
  }

  get uploads(): Item[] {
    return this.items.filter(({ file }) => file !== null);
  }

  /** Queue files; the first of them is shown. */
  add(files: readonly { name: string; file: Blob }[]): void {
    const added = files.map(({ name, file }) => this.#put(name, file));
    for (const item of added) void this.#examine(item);
    this.shownKey = added[0]?.key ?? this.shownKey;
    void this.#work();
  }

  /** Show an analysis of the history. */
  async open(id: string): Promise<void> {
    const known = this.items.find(({ analysis }) => analysis?.id === id);
    if (known) {
      this.shownKey = known.key;
      return;
    }
    const item = this.#put('', null);
    this.shownKey = item.key;
    await this.#attempt(item, (signal) => this.#calls.fetch(id, signal));
  }

  retry(item: Item): void {
    if (!item.failure?.unsent) this.#idempotencyKeys.delete(item.key);
    Object.assign(item, { stage: 'waiting', sent: 0, slow: false, failure: null });
    void this.#work();
  }

  cancel(item: Item): void {
    item.stage = 'cancelled';
    this.#stops.get(item.key)?.abort();
    if (item.analysis) void this.#calls.forget(item.analysis.id).catch(() => undefined);
  }

  /** Take away what shows this analysis, after it was deleted. */
  drop(id: string): void {
    const gone = this.items.filter(({ analysis }) => analysis?.id === id);
    for (const { preview } of gone) if (preview) this.#calls.hide(preview);
    this.items = this.items.filter((item) => !gone.includes(item));
  }

  #put(name: string, file: Blob | null): Item {
    const key = ++this.#lastKey;
    const blank = { preview: null, sent: 0, slow: false, analysis: null, failure: null };
    this.items.push({ ...blank, key, name, file, stage: file ? 'waiting' : 'reading' });
    return this.items.at(-1) as Item;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let item = this.#next(); item; item = this.#next()) {
      const { file } = item;
      if (file) await this.#attempt(item, (signal) => this.#upload(item, file, signal));
    }
    this.#working = false;
  }

  /** Look into a file once, and show what the browser can draw of it before its turn comes. */
  #examine(item: Item): Promise<Checked> {
    const { key, file } = item;
    const begun = this.#examined.get(key);
    if (begun || !file) return begun ?? Promise.resolve({ failure: null, drawable: false });
    const examined = this.#calls.check(file).then((checked) => {
      if (checked.drawable) item.preview ??= this.#calls.show(file);
      return checked;
    });
    this.#examined.set(key, examined);
    return examined;
  }

  #next(): Item | undefined {
    return this.items.find(({ stage }) => stage === 'waiting');
  }

  async #attempt(item: Item, get: (signal: AbortSignal) => Promise<Analysis>): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(item.key, stop);
    try {
      const analysis = await this.#await(item, await get(stop.signal), stop.signal);
      item.failure = analysis.error ? failAsTold(analysis.error) : null;
      item.stage = item.failure ? 'failed' : 'done';
    } catch (error) {
      if (stop.signal.aborted) return;
      item.failure = error instanceof ServiceError ? error.failure : failLocally('service');
      item.stage = 'failed';
    }
  }

  async #upload(item: Item, file: Blob, signal: AbortSignal): Promise<Analysis> {
    item.stage = 'sending';
    const { failure } = await this.#examine(item);
    if (failure) throw new ServiceError(failure);
    const idempotencyKey = this.#idempotencyKeys.get(item.key) ?? this.#calls.newKey();
    this.#idempotencyKeys.set(item.key, idempotencyKey);
    const watch = watchNetwork(item, this.#calls.slowAfterMs);
    const onProgress = (share: number): void => {
      item.sent = share;
      if (share === 1) item.stage = 'reading';
      watch.moved();
    };
    return this.#calls.send({ file, idempotencyKey, onProgress, signal }).finally(watch.end);
  }

  async #await(item: Item, first: Analysis, signal: AbortSignal): Promise<Analysis> {
    let analysis = first;
    item.analysis = analysis;
    item.stage = 'reading';
    while (analysis.state === 'queued' || analysis.state === 'running') {
      item.slow = true;
      await new Promise((resolve) => setTimeout(resolve, this.#calls.lookEveryMs));
      signal.throwIfAborted();
      analysis = await this.#calls.fetch(analysis.id, signal);
      item.analysis = analysis;
    }
    item.slow = false;
    return analysis;
  }
}
