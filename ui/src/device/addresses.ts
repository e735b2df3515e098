/** Addresses of pictures that only this page can see, one set for each analysis that is shown. */

const shown = new Map<string, Map<string, { address: string; picture: Blob }>>();

/** The same address as long as the analysis is there. */
export function addressOf(id: string, name: string, picture: Blob): string {
  const own = shown.get(id) ?? new Map<string, { address: string; picture: Blob }>();
  shown.set(id, own);
  const known = own.get(name);
  if (known) return known.address;
  const address = URL.createObjectURL(picture);
  own.set(name, { address, picture });
  return address;
}

export function pictureAt(address: string): Blob | null {
  for (const own of shown.values()) for (const one of own.values()) if (one.address === address) return one.picture;
  return null;
}

export function forgetAddresses(id: string): void {
  for (const { address } of shown.get(id)?.values() ?? []) URL.revokeObjectURL(address);
  shown.delete(id);
}
