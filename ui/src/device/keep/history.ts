/**
 * The history of this device: sealed on the disk, and where that cannot be, in memory.
 *
 * A browser keeps nothing without HTTPS, in some private windows, where the reader forbids it, and
 * where there is no room left; none of it is a reason to give no answer.
 */

import { unkeptReason, type UnkeptReason } from '../../shared/privateMode.svelte';
import type { Kept, NewAnalysis } from './kept';
import { MemoryStore } from './memory';
import { SealedStore } from './sealedStore';

export class History {
  readonly #sealed = new SealedStore();
  readonly #memory = new MemoryStore();
  readonly #onUnkept: (reason: UnkeptReason) => void;

  /** Args: onUnkept: called with the reason where an analysis, or all of them, are not on the disk. */
  constructor(onUnkept: (reason: UnkeptReason) => void) {
    this.#onUnkept = onUnkept;
  }

  async add(analysis: NewAnalysis): Promise<void> {
    try {
      await this.#sealed.add(analysis);
    } catch (error) {
      this.#memory.add(analysis);
      this.#onUnkept(unkeptReason(error));
    }
  }

  async get(id: string): Promise<Kept | null> {
    return this.#memory.get(id) ?? this.#read(() => this.#sealed.get(id), null);
  }

  /** Newest first. */
  async list(): Promise<Kept[]> {
    const sealed = await this.#read(() => this.#sealed.list(), []);
    const createdAt = ({ document }: Kept): number => Date.parse(document.created_at);
    return [...this.#memory.list(), ...sealed].sort((a, b) => createdAt(b) - createdAt(a));
  }

  async remove(id: string): Promise<void> {
    if (this.#memory.get(id)) this.#memory.remove(id);
    else await this.#sealed.remove(id);
  }

  async #read<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#onUnkept(unkeptReason(error));
      return otherwise;
    }
  }
}
