/** After a deletion the service is asked again, and its answer is shown. */

import { askStatus, fetchHistory, partsOf } from './api';
import { t, type Key } from './i18n.svelte';

interface Asked {
  what: Key;
  /** HTTP status of each address that was asked. */
  statuses: number[];
}

export interface Given {
  /** How many analyses were deleted. */
  n: number;
  /** How many of them were asked for. */
  nAsked: number;
  at: Date;
  asked: Asked[];
  /** How many the history still holds; null where not everything was to go. */
  left: number | null;
}

const GONE = 404;
/** The service slows down who asks for many analyses that are not there. */
const MOST_ASKED = 20;
const PARTS = [
  ['analysis', 'proof.analysis'],
  ['image', 'proof.image'],
  ['maps', 'proof.maps'],
  ['file', 'proof.file'],
] as const;

async function ask(ids: readonly string[]): Promise<Asked[]> {
  const all = ids.map(partsOf);
  return Promise.all(
    PARTS.map(async ([part, what]) => {
      const addresses = all.flatMap((parts) => parts[part]);
      return { what, statuses: await Promise.all(addresses.map(askStatus)) };
    }),
  );
}

class Proof {
  given = $state.raw<Given | null>(null);

  async ofOne(id: string): Promise<void> {
    this.given = { n: 1, nAsked: 1, at: new Date(), asked: await ask([id]), left: null };
  }

  /** Args: ids: of what was deleted, newest first. */
  async ofAll(ids: readonly string[]): Promise<void> {
    const some = ids.slice(0, MOST_ASKED);
    const [asked, { analyses }] = await Promise.all([ask(some), fetchHistory()]);
    this.given = { n: ids.length, nAsked: some.length, at: new Date(), asked, left: analyses.length };
  }

  close(): void {
    this.given = null;
  }
}

export function tellAnswer({ statuses }: Asked, n: number): string {
  const other = statuses.find((status) => status !== GONE);
  if (other !== undefined) return t('proof.there', { status: other });
  return n === 1 ? t('proof.gone') : t('proof.gone_of', { n: statuses.length });
}

export const proof = new Proof();
