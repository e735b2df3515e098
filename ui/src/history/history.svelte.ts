/** The history of this browser, as the service keeps it. */

import { deleteAnalysis, fetchHistory } from '../shared/api';
import type { Analysis } from '../shared/contract';
import { failLocally, ServiceError, type Failure } from '../shared/failure';
import { proof } from '../shared/deletionCheck.svelte';
import { desk } from '../shared/upload/uploads';

class Past {
  analyses = $state<Analysis[]>([]);
  loading = $state(false);
  failure = $state<Failure | null>(null);
  #cursor = $state<string | null>(null);

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  async load(): Promise<void> {
    await this.#read(async () => {
      const page = await fetchHistory();
      this.analyses = page.analyses;
      this.#cursor = page.next_cursor;
    });
  }

  async loadMore(): Promise<void> {
    const cursor = this.#cursor;
    if (!cursor) return;
    await this.#read(async () => {
      const page = await fetchHistory(cursor);
      this.analyses.push(...page.analyses);
      this.#cursor = page.next_cursor;
    });
  }

  /** All that is left: choosing and ordering must see everything. */
  async loadAll(): Promise<void> {
    while (this.hasMore && !this.failure) await this.loadMore();
  }

  async erase(id: string): Promise<void> {
    await this.#erase(id);
    await proof.ofOne(id);
  }

  async eraseAll(): Promise<void> {
    const erased: string[] = [];
    while (this.analyses.length > 0) {
      for (const { id } of [...this.analyses]) {
        await this.#erase(id);
        erased.push(id);
      }
      await this.load();
      if (this.failure) throw new ServiceError(this.failure);
    }
    await proof.ofAll(erased);
  }

  async #erase(id: string): Promise<void> {
    await deleteAnalysis(id);
    desk.drop(id);
    this.analyses = this.analyses.filter((analysis) => analysis.id !== id);
  }

  async #read(work: () => Promise<void>): Promise<void> {
    this.loading = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = error instanceof ServiceError ? error.failure : failLocally('service');
    }
    this.loading = false;
  }
}

export const pastAnalyses = new Past();
