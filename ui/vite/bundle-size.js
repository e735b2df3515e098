// Prints what a first visit loads, and fails the build where its scripts outgrow their budget.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const PAGE = new URL('../../src/raiox/web/page/', import.meta.url).pathname;
const MAX_SCRIPT_BYTES = 80_000; // gzipped; a phone on 3G has it in about two seconds

const html = readFileSync(join(PAGE, 'index.html'), 'utf-8');
const named = [...html.matchAll(/(?:src|href)="(?:\.?\/)?([^":]+\.(?:js|css))"/g)].map((match) => match[1]);
if (!named.some((name) => name.endsWith('.js'))) throw new Error('index.html names no script');
let scripts = 0;
for (const name of named) {
  const bytes = gzipSync(readFileSync(join(PAGE, name))).length;
  if (name.endsWith('.js')) scripts += bytes;
  console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB gzipped`);
}
console.log(`first-load scripts: ${(scripts / 1000).toFixed(1)} of ${MAX_SCRIPT_BYTES / 1000} kB`);
if (scripts > MAX_SCRIPT_BYTES) process.exit(1);
