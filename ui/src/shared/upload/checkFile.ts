/** Tells before the upload what the service would refuse anyway. */

import { failLocally, type Failure } from '../failure';
import { HEAD_BYTES, isDrawnByBrowsers, isRead, sniff } from './formats';

export interface Checked {
  failure: Failure | null;
  /** The browser can draw it, so it can be shown before the service answers. */
  drawable: boolean;
}

/** Args: maxBytes: what the service takes of one file. */
export async function check(file: Blob, maxBytes: number): Promise<Checked> {
  if (file.size === 0) return refuse(failLocally('empty'));
  if (file.size > maxBytes) {
    return refuse(failLocally('too_large', { size_mb: megabytes(file.size), max_mb: megabytes(maxBytes) }));
  }
  const format = sniff(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  if (isRead(format)) return { failure: null, drawable: isDrawnByBrowsers(format) };
  return refuse(failLocally(format === 'heic' || format === 'pdf' ? format : 'not_an_image'));
}

function refuse(failure: Failure): Checked {
  return { failure, drawable: false };
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}
