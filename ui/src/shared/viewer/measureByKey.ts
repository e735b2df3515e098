import type { Size } from './measurement';
import { strideOf } from './shortcuts';
import type { ViewerState } from './viewerState.svelte';

/** Measures, if the key means that; on a button, Enter presses it. */
export function measureByKey(event: KeyboardEvent, view: ViewerState, size: Size): boolean {
  if (event.target instanceof HTMLButtonElement) return false;
  const stride = strideOf(event);
  if (!stride && event.key !== 'Enter') return false;
  if (stride) view.moveCross(...stride, size);
  else view.mark();
  event.preventDefault();
  return true;
}
