/** Addresses of the pictures of this device's analyses, one set for each that is shown. */

import { holdPicture, releasePicture } from '../shared/heldPictures';

const shown = new Map<string, Map<string, string>>();

/** The same address as long as the analysis is there. */
export function addressOf(id: string, name: string, picture: Blob): string {
  const own = shown.get(id) ?? new Map<string, string>();
  shown.set(id, own);
  const address = own.get(name) ?? holdPicture(picture);
  own.set(name, address);
  return address;
}

export function forgetAddresses(id: string): void {
  for (const address of shown.get(id)?.values() ?? []) releasePicture(address);
  shown.delete(id);
}
