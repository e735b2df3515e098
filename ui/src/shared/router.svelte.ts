/** Which door is open. Hash routes, so that the page works from any static server. */

const DOORS = {
  '': 'analyse',
  analyses: 'analyse',
  history: 'history',
  compare: 'compare',
  map: 'map',
  method: 'method',
  api: 'api',
  privacy: 'privacy',
  about: 'about',
} as const;

export type Door = (typeof DOORS)[keyof typeof DOORS];

export interface Route {
  door: Door;
  /** What the door opens on: ids of analyses, or the name of a section. */
  rest: string[];
}

export const ANALYSE = '#/';
export const HISTORY = '#/history';
export const MAP = '#/map';
export const METHOD = '#/method';
export const API = '#/api';
export const PRIVACY = '#/privacy';
export const ABOUT = '#/about';

/** Address of one analysis within the page. */
export function addressOf(id: string): string {
  return `#/analyses/${encodeURIComponent(id)}`;
}

/** Address of the map of cases with one analysis placed in it. */
export function placeOf(id: string): string {
  return `${MAP}/${encodeURIComponent(id)}`;
}

/** Address of two analyses side by side. */
export function comparisonOf(ids: readonly string[]): string {
  return `#/compare/${ids.map(encodeURIComponent).join('/')}`;
}

export function read(hash: string): Route {
  const [first = '', ...rest] = hash.replace(/^#\//, '').split('/');
  const door = Object.hasOwn(DOORS, first) ? DOORS[first as keyof typeof DOORS] : null;
  return { door: door ?? 'analyse', rest: door ? rest.filter(Boolean).map(decode) : [] };
}

/** An address somebody mistyped still opens its door. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

class Router {
  current = $state<Route>(read(''));

  start(): void {
    this.current = read(location.hash);
    addEventListener('hashchange', () => {
      this.current = read(location.hash);
    });
  }

  /** Name what is on the screen without moving there: a reload finds it again. */
  rename(hash: string): void {
    history.replaceState(history.state, '', hash);
    this.current = read(hash);
  }

  go(hash: string): void {
    location.hash = hash;
  }
}

export const router = new Router();
