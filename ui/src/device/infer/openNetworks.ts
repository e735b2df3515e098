/** Fetches the networks and opens them with onnxruntime, WebAssembly with SIMD. */

import * as ort from 'onnxruntime-web/wasm';
import { GLUE, WASM, WASM_BYTES } from 'virtual:onnxruntime';

import type { EmbeddingDistance, EmbeddingMap } from '../decide/embedding';
import type { Catalogue, StoredFile, StoredNetwork } from './catalogue';
import { fetchBytes, fetchFile, unzipped } from './fetchFile';
import type { Network, Networks, Outputs } from './networks';

/** More threads than this gain nothing: the networks are small. */
const MAX_THREADS = 4;

export type OnShare = (share: number) => void;

/** Threads share memory, which a page may only where it is isolated from others. */
export function threadsHere(): number {
  return globalThis.crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1;
}

/** Args: base: address of the page; onShare: called with the share of the bytes that have come. */
export async function openNetworks(
  base: string,
  catalogue: Catalogue,
  nThreads: number,
  onShare: OnShare,
): Promise<Networks> {
  const { frontal_filter, classifier, lungs } = catalogue.networks;
  const files = [frontal_filter.model, classifier.model, lungs?.model, catalogue.embedding_map, catalogue.embedding_distance];
  const total = files.reduce((sum, file) => sum + (file?.n_bytes ?? 0), WASM_BYTES);
  let came = 0;
  const onBytes = (n: number): void => {
    onShare(Math.min(1, (came += n) / total));
  };
  const fetchJson = async <T>(file: StoredFile | null): Promise<T | null> =>
    file && (JSON.parse(new TextDecoder().decode(await fetchFile(base, file, onBytes))) as T);
  await startRuntime(base, nThreads, onBytes);
  const open = (stored: StoredNetwork): Promise<Network> => openNetwork(base, stored, onBytes);
  return {
    filter: await open(frontal_filter),
    lungs: lungs ? await open(lungs) : null,
    classifier: await open(classifier),
    map: await fetchJson<EmbeddingMap>(catalogue.embedding_map),
    distance: await fetchJson<EmbeddingDistance>(catalogue.embedding_distance),
  };
}

async function startRuntime(base: string, nThreads: number, onBytes: (n: number) => void): Promise<void> {
  const { wasm } = ort.env;
  wasm.numThreads = nThreads;
  wasm.wasmPaths = { mjs: new URL(GLUE, base).href };
  wasm.wasmBinary = await unzipped(await fetchBytes(new URL(WASM, base), onBytes));
}

async function openNetwork(base: string, stored: StoredNetwork, onBytes: (n: number) => void): Promise<Network> {
  const model = await fetchFile(base, stored.model, onBytes);
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const input = session.inputNames[0] ?? '';
  const run = async (image: Float32Array, sidePx: number): Promise<Outputs> => {
    const outputs = await session.run({ [input]: new ort.Tensor('float32', image, [1, 1, sidePx, sidePx]) });
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]),
    );
  };
  return { manifest: stored.manifest, sha256: stored.sha256, run };
}
