/** After a deletion the service is asked again, and its answer is shown. */

import { askStatus, fetchHistory, partsOf } from './api';
import { t, type Key } from './language.svelte';

interface Asked {
  what: Key;
  /** HTTP status, or how many analyses a list still holds. */
  told: number;
}

export interface Given {
  title: Key;
  at: Date;
  asked: Asked[];
}

const GONE = 404;

class Proof {
  given = $state.raw<Given | null>(null);

  async ofOne(id: string): Promise<void> {
    const { analysis, image, maps } = partsOf(id);
    const [ofAnalysis, ofImage, ...ofMaps] = await Promise.all([analysis, image, ...maps].map(askStatus));
    this.given = {
      title: 'proof.title',
      at: new Date(),
      asked: [
        { what: 'proof.analysis', told: ofAnalysis ?? 0 },
        { what: 'proof.image', told: ofImage ?? 0 },
        { what: 'proof.maps', told: ofMaps.find((status) => status !== GONE) ?? GONE },
      ],
    };
  }

  async ofAll(): Promise<void> {
    const { analyses } = await fetchHistory();
    this.given = {
      title: 'proof.title_all',
      at: new Date(),
      asked: [{ what: 'proof.list', told: analyses.length }],
    };
  }

  close(): void {
    this.given = null;
  }
}

export function tellAnswer({ what, told }: Asked): string {
  if (what === 'proof.list') return String(told);
  return told === GONE ? t('proof.gone') : t('proof.there', { status: told });
}

export const proof = new Proof();
