import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { codecAlias } from './vite/codecs.js';
import { firstScreen } from './vite/first-screen.js';
import { generatedCss } from './vite/generated-css.js';
import { onnxruntime, onnxruntimeAlias } from './vite/onnxruntime.js';
import { offlineShell } from './vite/offline-shell.js';

// Hospital computers are old: these are the last browsers of Windows 7 and the Safari of 2022.
const OLDEST_BROWSERS = ['chrome109', 'firefox115', 'safari16'];
/** What reading on the device needs: fetched, and then kept, only where somebody chooses it. */
const DEVICE_FILE = 'assets/device-[name]-[hash].js';
const SERVICE = process.env.RAIOX_URL ?? 'http://127.0.0.1:8000';

function isOfDevice({ moduleIds }) {
  return moduleIds.some((id) => id.includes('/src/device/') || id.includes('/@noble/'));
}

export default defineConfig({
  base: './', // a proxy may publish the service under any path
  plugins: [svelte(), generatedCss(), firstScreen(), onnxruntime({ emits: true }), offlineShell()],
  resolve: { alias: { ...onnxruntimeAlias, ...codecAlias } },
  worker: {
    format: 'es',
    plugins: () => [onnxruntime({ emits: false })],
    rolldownOptions: { output: { entryFileNames: DEVICE_FILE, chunkFileNames: DEVICE_FILE } },
  },
  build: {
    outDir: '../src/raiox/web/page',
    emptyOutDir: true,
    target: OLDEST_BROWSERS,
    assetsInlineLimit: 0, // the service forbids inline content
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600, // kB: three.js, fetched only where the map is opened in 3D
    rolldownOptions: { output: { chunkFileNames: (chunk) => (isOfDevice(chunk) ? DEVICE_FILE : 'assets/[name]-[hash].js') } },
    reportCompressedSize: false, // vite/bundle-size.js prints and judges it
  },
  server: {
    proxy: { '/api': SERVICE },
    fs: { allow: ['..'] }, // findings.json and formats.json belong to the Python package
  },
  test: { include: ['tests/**/*.test.ts'] },
});
