/** Which door is open. Hash routes, so that the page works from any static server. */

export type Route = { door: 'analyse'; id: string | null } | { door: 'history' };

export const ANALYSE = '#/';
export const HISTORY = '#/history';
const ONE = '#/analyses/';

/** Address of one analysis within the page. */
export function addressOf(id: string): string {
  return ONE + encodeURIComponent(id);
}

export function read(hash: string): Route {
  if (hash === HISTORY) return { door: 'history' };
  const id = hash.startsWith(ONE) ? decodeURIComponent(hash.slice(ONE.length)) : null;
  return { door: 'analyse', id: id || null };
}

class Router {
  current = $state<Route>({ door: 'analyse', id: null });

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
