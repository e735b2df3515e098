/**
 * Zooms what lies in a frame by wheel or two fingers, and keeps the point under them where it is.
 *
 * The wheel is the page's until the frame has the focus, or Ctrl is held.
 */

import { tick } from 'svelte';

export const MIN_ZOOM = 1;
export const MAX_ZOOM = 8;
const PER_PIXEL = 0.002;
/** What a key or a button comes nearer by. */
export const ZOOM_STEP = 1.25;
const LINE_PX = 16;

export interface Zooming {
  zoom: number;
  set: (zoom: number) => void;
}

type Wheel = Pick<WheelEvent, 'deltaY' | 'deltaMode'>;

interface Point {
  clientX: number;
  clientY: number;
}

export function clampZoom(zoom: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, Math.round(zoom * 100) / 100));
}

/** What one notch of a wheel makes of a zoom; browsers count in pixels or in lines. */
export function afterWheel(zoom: number, turned: Wheel): number {
  return clampZoom(zoom * wheelFactor(turned));
}

/** How much nearer a turn of the wheel comes. */
export function wheelFactor({ deltaY, deltaMode }: Wheel): number {
  const pixels = deltaMode === 0 ? deltaY : deltaY * LINE_PX;
  return Math.exp(-pixels * PER_PIXEL);
}

function spread([a, b]: readonly [Touch, Touch]): number {
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
}

function between([a, b]: readonly [Touch, Touch]): Point {
  return { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
}

function pairOf({ touches: [a, b, more] }: TouchEvent): [Touch, Touch] | null {
  return a && b && !more ? [a, b] : null;
}

/** A frame that scrolls; what is zoomed is its first child. */
export function zoomAround(frame: HTMLElement, given: Zooming): { update: (given: Zooming) => void; destroy: () => void } {
  let now = given;
  let pinch: { spread: number; zoom: number } | null = null;

  const zoomTo = async (zoom: number, at: Point): Promise<void> => {
    const content = frame.firstElementChild;
    if (!content || zoom === now.zoom) return;
    const { left, top, width, height } = content.getBoundingClientRect();
    const [right, down] = [(at.clientX - left) / width, (at.clientY - top) / height];
    now.set(zoom);
    await tick();
    const grown = content.getBoundingClientRect();
    frame.scrollBy(grown.left + right * grown.width - at.clientX, grown.top + down * grown.height - at.clientY);
  };
  const wheel = (event: WheelEvent): void => {
    const zoom = afterWheel(now.zoom, event);
    const isMeant = event.ctrlKey || frame.contains(document.activeElement);
    if (zoom === now.zoom || !isMeant) return;
    event.preventDefault();
    void zoomTo(zoom, event);
  };
  const begin = (event: TouchEvent): void => {
    const pair = pairOf(event);
    pinch = pair && { spread: spread(pair), zoom: now.zoom };
  };
  const move = (event: TouchEvent): void => {
    const pair = pairOf(event);
    if (!pair || !pinch) return;
    if (event.cancelable) event.preventDefault();
    void zoomTo(clampZoom((pinch.zoom * spread(pair)) / pinch.spread), between(pair));
  };

  // These two may hold the page still, so the browser must wait for them; the others it need not.
  frame.addEventListener('wheel', wheel, { passive: false });
  frame.addEventListener('touchmove', move, { passive: false });
  frame.addEventListener('touchstart', begin, { passive: true });
  frame.addEventListener('touchend', begin, { passive: true });
  return {
    update: (changed) => {
      now = changed;
    },
    destroy: () => {
      frame.removeEventListener('wheel', wheel);
      frame.removeEventListener('touchmove', move);
      frame.removeEventListener('touchstart', begin);
      frame.removeEventListener('touchend', begin);
    },
  };
}
