/**
 * Documents and pictures in the browser's database, sealed, for as long as the server would keep them.
 *
 * The key is made with the first analysis and dies with the last: what a disk may still hold of
 * deleted records cannot be read any more.
 */

import type { StoredDocument } from '../document';
import type { Pictures } from '../infer/pictures';
import { change, IMAGES, KEYS, openDatabase, promised, RECORDS, type StoreName } from './database';
import type { Kept, KeptImages } from './kept';
import { newKey, seal, unseal, type Sealed } from './sealing';

const KEY = 'history';
const JSON_TYPE = 'application/json';
const PNG_TYPE = 'image/png';

/** Times are not sealed: what has expired is deleted without being read. */
interface SealedRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly imageUntil: number;
  readonly expiresAt: number;
  readonly document: Sealed;
  readonly thumbnail: Sealed;
  readonly heatmaps: Readonly<Record<string, Sealed>>;
}

interface SealedImage {
  readonly id: string;
  readonly image: Sealed;
  readonly values: Sealed | null;
}

export class SealedStore {
  #database: Promise<IDBDatabase> | undefined;

  async add(document: StoredDocument, pictures: Pictures): Promise<void> {
    const [database, key] = [await this.#open(), await this.#key()];
    const heatmaps: Record<string, Sealed> = {};
    for (const [finding, picture] of Object.entries(pictures.heatmaps)) heatmaps[finding] = await seal(key, picture);
    const record: SealedRecord = {
      id: document.id,
      createdAt: Date.parse(document.created_at),
      imageUntil: Date.parse(document.image_expires_at),
      expiresAt: Date.parse(document.expires_at),
      document: await seal(key, new Blob([JSON.stringify(document)])),
      thumbnail: await seal(key, pictures.thumbnail),
      heatmaps,
    };
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
    return {
      document: JSON.parse(await document.text()) as StoredDocument,
      hasImage: record.imageUntil > Date.now(),
      thumbnail: () => unseal(key, record.thumbnail, PNG_TYPE),
      heatmaps: async () => {
        const pictures: Record<string, Blob> = {};
        for (const [finding, sealed] of Object.entries(record.heatmaps)) {
          pictures[finding] = await unseal(key, sealed, PNG_TYPE);
        }
        return pictures;
      },
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
    const withoutImage = records.filter(({ imageUntil }) => imageUntil <= now);
    if (withoutImage.length === 0) return;
    await change(await this.#open(), [IMAGES], (store) => {
      for (const { id } of withoutImage) store(IMAGES).delete(id);
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
