/** Pictures that this page holds itself, by the address under which it shows them. */

const held = new Map<string, Blob>();

export function holdPicture(picture: Blob): string {
  const address = URL.createObjectURL(picture);
  held.set(address, picture);
  return address;
}

/** Null for an address of the service, or of a picture that was released. */
export function heldPicture(address: string): Blob | null {
  return held.get(address) ?? null;
}

export function releasePicture(address: string): void {
  URL.revokeObjectURL(address);
  held.delete(address);
}
