/** The map of cases: the cases, the visitor's own analysis among them, and the selected case. */

import { fetchAnalysis, fetchCaseMap, fetchHistory } from '../shared/api';
import type { Analysis, CaseMap } from '../shared/contract';
import { failureOf, type Failure } from '../shared/failure';
import { service } from '../shared/service.svelte';
import { extentOf, nearest } from './groups';

const N_NEAREST = 5;
type Point3D = [number, number, number];

class CaseMapStore {
  map = $state.raw<CaseMap>({ cases: [], coordinates: [], explained_variance: [] });
  loaded = $state(false);
  failure = $state<Failure | null>(null);
  /** Analyses of this browser that have a position in the map. */
  ownAnalyses = $state.raw<Analysis[]>([]);
  own = $state.raw<Analysis | null>(null);
  selected = $state<number | null>(null);

  readonly extent = $derived(extentOf(this.map.coordinates));
  readonly positions = $derived(this.map.coordinates.map((position) => this.#scale(position)));
  readonly ownPosition = $derived(this.own?.embedding_xyz ? this.#scale(this.own.embedding_xyz) : null);

  /** Positions of the cases nearest to the own analysis, as the service found them. */
  readonly ownNear = $derived(
    (this.own?.neighbours ?? []).flatMap(({ image }) => {
      const at = this.map.cases.findIndex((one) => one.image === image);
      return at < 0 ? [] : [at];
    }),
  );

  /** Positions of the cases nearest to the selected one. */
  readonly selectedNear = $derived(
    this.selected === null ? [] : nearest(this.map.coordinates, this.selected, N_NEAREST),
  );

  async load(): Promise<void> {
    this.failure = null;
    try {
      const [map, history] = await Promise.all([fetchCaseMap(), fetchHistory()]);
      this.map = map;
      this.ownAnalyses = history.analyses.filter(({ embedding_xyz }) => embedding_xyz);
      this.loaded = true;
    } catch (error) {
      this.failure = failureOf(error);
    }
  }

  /** Show one analysis among the cases; null removes it. */
  async showOwn(id: string | null): Promise<void> {
    if (id === this.own?.id) return;
    try {
      this.own = id ? await fetchAnalysis(id) : null;
    } catch {
      this.own = null; // deleted, or of another browser: the map itself is still shown
    }
  }

  /** Another network's embedding has no position in this one's map. */
  get isForeign(): boolean {
    const answering = service.classifier?.sha256;
    const own = this.own?.model?.sha256;
    return own !== undefined && answering !== undefined && own !== answering;
  }

  #scale(position: readonly number[]): Point3D {
    const [x = 0, y = 0, z = 0] = position.map((coordinate) => coordinate / this.extent);
    return [x, y, z];
  }
}

export const caseMapStore = new CaseMapStore();
