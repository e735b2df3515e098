/** Which screen is shown. Hash routes, so that the page works from any static server. */

const SCREENS = {
  '': 'analyse',
  analyses: 'analyse',
  shared: 'shared',
  history: 'history',
  compare: 'compare',
  map: 'map',
  method: 'method',
  api: 'api',
  privacy: 'privacy',
  about: 'about',
  admin: 'admin',
} as const;

export type Screen = (typeof SCREENS)[keyof typeof SCREENS];

export interface Route {
  screen: Screen;
  /** What the screen shows: ids of analyses, or the name of a section. */
  rest: string[];
  /** The address names no screen; the first one is shown. */
  unknown?: true;
}

export const ANALYSE = '#/';
export const HISTORY = '#/history';
export const MAP = '#/map';
export const METHOD = '#/method';
export const API = '#/api';
export const PRIVACY = '#/privacy';
export const ABOUT = '#/about';
export const ADMIN = '#/admin';

/** Address of one analysis within the page. */
export function addressOf(id: string): string {
  return `#/analyses/${encodeURIComponent(id)}`;
}

/** Address of an analysis that a secret link shows; what stands behind `#` is sent to nobody. */
export function sharedAddressOf(token: string): string {
  return `#/shared/${encodeURIComponent(token)}`;
}

/** Address of the map of cases with one analysis in it. */
export function mapAddressOf(id: string): string {
  return `${MAP}/${encodeURIComponent(id)}`;
}

/** Address of two analyses side by side. */
export function comparisonOf(ids: readonly string[]): string {
  return `#/compare/${ids.map(encodeURIComponent).join('/')}`;
}

export function read(hash: string): Route {
  const [first = '', ...rest] = hash.replace(/^#\//, '').split('/');
  const screen = Object.hasOwn(SCREENS, first) ? SCREENS[first as keyof typeof SCREENS] : null;
  if (screen) return { screen, rest: rest.filter(Boolean).map(decode) };
  return { screen: 'analyse', rest: [], ...(hash.startsWith('#/') ? { unknown: true } : {}) };
}

/** A mistyped address still opens its screen. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
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
