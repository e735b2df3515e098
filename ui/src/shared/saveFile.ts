/** Hands a file to the browser as a download. */

export type FileFormat = 'csv' | 'json';

const MEDIA_TYPES = { csv: 'text/csv', json: 'application/json' } as const;
const KEPT_MS = 10_000;

export function saveFile(text: string, name: string, format: FileFormat): void {
  saveBlob(new Blob([text], { type: MEDIA_TYPES[format] }), name);
}

export function saveBlob(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, KEPT_MS);
}
