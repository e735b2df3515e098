/** An archive to the one image in it, as `raiox.intake.archive`; other files beside it do not matter. */

import { limits } from './checks';
import { RefusedError } from './refusal';
import { recognized, SNIFFED_BYTES, ZIP } from './sniff';
import { beginningOf, memberNames, openArchive, readMember, ZIP_NAME } from './zipArchive';

export interface ArchivedImage {
  readonly format: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Throws: RefusedError where it cannot be opened, or holds none or several. */
export async function theImage(content: Uint8Array<ArrayBuffer>): Promise<ArchivedImage> {
  const archive = openArchive(content);
  const found: [format: string, name: string][] = [];
  for (const name of memberNames(archive)) {
    const head = await beginningOf(archive, name, SNIFFED_BYTES);
    const format = recognized(head);
    if (format && format !== ZIP) found.push([format, name]);
  }
  const [first, second] = found;
  if (!first || second) throw new RefusedError('archive', { format: ZIP_NAME, n_images: found.length });
  const [format, name] = first;
  return { format, content: await readMember(archive, name, limits.max_inflated_bytes) };
}
