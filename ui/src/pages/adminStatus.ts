/** What the service says of itself to its administrator. */

import { API } from '../shared/api';
import { call } from '../shared/call';
import type { AdminStatus } from '../shared/contract';

/** Codes of the answers that another key may change. */
const KEY_CODES = ['key_required', 'key_invalid', 'key_scope'];

/** Args: key: of the scope `admin`; empty on the machine of the service, which needs none. */
export function fetchAdminStatus(key: string): Promise<AdminStatus> {
  return call<AdminStatus>(`${API}/admin`, { cache: 'no-store', headers: key ? { Authorization: `Bearer ${key}` } : {} });
}

export function wantsKey(code: string): boolean {
  return KEY_CODES.includes(code);
}

export type Drift = 'alike' | 'moved' | 'different' | 'few';

const [MOVED, DIFFERENT] = [0.1, 0.25];

/** What a population stability index means; null where there are too few results for one. */
export function readDrift(index: number | null): Drift {
  if (index === null) return 'few';
  if (index < MOVED) return 'alike';
  return index > DIFFERENT ? 'different' : 'moved';
}

/** Rows of a table, the largest count first. */
export function byCount(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}
