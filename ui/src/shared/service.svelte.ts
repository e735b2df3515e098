/** What the service says of itself: limits, retention and the models' operating points. */

import { fetchModels } from './api';
import { connection } from './connection.svelte';
import type { CurrentModel, CurrentModels } from './contract';
import { KNOWN_FINDINGS, type Finding } from './findings';

const DEFAULT_MAX_BYTES = 67_108_864;
const MAX_ATTEMPTS = 5;
const RETRY_INTERVAL_MS = 3_000;

class Service {
  /** Empty until the service has answered. */
  models = $state<Partial<CurrentModels>>({});

  get maxUploadBytes(): number {
    return this.models.max_upload_bytes ?? DEFAULT_MAX_BYTES;
  }

  get classifier(): CurrentModel | undefined {
    return this.models.models?.classifier;
  }

  get frontalFilter(): CurrentModel | undefined {
    return this.models.models?.frontal_filter;
  }

  /** What the classifier scores; until the service has said it, what raiox knows. */
  get findings(): readonly Finding[] {
    return this.classifier?.labels ?? KNOWN_FINDINGS;
  }

  start(): void {
    connection.start();
    connection.whenBack(() => void this.#load(1));
    void this.#load(MAX_ATTEMPTS);
  }

  /** The networks load while the page is already up, so one request may come too soon. */
  async #load(attemptsLeft: number): Promise<void> {
    try {
      this.models = await fetchModels();
    } catch {
      // The page works without; an upload will show what is wrong.
      if (attemptsLeft > 1) setTimeout(() => void this.#load(attemptsLeft - 1), RETRY_INTERVAL_MS);
    }
  }
}

export const service = new Service();
