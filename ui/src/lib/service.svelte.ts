/** What the service says of itself: limits, retention and the models' operating points. */

import { fetchModels } from './api';
import type { CurrentModels } from './contract';

const DEFAULT_MAX_BYTES = 25_000_000;

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
    fetchModels().then(
      (models) => (this.models = models),
      () => undefined, // the page serves without; an upload will tell what is wrong
    );
  }
}

export const service = new Service();
