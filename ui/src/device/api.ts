/**
 * What `shared/api.ts` asks of the server, answered on this device: the same calls, the same documents.
 *
 * Only files are fetched, always the same ones: nothing of an image is in any request.
 */

import type { Analysis, AnalysisPage, CaseMap, CurrentModels, Example, LungOcclusionDocument, ReferenceCase } from '../shared/contract';
import { failLocally, ServiceError } from '../shared/failure';
import type { Upload } from '../shared/api';
import { heldPicture } from '../shared/heldPictures';
import { deviceIdIn, newDeviceId, privateMode } from '../shared/privateMode.svelte';
import type { Report } from '../shared/report';
import { untilFilesAreKept } from '../shared/serviceWorker';
import { addressOf, forgetAddresses } from './addresses';
import { toCsv } from './csv';
import { shownDocument, storedDocument, type StoredDocument } from './document';
import { CATALOGUE, type Catalogue, type StoredFile } from './infer/catalogue';
import { failureOn, refused } from './failures';
import { sha256 } from './infer/fetchFile';
import type { MapPictures } from './infer/pictures';
import { History } from './keep/history';
import type { Kept, KeptImages } from './keep/kept';
import { occlusionDocument } from './occlusionDocument';
import { DeviceReader } from './reader';
import { fetchOnce } from './visitFiles';

const history = new History((reason) => {
  privateMode.unkept = reason;
});
type Shown = KeptImages & MapPictures;

let reader: DeviceReader | undefined;
let onShare: (share: number) => void = () => undefined;

/** The networks' description. */
function readCatalogue(): Promise<Catalogue> {
  return fetchOnce<Catalogue>(CATALOGUE);
}

export async function sendImage({ file, onProgress, signal }: Upload): Promise<Analysis> {
  const known = await readCatalogue();
  onShare = onProgress;
  try {
    const reader = await openReader(known);
    onProgress(1);
    const content = new Uint8Array(await file.arrayBuffer());
    const digest = await sha256(content);
    const upload = { id: newDeviceId(), sha256: digest, createdAt: new Date() };
    const read = await reader.read(content.buffer, signal);
    const document = storedDocument(upload, read, known);
    await history.add({ document, pictures: read.pictures, mapsUntil: known.delete_heatmaps_with_image ? document.image_expires_at : document.expires_at });
    return shown(document, read.pictures);
  } catch (error) {
    throw signal.aborted ? error : failureOn(error);
  }
}

/** The networks are fetched once what is fetched is kept. */
async function openReader(known: Catalogue): Promise<DeviceReader> {
  await untilFilesAreKept();
  reader ??= new DeviceReader(known, (share) => {
    onShare(share);
  });
  await reader.open();
  return reader;
}

/** What is left of the scores with the lungs hidden; computed now. */
export async function fetchShortcuts(id: string): Promise<LungOcclusionDocument> {
  const kept = await keptOf(id);
  if (!kept.document.scores) throw refused('scores_not_available');
  const { image } = await kept.images();
  if (!image) throw refused('image_not_kept');
  try {
    const reader = await openReader(await readCatalogue());
    return occlusionDocument(await reader.occludeLungs(image));
  } catch (error) {
    throw failureOn(error);
  }
}

/** Args: pictures: those that there are. */
function shown(document: StoredDocument, { image, values, heatmaps, lungs }: Shown): Analysis {
  const address = (name: string, picture: Blob | null): string | null => picture && addressOf(document.id, name, picture);
  return shownDocument(document, {
    image: address('image', image),
    values: address('values', values),
    maps: mapAddresses(document, heatmaps),
    lungs: address('lungs', lungs),
  });
}

function mapAddresses({ id, scores }: StoredDocument, pictures: Readonly<Record<string, Blob>>): Record<string, string> | null {
  if (!scores || Object.keys(pictures).length === 0) return null;
  return Object.fromEntries(Object.entries(pictures).map(([name, picture]) => [name, addressOf(id, `map ${name}`, picture)]));
}

export async function fetchAnalysis(id: string): Promise<Analysis> {
  const kept = await keptOf(id);
  return shown(kept.document, { ...(await kept.images()), ...(await kept.maps()) });
}

async function keptOf(id: string): Promise<Kept> {
  const kept = await history.get(id);
  if (!kept) throw new ServiceError({ ...failLocally('gone'), status: 404 });
  return kept;
}

export async function deleteAnalysis(id: string): Promise<void> {
  await history.remove(id);
  forgetAddresses(id);
}

export async function deleteHistory(): Promise<void> {
  for (const { document } of await history.list()) await deleteAnalysis(document.id);
}

/** All of it, with small pictures. */
export async function fetchHistory(): Promise<AnalysisPage> {
  return { analyses: await Promise.all((await history.list()).map(listed)), next_cursor: null };
}

async function listed({ document, thumbnail }: Kept): Promise<Analysis> {
  const image = thumbnail && addressOf(document.id, 'thumbnail', await thumbnail());
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
  return file && fetchOnce<T>(file.path);
}
