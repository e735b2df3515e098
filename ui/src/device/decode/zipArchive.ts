/**
 * A ZIP archive whose author may be hostile: what files it holds, and their bytes, within bounds, as
 * `raiox.intake.zip_archive`. Of each file only as much is inflated as whoever reads it takes.
 *
 * Source: PKWARE, APPNOTE 6.3.10, 4.3.7, 4.3.12 and 4.3.16.
 */

import { crc32 } from '../crc32';
import { beginsWith, viewOf } from './bytes';
import { inflate } from './inflate';
import { RefusedError } from './refusal';

export const ZIP_NAME = 'ZIP';
const MAX_MEMBERS = 1_000;
const END = [0x50, 0x4b, 0x05, 0x06];
const ENTRY = [0x50, 0x4b, 0x01, 0x02];
const LOCAL = [0x50, 0x4b, 0x03, 0x04];
const [END_BYTES, ENTRY_BYTES, LOCAL_BYTES] = [22, 46, 30];
const MAX_COMMENT_BYTES = 65_535;
const ENCRYPTED = 0x1;
const UTF8 = 0x800;
const [STORED, DEFLATED] = [0, 8];
const DISC_INDEX = 'DICOMDIR';

interface Member {
  readonly name: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly nPacked: number;
  readonly nBytes: number;
  /** Of its own header. */
  readonly start: number;
}

export interface Archive {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly members: ReadonlyMap<string, Member>;
}

type Fault = 'damaged' | 'encrypted' | 'method' | 'names' | 'too_many_files';

/** Throws: RefusedError where it cannot be opened (`fault`). */
export function openArchive(content: Uint8Array<ArrayBuffer>): Archive {
  const members = readDirectory(content);
  const byName = new Map(members.map((member) => [member.name, member]));
  if (byName.size < members.length || ![...byName.keys()].every(isPlain)) throw refused('names');
  if (members.some(({ isEncrypted }) => isEncrypted)) throw refused('encrypted');
  if (members.some(({ method }) => method !== STORED && method !== DEFLATED)) throw refused('method');
  return { content, members: byName };
}

/** Files in the order of their names; neither folders nor hidden files nor a disc's index. */
export function memberNames({ members }: Archive): string[] {
  return [...members.keys()].filter((name) => !name.endsWith('/') && isShown(name)).sort();
}

/** All of one file. Throws: RefusedError where it is damaged, or holds more than `maxBytes`. */
export async function readMember(archive: Archive, name: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await beginningOf(archive, name, maxBytes + 1);
  if (bytes.length > maxBytes) throw new RefusedError('too_large_inflated', { max_bytes: maxBytes });
  const member = archive.members.get(name);
  if (crc32(bytes) !== member?.crc || bytes.length !== member.nBytes) throw refused('damaged');
  return bytes;
}

/** At most so many bytes of one file. Throws: RefusedError where it is damaged. */
export async function beginningOf({ content, members }: Archive, name: string, nBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const member = members.get(name);
  if (!member || !beginsWith(content, LOCAL, member.start)) throw refused('damaged');
  const view = viewOf(content);
  if (member.start + LOCAL_BYTES > content.length) throw refused('damaged');
  const start = member.start + LOCAL_BYTES + view.getUint16(member.start + 26, true) + view.getUint16(member.start + 28, true);
  const packed = content.subarray(start, start + member.nPacked);
  if (packed.length < member.nPacked) throw refused('damaged');
  if (member.method === STORED) return packed.slice(0, nBytes);
  const { bytes } = await inflate(new Blob([packed]), 'deflate-raw', nBytes).catch(() => {
    throw refused('damaged');
  });
  return bytes;
}

/** The central directory, which alone counts. */
function readDirectory(content: Uint8Array): Member[] {
  const view = viewOf(content);
  const end = findEnd(content);
  const n = view.getUint16(end + 10, true);
  if (n > MAX_MEMBERS) throw refused('too_many_files');
  const members: Member[] = [];
  let at = view.getUint32(end + 16, true);
  for (let entry = 0; entry < n; entry++) {
    if (at + ENTRY_BYTES > content.length || !beginsWith(content, ENTRY, at)) throw refused('damaged');
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, nPacked, nBytes] = [16, 20, 24].map((field) => view.getUint32(at + field, true)) as [number, number, number];
    const [nName, nExtra, nComment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const name = new TextDecoder(flags & UTF8 ? 'utf-8' : 'latin1').decode(content.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nName));
    members.push({ name, isEncrypted: (flags & ENCRYPTED) !== 0, method, crc, nPacked, nBytes, start: view.getUint32(at + 42, true) });
    at += ENTRY_BYTES + nName + nExtra + nComment;
  }
  return members;
}

/** Where the last record begins that its comment ends with the file. */
function findEnd(content: Uint8Array): number {
  const view = viewOf(content);
  const first = Math.max(0, content.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = content.length - END_BYTES; at >= first; at--) {
    if (beginsWith(content, END, at) && at + END_BYTES + view.getUint16(at + 20, true) <= content.length) return at;
  }
  throw refused('damaged');
}

function refused(fault: Fault): RefusedError {
  return new RefusedError('archive', { format: ZIP_NAME, fault });
}

/** Whether a name stays below the folder that the archive stands for, written one way. */
function isPlain(name: string): boolean {
  const parts = name.replace(/\/$/, '').split('/');
  return !name.includes('\\') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

function isShown(name: string): boolean {
  const parts = name.split('/');
  const isHidden = parts.some((part) => part.startsWith('.') || part.startsWith('__MACOSX'));
  return !isHidden && parts.at(-1)?.toUpperCase() !== DISC_INDEX;
}
