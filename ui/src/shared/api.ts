/**
 * Every call to the service, typed; each throws `ServiceError` and nothing else but aborts.
 *
 * In private mode this device answers in its place: the same calls, and nothing of an image is sent.
 */

import type { Analysis, AnalysisPage, CaseMap, CurrentModels, Example, Examples, LungOcclusionDocument, ReferenceCase } from './contract';
import { call, device, errorOf, networkError } from './call';
import { connection } from './connection.svelte';
import { failWith, ServiceError } from './failure';
import { heldPicture } from './heldPictures';
import { deviceIdIn, privateMode } from './privateMode.svelte';
import type { Language } from './i18n.svelte';
import type { Report } from './report';

/** Relative to the page: a proxy may publish both under any path. */
export const API = 'api/v1';
export const ANALYSES = `${API}/analyses`;

/** Analyses of one answer; the service gives no more. */
const MAX_PAGE = 100;

/** Seconds the service may keep an upload waiting for its result before it answers 202. */
const WAIT_S = 3; // an ordinary upload is answered sooner; whoever waits longer sees the queue

export async function fetchAnalysis(id: string, signal?: AbortSignal): Promise<Analysis> {
  if (deviceIdIn(id)) return (await device()).fetchAnalysis(id);
  return call<Analysis>(`${ANALYSES}/${encodeURIComponent(id)}`, signal ? { signal } : {});
}

export async function deleteAnalysis(id: string): Promise<void> {
  if (deviceIdIn(id)) return (await device()).deleteAnalysis(id);
  await call(`${ANALYSES}/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Whatever this browser has at the service, at once. */
export async function deleteHistory(): Promise<void> {
  if (privateMode.on) return (await device()).deleteHistory();
  await call(`${ANALYSES}?state=any`, { method: 'DELETE' });
}

/** Address of the whole history, or of one analysis, as a file. */
export function addressOfFile(format: 'csv' | 'json', id?: string): string {
  return `${ANALYSES}${id ? `/${encodeURIComponent(id)}` : ''}/export?format=${format}`;
}

/** Address of the page of an analysis as a PDF. */
export function addressOfPdf(id: string, language: Language): string {
  return `${ANALYSES}/${encodeURIComponent(id)}/report.pdf?lang=${language}`;
}

/** The whole history, or one analysis, as the text of a file. */
export async function fetchFile(format: 'csv' | 'json', id?: string): Promise<string> {
  if (id ? deviceIdIn(id) : privateMode.on) return (await device()).fetchFile(format, id);
  const response = await fetch(addressOfFile(format, id), { credentials: 'same-origin' });
  if (!response.ok) throw new ServiceError(failWith(response.status, null, null));
  return response.text();
}

export async function fetchHistory(cursor: string | null = null): Promise<AnalysisPage> {
  if (privateMode.on) return (await device()).fetchHistory();
  const query = new URLSearchParams({ limit: String(MAX_PAGE), ...(cursor ? { cursor } : {}) });
  return call<AnalysisPage>(`${ANALYSES}?${query.toString()}`);
}

/** Every address at which something of an analysis is served. */
export function addressesOf({ id, maps, lungs, values }: Analysis): Record<'analysis' | 'image' | 'maps' | 'file', string[]> {
  const analysis = `${ANALYSES}/${encodeURIComponent(id)}`;
  return {
    analysis: [analysis],
    image: [`${analysis}/image`, ...(values ? [values.address] : [])],
    maps: [...Object.values(maps ?? {}), ...(lungs ? [lungs] : [])],
    file: [addressOfFile('json', id)],
  };
}

/** The HTTP status that the service answers with, 0 where nothing came back. */
export async function fetchStatus(address: string): Promise<number> {
  if (deviceIdIn(address) || address.startsWith('blob:')) return (await device()).fetchStatus(address);
  return fetch(address, { credentials: 'same-origin', cache: 'no-store' }).then(
    ({ status }) => status,
    () => 0,
  );
}

export async function fetchModels(): Promise<CurrentModels> {
  if (privateMode.on) return (await device()).fetchModels();
  return call<CurrentModels>(`${API}/models/current`);
}

/** What is left of the scores with the lungs hidden; it is computed now. */
export async function fetchShortcuts(id: string): Promise<LungOcclusionDocument> {
  if (deviceIdIn(id)) return (await device()).fetchShortcuts(id);
  return call<LungOcclusionDocument>(`${ANALYSES}/${encodeURIComponent(id)}/shortcuts`);
}

const CASE_MAP = `${API}/embedding-map`;

/** The embedding map as TensorBoard's projector loads it: coordinates, and metadata in the same order. */
export const PROJECTOR_FILES = [`${CASE_MAP}/tensors.tsv`, `${CASE_MAP}/metadata.tsv`] as const;

export async function fetchCaseMap(): Promise<CaseMap> {
  if (privateMode.on) return (await device()).fetchCaseMap();
  return call<CaseMap>(CASE_MAP);
}

/** Args: image: data set and file, as the map and the neighbours name it. */
export async function fetchReferenceCase(image: string): Promise<ReferenceCase> {
  if (privateMode.on) return (await device()).fetchReferenceCase(image);
  const path = image.split('/').map(encodeURIComponent).join('/');
  return call<ReferenceCase>(`${CASE_MAP}/cases/${path}`);
}

/** Null where the bundle of the answering classifier brings no report. */
export async function fetchReport(): Promise<Report | null> {
  if (privateMode.on) return (await device()).fetchReport();
  try {
    return await call<Report>(`${API}/models/current/report`);
  } catch (error) {
    if (error instanceof ServiceError && error.failure.status === 404) return null;
    throw error;
  }
}

export async function fetchExamples(): Promise<Example[]> {
  if (privateMode.on) return (await device()).fetchExamples();
  return (await call<Examples>(`${API}/examples`)).examples;
}

export async function fetchImage(address: string, headers: Record<string, string> = {}): Promise<Blob> {
  const held = heldPicture(address);
  if (held) return held;
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'same-origin', headers });
  } catch {
    throw networkError();
  }
  if (!response.ok) throw new ServiceError(failWith(response.status, null, null));
  return response.blob();
}

export interface Upload {
  file: Blob;
  /** Sent again with the same key, an upload is analysed once. */
  idempotencyKey: string;
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** Read one image: here, or on the server. */
export async function sendImage(upload: Upload): Promise<Analysis> {
  return privateMode.on ? (await device()).sendImage(upload) : uploadImage(upload);
}

/** XMLHttpRequest, because fetch does not report how much has been sent. */
function uploadImage(upload: Upload): Promise<Analysis> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', ANALYSES);
    request.responseType = 'json';
    request.setRequestHeader('Prefer', `wait=${String(WAIT_S)}`);
    request.setRequestHeader('Idempotency-Key', upload.idempotencyKey);
    request.upload.onprogress = ({ loaded, total }) => {
      upload.onProgress(total ? loaded / total : 0);
    };
    request.upload.onload = () => {
      upload.onProgress(1);
    };
    request.onload = () => {
      connection.answered();
      if (request.status >= 200 && request.status < 300) resolve(request.response as Analysis);
      else reject(errorOf(request));
    };
    request.onerror = () => {
      reject(networkError());
    };
    request.onabort = () => {
      reject(new DOMException('cancelled', 'AbortError'));
    };
    upload.signal.addEventListener('abort', () => {
      request.abort();
    });
    const form = new FormData();
    form.append('file', upload.file, 'radiograph'); // names of files often name patients
    request.send(form);
  });
}
