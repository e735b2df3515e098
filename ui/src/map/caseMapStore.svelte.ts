/** The map of cases at work: the cases, the visitor's own analysis among them, and what is picked. */

import { fetchAnalysis, fetchCaseMap, fetchHistory } from '../shared/api';
import type { Analysis, CaseMap } from '../shared/contract';
import { failLocally, ServiceError, type Failure } from '../shared/failure';
import { service } from '../shared/service.svelte';
import { extentOf, nearest } from './groups';

const N_NEAREST = 5;
type Place = [number, number, number];

class Atlas {
  map = $state.raw<CaseMap>({ cases: [], coordinates: [] });
  loaded = $state(false);
  failure = $state<Failure | null>(null);
  /** Analyses of this browser that have a place in the map. */
  placeable = $state.raw<Analysis[]>([]);
  own = $state.raw<Analysis | null>(null);
  picked = $state<number | null>(null);

  readonly extent = $derived(extentOf(this.map.coordinates));
  readonly places = $derived(this.map.coordinates.map((place) => this.#scale(place)));
  readonly ownPlace = $derived(this.own?.embedding_xyz ? this.#scale(this.own.embedding_xyz) : null);

  /** Positions of the cases nearest to the own analysis, as the service found them. */
  readonly ownNear = $derived(
    (this.own?.neighbours ?? []).flatMap(({ image }) => {
      const at = this.map.cases.findIndex((found) => found.image === image);
      return at < 0 ? [] : [at];
    }),
  );

  /** Positions of the cases nearest to the picked one. */
  readonly pickedNear = $derived(
    this.picked === null ? [] : nearest(this.map.coordinates, this.picked, N_NEAREST),
  );

  async load(): Promise<void> {
    this.failure = null;
    try {
      const [map, history] = await Promise.all([fetchCaseMap(), fetchHistory()]);
      this.map = map;
      this.placeable = history.analyses.filter(({ embedding_xyz }) => embedding_xyz);
      this.loaded = true;
    } catch (error) {
      this.failure = error instanceof ServiceError ? error.failure : failLocally('service');
    }
  }

  /** Put one analysis among the cases; null takes it away. */
  async place(id: string | null): Promise<void> {
    if (id === this.own?.id) return;
    try {
      this.own = id ? await fetchAnalysis(id) : null;
    } catch {
      this.own = null; // deleted, or of another browser: the map itself still stands
    }
  }

  /** Another network's embedding has no place in this one's map. */
  get isForeign(): boolean {
    const answering = service.models.models?.covid_classifier?.sha256;
    const own = this.own?.model?.sha256;
    return own !== undefined && answering !== undefined && own !== answering;
  }

  #scale(place: readonly number[]): Place {
    const [x = 0, y = 0, z = 0] = place.map((coordinate) => coordinate / this.extent);
    return [x, y, z];
  }
}

export const atlas = new Atlas();
