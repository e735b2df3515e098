/** After a deletion every address of what was deleted is requested again, and the answers are shown. */

import { addressesOf, fetchHistory, fetchStatus } from './api';
import type { Analysis } from './contract';
import { t } from './i18n.svelte';

type Part = keyof ReturnType<typeof addressesOf>;

interface Probe {
  part: Part;
  /** HTTP status of each address that was requested. */
  statuses: number[];
}

export interface DeletionReport {
  /** How many analyses were deleted. */
  n: number;
  /** For how many of them the addresses were requested. */
  nChecked: number;
  at: Date;
  probes: Probe[];
  /** How many analyses the history still holds; null where not everything was to go. */
  left: number | null;
}

const GONE = 404;
/** The service limits how fast one client may request analyses that do not exist. */
const MAX_CHECKED = 20;
const PARTS: readonly Part[] = ['analysis', 'image', 'maps', 'file'];

async function probe(analyses: readonly Analysis[]): Promise<Probe[]> {
  const all = analyses.map(addressesOf);
  const probes = await Promise.all(
    PARTS.map(async (part) => {
      const addresses = all.flatMap((addresses) => addresses[part]);
      return { part, statuses: await Promise.all(addresses.map(fetchStatus)) };
    }),
  );
  return probes.filter(({ statuses }) => statuses.length > 0);
}

class DeletionCheck {
  report = $state.raw<DeletionReport | null>(null);

  async checkOne(analysis: Analysis): Promise<void> {
    this.report = { n: 1, nChecked: 1, at: new Date(), probes: await probe([analysis]), left: null };
  }

  /** Args: deleted: newest first. */
  async checkAll(deleted: readonly Analysis[]): Promise<void> {
    const checked = deleted.slice(0, MAX_CHECKED);
    const [probes, { analyses }] = await Promise.all([probe(checked), fetchHistory()]);
    this.report = { n: deleted.length, nChecked: checked.length, at: new Date(), probes, left: analyses.length };
  }

  close(): void {
    this.report = null;
  }
}

/** Args: n: how many analyses were deleted. */
export function describeProbe({ statuses }: Probe, n: number): string {
  const other = statuses.find((status) => status !== GONE);
  if (other !== undefined) return t('deletion.there', { status: other });
  return n === 1 ? t('deletion.gone') : t('deletion.gone_of', { n: statuses.length });
}

export const deletionCheck = new DeletionCheck();
