/** Refuses before the upload what the service would refuse after it. */

import { failLocally, isLocalCode, type Failure } from '../failure';
import { formatMebibytes, nameFormats } from '../format';
import { HEAD_BYTES, isDrawnByBrowsers, recognize } from './formats';

export interface CheckedFile {
  failure: Failure | null;
  /** The browser can draw it, so it can be shown before the service answers. */
  drawable: boolean;
}

/** Args: maxBytes: what the service takes of one file. */
export async function checkFile(file: Blob, maxBytes: number): Promise<CheckedFile> {
  if (file.size === 0) return refuse(failLocally('empty'));
  if (file.size > maxBytes) {
    const facts = { size: formatMebibytes(file.size), limit: formatMebibytes(maxBytes) };
    return refuse(failLocally('too_large', facts));
  }
  const format = recognize(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  if (!format) return refuse(failLocally('not_an_image', { formats: nameFormats() }));
  if (format.read) return { failure: null, drawable: isDrawnByBrowsers(format) };
  if (format.extra) return { failure: null, drawable: false };
  const code = isLocalCode(format.id) ? format.id : (format.refusal_code ?? '');
  const facts = { format: format.name, formats: nameFormats() };
  return refuse(failLocally(isLocalCode(code) ? code : 'unsupported_format', facts));
}

function refuse(failure: Failure): CheckedFile {
  return { failure, drawable: false };
}
