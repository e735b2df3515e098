/** A map that lies over the radiograph, fetched whenever its address or the shape of the picture changes. */

import { fetchImage } from '../api';
import type { SupportMap } from '../support';
import { sizeFor } from './heatmapBands';

export interface MapLayer {
  address: string;
  /** Width over height. */
  ratio: number;
  failed: () => void;
}

type Read = (picture: Blob, width: number, height: number) => Promise<SupportMap>;

/** Null until it has come; for use while a component is made. */
export function fetchedMap(layer: () => MapLayer, read: Read): { readonly current: SupportMap | null } {
  let current = $state.raw<SupportMap | null>(null);

  async function load({ address, ratio }: MapLayer): Promise<SupportMap> {
    return read(await fetchImage(address), ...sizeFor(ratio));
  }

  $effect(() => {
    const wanted = layer();
    let isWanted = true;
    load(wanted).then(
      (map) => {
        if (isWanted) current = map;
      },
      () => {
        if (isWanted) wanted.failed();
      },
    );
    return () => {
      isWanted = false;
    };
  });

  return {
    get current() {
      return current;
    },
  };
}
