/** Secret links to one analysis of the server. */

import { ANALYSES, API, fetchImage } from './api';
import { call } from './call';
import type { NewShare, SharedAnalysis, ShareDocument, SharePage } from './contract';
import { holdPicture } from './heldPictures';
import type { Language } from './i18n.svelte';

function addressOfShares(id: string): string {
  return `${ANALYSES}/${encodeURIComponent(id)}/shares`;
}

export async function createShare(id: string): Promise<NewShare> {
  return call<NewShare>(addressOfShares(id), { method: 'POST' });
}

export async function fetchShares(id: string): Promise<ShareDocument[]> {
  return (await call<SharePage>(addressOfShares(id))).shares;
}

export async function revokeShare(id: string, share: string): Promise<void> {
  await call(`${addressOfShares(id)}/${encodeURIComponent(share)}`, { method: 'DELETE' });
}

/** What a secret link shows, as a page. */
export async function fetchSharedPdf(token: string, language: Language): Promise<Blob> {
  return fetchImage(`${API}/shared/report.pdf?lang=${language}`, { 'Share-Token': token });
}

/** What a secret link shows; its pictures are fetched with the token, and stand in the browser then. */
export async function fetchShared(token: string): Promise<SharedAnalysis & { drawn: string[] }> {
  const headers = { 'Share-Token': token };
  const { analysis, expires_at } = await call<SharedAnalysis>(`${API}/shared`, { headers });
  const drawn: string[] = [];
  const hold = async (address: string): Promise<string> => {
    const held = holdPicture(await fetchImage(address, headers));
    drawn.push(held);
    return held;
  };
  const image = analysis.image && (await hold(analysis.image));
  const lungs = analysis.lungs && (await hold(analysis.lungs));
  const maps = await Promise.all(Object.entries(analysis.maps ?? {}).map(async ([finding, address]) => [finding, await hold(address)] as const));
  const values = analysis.values && { ...analysis.values, address: await hold(analysis.values.address) };
  return { analysis: { ...analysis, image, lungs, values, maps: Object.fromEntries(maps) }, expires_at, drawn };
}
