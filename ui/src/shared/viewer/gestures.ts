/** What the pointer does on a frame: moves what is larger than it, changes the window, measures, points. */

import type { Tool } from './viewSettings';

export interface Gestures {
  tool: Tool;
  adjustWindow: (right_px: number, down_px: number) => void;
  /** A length is begun, drawn on, or, without a button pressed, followed after a click. */
  measure: (at: PointerEvent, begin: boolean) => void;
  /** Null where the pointer has left. */
  point: (at: PointerEvent | null) => void;
}

const [LEFT, RIGHT] = [1, 2];
/** A shorter way is a click: the length then ends with a second one. */
const CLICK_PX = 4;

export function gestures(frame: HTMLElement, given: Gestures): { update: (given: Gestures) => void; destroy: () => void } {
  let now = given;
  let last: PointerEvent | null = null;
  let begun: PointerEvent | null = null;
  let isOpen = false;

  const down = (event: PointerEvent): void => {
    if (!event.isPrimary) return;
    frame.focus({ preventScroll: true });
    last = begun = event;
    if (now.tool !== 'measure' || event.buttons !== LEFT) return;
    now.measure(event, !isOpen);
    isOpen = !isOpen;
  };
  const move = (event: PointerEvent): void => {
    if (!event.isPrimary) return;
    now.point(event);
    if (now.tool === 'measure' && isOpen && event.buttons !== RIGHT) now.measure(event, false);
    if (!last) return;
    const [right, downwards] = [event.clientX - last.clientX, event.clientY - last.clientY];
    last = event;
    if (event.buttons === RIGHT || (event.buttons === LEFT && now.tool === 'window')) now.adjustWindow(right, downwards);
    // Fingers move it without help.
    else if (event.buttons === LEFT && now.tool === 'move' && event.pointerType === 'mouse') frame.scrollBy(-right, -downwards);
  };
  const up = (event: PointerEvent): void => {
    if (begun && Math.hypot(event.clientX - begun.clientX, event.clientY - begun.clientY) > CLICK_PX) isOpen = false;
    last = begun = null;
  };
  const leave = (): void => {
    now.point(null);
  };
  // A picture that is dragged would be taken up by the mouse; the right button has its own use here.
  const stay = (event: Event): void => {
    event.preventDefault();
  };
  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: leave, dragstart: stay, contextmenu: stay };
  for (const [name, listener] of Object.entries(listeners)) frame.addEventListener(name, listener as EventListener);
  return {
    update: (changed) => {
      if (changed.tool !== now.tool) isOpen = false;
      now = changed;
    },
    destroy: () => {
      for (const [name, listener] of Object.entries(listeners)) frame.removeEventListener(name, listener as EventListener);
    },
  };
}
