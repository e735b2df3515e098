/** What the service says of itself: limits, retention and the models' operating points. */

import { fetchModels } from './api';
import type { CurrentModels } from './contract';

const DEFAULT_MAX_BYTES = 25_000_000;
const MOST_QUESTIONS = 5;
const ASK_AGAIN_MS = 3_000;

class Service {
  models = $state<CurrentModels>({});
  online = $state(true);

  get maxUploadBytes(): number {
    return this.models.max_upload_bytes ?? DEFAULT_MAX_BYTES;
  }

  start(): void {
    this.online = navigator.onLine;
    addEventListener('online', () => (this.online = true));
    addEventListener('offline', () => (this.online = false));
    void this.#ask(MOST_QUESTIONS);
  }

  /** The networks load while the page is already up, so one question may be too early. */
  async #ask(questionsLeft: number): Promise<void> {
    try {
      this.models = await fetchModels();
    } catch {
      // The page serves without; an upload will tell what is wrong.
      if (questionsLeft > 1) setTimeout(() => void this.#ask(questionsLeft - 1), ASK_AGAIN_MS);
    }
  }
}

export const service = new Service();
