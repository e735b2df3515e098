/** The history of this browser, as the service keeps it. */

import { fetchHistory } from '../shared/api';
import type { Analysis } from '../shared/contract';
import { failureOf, ServiceError, type Failure } from '../shared/failure';
import { deletionCheck } from '../shared/deletionCheck.svelte';
import { removeAnalysis, removeHistory } from '../shared/removal';
import { deviceIdIn, privateMode } from '../shared/privateMode.svelte';
import { studyNotes } from '../shared/studyNotes.svelte';
import type { Filter, Order } from './filters';
import { uploadQueue } from '../shared/upload/uploads';

/** The server and this device have a history each. */
function isOfOtherHistory(id: string): boolean {
  return (deviceIdIn(id) !== null) !== privateMode.on;
}

class AnalysisHistory {
  analyses = $state<Analysis[]>([]);
  loading = $state(false);
  /** What is shown and chosen, so that it is still so on the way back from an analysis. */
  filter = $state<Filter>('everything');
  order = $state<Order>('newest');
  #ticked = $state<string[]>([]);
  failure = $state<Failure | null>(null);
  #cursor = $state<string | null>(null);

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  /** The chosen ones that are still there. */
  get ticked(): string[] {
    return this.#ticked.filter((id) => this.analyses.some((analysis) => analysis.id === id));
  }

  tick(id: string): void {
    this.#ticked = this.ticked.includes(id) ? this.ticked.filter((other) => other !== id) : [...this.ticked, id];
  }

  async load(): Promise<void> {
    await this.#request(async () => {
      const page = await fetchHistory();
      this.analyses = page.analyses;
      this.#cursor = page.next_cursor;
      if (!this.hasMore) studyNotes.keepOnly(this.analyses.map(({ id }) => id), isOfOtherHistory);
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

  async removeTicked(): Promise<void> {
    const removed = this.analyses.filter(({ id }) => this.ticked.includes(id));
    for (const analysis of removed) await this.#remove(analysis);
    await deletionCheck.checkAll(removed);
  }

  async removeAll(): Promise<void> {
    await this.loadAll();
    if (this.failure) throw new ServiceError(this.failure);
    const removed = this.analyses;
    const ids = removed.map(({ id }) => id);
    await removeHistory(ids);
    this.#drop(ids);
    await this.load(); // another tab may have sent one since
    await deletionCheck.checkAll(removed);
  }

  async #remove({ id }: Analysis): Promise<void> {
    await removeAnalysis(id);
    this.#drop([id]);
  }

  #drop(ids: readonly string[]): void {
    for (const id of ids) uploadQueue.drop(id);
    this.analyses = this.analyses.filter(({ id }) => !ids.includes(id));
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
