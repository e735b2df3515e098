/** Writes the service worker of a build: what it keeps is what was built. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Fetched, and then kept, only where somebody opens the map in three dimensions, or reads on the device. */
const LATER = /cloud-|device-|\.wasm$/;

export function offlineShell() {
  return {
    name: 'raiox-offline-shell',
    apply: 'build',
    generateBundle(_, bundle) {
      const built = Object.keys(bundle).filter((name) => name.startsWith('assets/') && !LATER.test(name));
      const files = ['./', 'first-screen.js', 'favicon.svg', ...built.sort()];
      const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12);
      const source = readFileSync(new URL('service-worker.js', import.meta.url), 'utf-8')
        .replace('__VERSION__', version)
        .replace('__FILES__', JSON.stringify(files));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}
