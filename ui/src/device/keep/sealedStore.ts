/**
 * Documents and pictures in the browser's database, sealed, for as long as the server would keep them.
 *
 * The key is made with the first analysis and dies with the last: what a disk may still hold of
 * deleted records cannot be read any more.
 */

import type { StoredDocument } from '../document';
import { change, IMAGES, KEYS, openDatabase, promised, RECORDS, type StoreName } from './database';
import type { Kept, KeptImages, NewAnalysis } from './kept';
import { newKey, PNG_TYPE, seal, sealMaps, unseal, unsealMaps, type Sealed, type SealedMaps } from './sealing';

const KEY = 'history';
const JSON_TYPE = 'application/json';

/** Times are not sealed: what has expired is deleted without being read. */
interface SealedRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly imageUntil: number;
  readonly mapsUntil: number;
  readonly expiresAt: number;
  readonly document: Sealed;
  /** Null when the image has had its time. */
  readonly thumbnail: Sealed | null;
  /** Null when the maps have had theirs. */
  readonly maps: SealedMaps | null;
}

interface SealedImage {
  readonly id: string;
  readonly image: Sealed;
  readonly values: Sealed | null;
}

export class SealedStore {
  #database: Promise<IDBDatabase> | undefined;

  async add({ document, pictures, mapsUntil }: NewAnalysis): Promise<void> {
    const [database, key] = [await this.#open(), await this.#key()];
    const record = withoutExpired({
      id: document.id,
      createdAt: Date.parse(document.created_at),
      imageUntil: Date.parse(document.image_expires_at),
      mapsUntil: Date.parse(mapsUntil),
      expiresAt: Date.parse(document.expires_at),
      document: await seal(key, new Blob([JSON.stringify(document)])),
      thumbnail: await seal(key, pictures.thumbnail),
      maps: await sealMaps(key, pictures),
    });
    const image: SealedImage = {
      id: document.id,
      image: await seal(key, pictures.image),
      values: pictures.values && (await seal(key, pictures.values)),
    };
    await change(database, [RECORDS, IMAGES, KEYS], (store) => {
      store(KEYS).put(key, KEY); // as `remove` may just have deleted it
      store(RECORDS).put(record);
      if (record.imageUntil > Date.now()) store(IMAGES).put(image);
    });
  }

  async get(id: string): Promise<Kept | null> {
    await this.#sweep();
    const record = await this.#read<SealedRecord>(RECORDS, id);
    return record ? this.#unsealed(record) : null;
  }

  async list(): Promise<Kept[]> {
    await this.#sweep();
    const records = await this.#all();
    const kept = await Promise.all(records.map((record) => this.#unsealed(record)));
    return kept.filter((one) => one !== null);
  }

  /** Delete one analysis, and the key with the last. */
  async remove(id: string): Promise<void> {
    await this.#remove([id]);
  }

  /** Null, and deleted, where its key is gone: a browser may lose one without the other. */
  async #unsealed(record: SealedRecord): Promise<Kept | null> {
    const key = await this.#key();
    const document = await unseal(key, record.document, JSON_TYPE).catch(() => null);
    if (!document) {
      await this.#remove([record.id]);
      return null;
    }
    const { thumbnail, maps } = record;
    return {
      document: JSON.parse(await document.text()) as StoredDocument,
      thumbnail: thumbnail && (() => unseal(key, thumbnail, PNG_TYPE)),
      maps: async () => (maps ? unsealMaps(key, maps) : { heatmaps: {}, lungs: null }),
      images: () => this.#images(record.id),
    };
  }

  async #images(id: string): Promise<KeptImages> {
    const found = await this.#read<SealedImage>(IMAGES, id);
    if (!found) return { image: null, values: null };
    const key = await this.#key();
    return {
      image: await unseal(key, found.image, PNG_TYPE),
      values: found.values && (await unseal(key, found.values, PNG_TYPE)),
    };
  }

  /** Delete what has had its time. */
  async #sweep(): Promise<void> {
    const [now, records] = [Date.now(), await this.#all()];
    const expired = records.filter(({ expiresAt }) => expiresAt <= now);
    if (expired.length > 0) await this.#remove(expired.map(({ id }) => id));
    const kept = records.filter(({ expiresAt }) => expiresAt > now);
    const changed = kept.filter((record) => !sameRecord(record, withoutExpired(record)));
    if (changed.length === 0) return;
    await change(await this.#open(), [RECORDS, IMAGES], (store) => {
      for (const record of changed) {
        store(RECORDS).put(withoutExpired(record));
        if (record.imageUntil <= now) store(IMAGES).delete(record.id);
      }
    });
  }

  async #remove(ids: string[]): Promise<void> {
    const database = await this.#open();
    await change(database, [RECORDS, IMAGES, KEYS], (store) => {
      for (const id of ids) for (const name of [RECORDS, IMAGES] as const) store(name).delete(id);
      const count = store(RECORDS).count();
      count.onsuccess = () => {
        if (count.result === 0) store(KEYS).clear();
      };
    });
  }

  async #all(): Promise<SealedRecord[]> {
    return promised((await this.#objects(RECORDS)).getAll() as IDBRequest<SealedRecord[]>);
  }

  async #read<T>(name: StoreName, id: string): Promise<T | undefined> {
    return promised((await this.#objects(name)).get(id) as IDBRequest<T | undefined>);
  }

  /** The key of the history; made where there is none. */
  async #key(): Promise<CryptoKey> {
    const database = await this.#open();
    const kept = await this.#read<CryptoKey>(KEYS, KEY);
    if (kept) return kept;
    const key = await newKey();
    await change(database, [KEYS], (store) => {
      // Another tab may have been faster: its key stays.
      store(KEYS).add(key, KEY).onerror = (event) => {
        event.preventDefault();
      };
    });
    return (await this.#read<CryptoKey>(KEYS, KEY)) ?? key;
  }

  async #objects(name: StoreName): Promise<IDBObjectStore> {
    return (await this.#open()).transaction(name).objectStore(name);
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= openDatabase(() => {
      this.#database = undefined;
    }).catch((error: unknown) => {
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }
}

/** Without the pictures that have had their time. */
function withoutExpired(record: SealedRecord): SealedRecord {
  const now = Date.now();
  return {
    ...record,
    thumbnail: record.imageUntil > now ? record.thumbnail : null,
    maps: record.mapsUntil > now ? record.maps : null,
  };
}

function sameRecord(a: SealedRecord, b: SealedRecord): boolean {
  return a.thumbnail === b.thumbnail && a.maps === b.maps;
}
