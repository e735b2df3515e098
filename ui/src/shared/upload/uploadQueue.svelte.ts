/**
 * The queue of uploads: what this visit has uploaded or opened, one file after another.
 *
 * It decides order and stages; it draws nothing. The calls it needs are passed to it, so that its
 * tests need no network.
 */

import type { Analysis } from '../contract';
import type { CheckedFile } from './checkFile';
import { failFromMessage, failureOf, ServiceError, type Failure } from '../failure';
import type { Upload } from '../api';
import { startStallTimer } from './stallTimer';

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
  check: (file: Blob) => Promise<CheckedFile>;
  send: (upload: Upload) => Promise<Analysis>;
  fetch: (id: string, signal: AbortSignal) => Promise<Analysis>;
  remove: (id: string) => Promise<void>;
  /** What the reader calls an upload; it stays in the browser. */
  name: (id: string, name: string) => void;
  createPreview: (file: Blob) => string;
  revokePreview: (preview: string) => void;
  newKey: () => string;
  /** Milliseconds after which a network that moves nothing is called slow. */
  slowAfterMs: number;
  /** Milliseconds between two requests for an analysis that is not ready. */
  pollIntervalMs: number;
}

export class UploadQueue {
  items = $state<Item[]>([]);
  selectedKey = $state<number | null>(null);
  #calls: Calls;
  #lastKey = 0;
  #running = false;
  #aborts = new Map<number, AbortController>();
  #idempotencyKeys = new Map<number, string>();
  #checks = new Map<number, Promise<CheckedFile>>();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get selected(): Item | null {
    return this.items.find(({ key }) => key === this.selectedKey) ?? null;
  }

  get uploads(): Item[] {
    return this.items.filter(({ file }) => file !== null);
  }

  /** Queue files; the first of them is selected. */
  add(files: readonly { name: string; file: Blob }[]): void {
    const added = files.map(({ name, file }) => this.#push(name, file));
    for (const item of added) void this.#check(item);
    this.selectedKey = added[0]?.key ?? this.selectedKey;
    void this.#run();
  }

  /** Select an analysis of the history. */
  async open(id: string): Promise<void> {
    const known = this.items.find(({ analysis }) => analysis?.id === id);
    if (known) {
      this.selectedKey = known.key;
      return;
    }
    const item = this.#push('', null);
    this.selectedKey = item.key;
    await this.#attempt(item, (signal) => this.#calls.fetch(id, signal));
  }

  retry(item: Item): void {
    if (!item.failure?.unsent) this.#idempotencyKeys.delete(item.key);
    Object.assign(item, { stage: 'waiting', sent: 0, slow: false, failure: null });
    void this.#run();
  }

  cancel(item: Item): void {
    item.stage = 'cancelled';
    this.#aborts.get(item.key)?.abort();
    if (item.analysis) void this.#calls.remove(item.analysis.id).catch(() => undefined);
  }

  /** Remove what belongs to this analysis, after it was deleted. */
  drop(id: string): void {
    const gone = this.items.filter(({ analysis }) => analysis?.id === id);
    for (const { preview } of gone) if (preview) this.#calls.revokePreview(preview);
    this.items = this.items.filter((item) => !gone.includes(item));
  }

  #push(name: string, file: Blob | null): Item {
    const key = ++this.#lastKey;
    const blank = { preview: null, sent: 0, slow: false, analysis: null, failure: null };
    this.items.push({ ...blank, key, name, file, stage: file ? 'waiting' : 'reading' });
    return this.items.at(-1) as Item;
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let item = this.#next(); item; item = this.#next()) {
      const { file } = item;
      if (file) await this.#attempt(item, (signal) => this.#upload(item, file, signal));
    }
    this.#running = false;
  }

  /** Check a file once, and preview what the browser can draw of it before its turn comes. */
  #check(item: Item): Promise<CheckedFile> {
    const { key, file } = item;
    const started = this.#checks.get(key);
    if (started || !file) return started ?? Promise.resolve({ failure: null, drawable: false });
    const check = this.#calls.check(file).then((checked) => {
      if (checked.drawable) item.preview ??= this.#calls.createPreview(file);
      return checked;
    });
    this.#checks.set(key, check);
    return check;
  }

  #next(): Item | undefined {
    return this.items.find(({ stage }) => stage === 'waiting');
  }

  async #attempt(item: Item, get: (signal: AbortSignal) => Promise<Analysis>): Promise<void> {
    const stop = new AbortController();
    this.#aborts.set(item.key, stop);
    try {
      const analysis = await this.#poll(item, await get(stop.signal), stop.signal);
      if (item.file) this.#calls.name(analysis.id, item.name);
      item.failure = analysis.error ? failFromMessage(analysis.error) : null;
      item.stage = item.failure ? 'failed' : 'done';
    } catch (error) {
      if (stop.signal.aborted) return;
      item.failure = failureOf(error);
      item.stage = 'failed';
    }
  }

  async #upload(item: Item, file: Blob, signal: AbortSignal): Promise<Analysis> {
    item.stage = 'sending';
    const { failure } = await this.#check(item);
    if (failure) throw new ServiceError(failure);
    const idempotencyKey = this.#idempotencyKeys.get(item.key) ?? this.#calls.newKey();
    this.#idempotencyKeys.set(item.key, idempotencyKey);
    const timer = startStallTimer(item, this.#calls.slowAfterMs);
    const onProgress = (share: number): void => {
      item.sent = share;
      if (share === 1) item.stage = 'reading';
      timer.restart();
    };
    return this.#calls.send({ file, idempotencyKey, onProgress, signal }).finally(timer.stop);
  }

  async #poll(item: Item, first: Analysis, signal: AbortSignal): Promise<Analysis> {
    let analysis = first;
    item.analysis = analysis;
    item.stage = 'reading';
    while (analysis.state === 'queued' || analysis.state === 'running') {
      item.slow = true;
      await new Promise((resolve) => setTimeout(resolve, this.#calls.pollIntervalMs));
      signal.throwIfAborted();
      analysis = await this.#calls.fetch(analysis.id, signal);
      item.analysis = analysis;
    }
    item.slow = false;
    return analysis;
  }
}
