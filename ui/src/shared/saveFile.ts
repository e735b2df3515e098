/** Hands a text to the browser as a download. */

export type FileFormat = 'csv' | 'json';

const MEDIA_TYPES = { csv: 'text/csv', json: 'application/json' } as const;
const KEPT_MS = 10_000;

export function saveFile(text: string, name: string, format: FileFormat): void {
  const address = URL.createObjectURL(new Blob([text], { type: MEDIA_TYPES[format] }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, KEPT_MS);
}
