/**
 * The runtime of the networks, as files of the build: its WebAssembly is packed, because a plain
 * static server sends it as it lies there, and unpacked it is four times as large.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const ID = 'virtual:onnxruntime';
const DIST = new URL('../node_modules/onnxruntime-web/dist/', import.meta.url);
/** Named `.bin`, so that no server takes it for something to unpack on the way. */
const FILES = [
  { constant: 'GLUE', source: 'ort-wasm-simd-threaded.mjs', ending: 'js', pack: (content) => content },
  { constant: 'WASM', source: 'ort-wasm-simd-threaded.wasm', ending: 'bin', pack: (content) => gzipSync(content, { level: 9 }) },
];

let built;

function build() {
  built ??= FILES.map(({ constant, source, ending, pack }) => {
    const content = pack(readFileSync(new URL(source, DIST)));
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 8);
    return { constant, content, fileName: `assets/device-onnxruntime-${hash}.${ending}` };
  });
  return built;
}

/** Only the API; its own copy of the WebAssembly would be built in beside ours. */
export const onnxruntimeAlias = { 'onnxruntime-web/wasm': new URL('ort.wasm.min.mjs', DIST).pathname };

/** Args: emits: whether this build writes the files; workers are built beside the page. */
export function onnxruntime({ emits }) {
  return {
    name: 'raiox-onnxruntime',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      const constants = build().map(({ constant, content, fileName }) => [
        `export const ${constant} = ${JSON.stringify(fileName)};`,
        `export const ${constant}_BYTES = ${content.length};`,
      ]);
      return constants.flat().join('\n');
    },
    generateBundle() {
      if (!emits) return;
      for (const { fileName, content } of build()) this.emitFile({ type: 'asset', fileName, source: content });
    },
  };
}
