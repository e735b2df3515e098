/** The history of this browser, as the service keeps it. */

import { deleteAnalysis, fetchHistory } from '../shared/api';
import type { Analysis } from '../shared/contract';
import { failureOf, ServiceError, type Failure } from '../shared/failure';
import { deletionCheck } from '../shared/deletionCheck.svelte';
import { uploadQueue } from '../shared/upload/uploads';

class AnalysisHistory {
  analyses = $state<Analysis[]>([]);
  loading = $state(false);
  failure = $state<Failure | null>(null);
  #cursor = $state<string | null>(null);

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  async load(): Promise<void> {
    await this.#request(async () => {
      const page = await fetchHistory();
      this.analyses = page.analyses;
      this.#cursor = page.next_cursor;
    });
  }

  async loadMore(): Promise<void> {
    const cursor = this.#cursor;
    if (!cursor) return;
    await this.#request(async () => {
      const page = await fetchHistory(cursor);
      this.analyses.push(...page.analyses);
      this.#cursor = page.next_cursor;
    });
  }

  /** All that is left: filtering and sorting must see everything. */
  async loadAll(): Promise<void> {
    while (this.hasMore && !this.failure) await this.loadMore();
  }

  async remove(analysis: Analysis): Promise<void> {
    await this.#remove(analysis);
    await deletionCheck.checkOne(analysis);
  }

  async removeAll(): Promise<void> {
    const removed: Analysis[] = [];
    while (this.analyses.length > 0) {
      for (const analysis of [...this.analyses]) {
        await this.#remove(analysis);
        removed.push(analysis);
      }
      await this.load();
      if (this.failure) throw new ServiceError(this.failure);
    }
    await deletionCheck.checkAll(removed);
  }

  async #remove({ id }: Analysis): Promise<void> {
    await deleteAnalysis(id);
    uploadQueue.drop(id);
    this.analyses = this.analyses.filter((analysis) => analysis.id !== id);
  }

  async #request(work: () => Promise<void>): Promise<void> {
    this.loading = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = failureOf(error);
    }
    this.loading = false;
  }
}

export const analysisHistory = new AnalysisHistory();
