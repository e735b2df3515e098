/**
 * What `shared/api.ts` asks of the server, answered on this device: the same calls, the same documents.
 *
 * Only files are fetched, always the same ones: nothing of an image is in any request.
 */

import type { Analysis, CaseMap, CurrentModels, Example, ReferenceCase } from '../shared/contract';
import { failFromMessage, failLocally, ServiceError } from '../shared/failure';
import type { HistoryPage, Upload } from '../shared/api';
import { heldPicture } from '../shared/heldPictures';
import { deviceIdIn, newDeviceId, privateMode } from '../shared/privateMode.svelte';
import type { Report } from '../shared/report';
import { addressOf, forgetAddresses } from './addresses';
import { toCsv } from './csv';
import { shownDocument, storedDocument, type StoredDocument } from './document';
import { CATALOGUE, type Catalogue, type StoredFile } from './infer/catalogue';
import { sha256 } from './infer/fetchFile';
import type { Pictures } from './infer/pictures';
import { History } from './keep/history';
import type { Kept, KeptImages } from './keep/kept';
import { codedMessage } from './messages';
import { DeviceReader, NoReadingError } from './reader';

const history = new History((reason) => {
  privateMode.unkept = reason;
});
type Shown = KeptImages & Pick<Pictures, 'heatmaps'>;

let catalogue: Promise<Catalogue> | undefined;
let reader: DeviceReader | undefined;
let onShare: (share: number) => void = () => undefined;

/** The networks' description, fetched once a visit. */
async function readCatalogue(): Promise<Catalogue> {
  catalogue ??= fetchJson<Catalogue>(CATALOGUE).catch((error: unknown) => {
    catalogue = undefined;
    throw error;
  });
  return catalogue;
}

async function fetchJson<T>(address: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'same-origin' });
  } catch {
    throw new ServiceError(failLocally(navigator.onLine ? 'unreachable' : 'offline'));
  }
  if (!response.ok) throw new ServiceError(failLocally('service'));
  return (await response.json()) as T;
}

export async function sendImage({ file, onProgress, signal }: Upload): Promise<Analysis> {
  const known = await readCatalogue();
  onShare = onProgress;
  reader ??= new DeviceReader(known, (share) => {
    onShare(share);
  });
  try {
    await reader.open();
    onProgress(1);
    const content = new Uint8Array(await file.arrayBuffer());
    const digest = await sha256(content);
    const upload = { id: newDeviceId(), sha256: digest, createdAt: new Date() };
    const read = await reader.read(content.buffer, signal);
    const document = storedDocument(upload, read, known);
    await history.add(document, read.pictures);
    return shown(document, read.pictures);
  } catch (error) {
    if (error instanceof NoReadingError) throw refused(error);
    if (signal.aborted || error instanceof ServiceError) throw error;
    throw new ServiceError(failLocally(navigator.onLine ? 'device' : 'offline'));
  }
}

function refused({ refusal }: NoReadingError): ServiceError {
  return new ServiceError(failFromMessage(codedMessage(refusal.code, refusal.facts)));
}

/** Args: pictures: those that there are. */
function shown(document: StoredDocument, { image, values, heatmaps }: Shown): Analysis {
  const address = (name: string, picture: Blob | null): string | null => picture && addressOf(document.id, name, picture);
  return shownDocument(document, {
    image: address('image', image),
    values: address('values', values),
    maps: mapAddresses(document, heatmaps),
  });
}

function mapAddresses({ id, scores }: StoredDocument, pictures: Readonly<Record<string, Blob>>): Record<string, string> | null {
  if (!scores) return null;
  return Object.fromEntries(Object.entries(pictures).map(([name, picture]) => [name, addressOf(id, `map ${name}`, picture)]));
}

export async function fetchAnalysis(id: string): Promise<Analysis> {
  const kept = await history.get(id);
  if (!kept) throw new ServiceError({ ...failLocally('gone'), status: 404 });
  return shown(kept.document, { ...(await kept.images()), heatmaps: await kept.heatmaps() });
}

export async function deleteAnalysis(id: string): Promise<void> {
  await history.remove(id);
  forgetAddresses(id);
}

/** All of it, with small pictures. */
export async function fetchHistory(): Promise<HistoryPage> {
  return { analyses: await Promise.all((await history.list()).map(listed)), next_cursor: null };
}

async function listed({ document, hasImage, thumbnail }: Kept): Promise<Analysis> {
  const image = hasImage ? addressOf(document.id, 'thumbnail', await thumbnail()) : null;
  return shownDocument(document, { image });
}

/** The whole history, or one analysis, as the text of a file. */
export async function fetchFile(format: 'csv' | 'json', id?: string): Promise<string> {
  const kept = (await history.list()).filter(({ document }) => id === undefined || document.id === id);
  const analyses = kept.map(({ document }) => shownDocument(document, { image: null }));
  return format === 'csv' ? toCsv(analyses) : JSON.stringify({ analyses, next_cursor: null }, null, 2);
}

/** As the server would answer for what it has not: 404 once it is deleted. */
export async function fetchStatus(address: string): Promise<number> {
  const id = deviceIdIn(address);
  const found = id ? await history.get(id) : heldPicture(address);
  return found ? 200 : 404;
}

export async function fetchModels(): Promise<CurrentModels> {
  return (await readCatalogue()).models;
}

export async function fetchExamples(): Promise<Example[]> {
  return [...(await readCatalogue()).examples];
}

export async function fetchReport(): Promise<Report | null> {
  return fetchStored<Report>((await readCatalogue()).report);
}

export async function fetchCaseMap(): Promise<CaseMap> {
  const map = await fetchStored<CaseMap>((await readCatalogue()).embedding_map);
  return map ?? { cases: [], coordinates: [], explained_variance: [] };
}

/** What the map says of a case; its image is the server's to show. */
export async function fetchReferenceCase(image: string): Promise<ReferenceCase> {
  const found = (await fetchCaseMap()).cases.find((one) => one.image === image);
  if (!found) throw new ServiceError(failLocally('gone'));
  return { ...found, licence: null, origin: null, url: null };
}

async function fetchStored<T>(file: StoredFile | null): Promise<T | null> {
  return file && fetchJson<T>(file.path);
}
