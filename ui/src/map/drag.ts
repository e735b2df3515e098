/** What a mouse and fingers do to the plane: one moves it, two enlarge it, and what stays where it was is a click. */

export interface Drag {
  /** In pixels. */
  move: (right: number, down: number) => void;
  zoom: (factor: number) => void;
  click: (at: PointerEvent) => void;
}

/** A shorter way is a click. */
const CLICK_PX = 6;

export function drag(element: Element, { move, zoom, click }: Drag): { destroy: () => void } {
  const pressed = new Map<number, PointerEvent>();
  let far = 0;

  const down = (event: PointerEvent): void => {
    if (pressed.size === 0) far = 0;
    pressed.set(event.pointerId, event);
  };
  const moved = (event: PointerEvent): void => {
    const last = pressed.get(event.pointerId);
    if (!last) return;
    const before = spread(pressed);
    pressed.set(event.pointerId, event);
    const [right, downwards] = [event.clientX - last.clientX, event.clientY - last.clientY];
    far += Math.hypot(right, downwards);
    // Two fingers move it by half of what each of them does.
    move(right / pressed.size, downwards / pressed.size);
    if (before > 0) zoom(spread(pressed) / before);
  };
  const up = (event: PointerEvent): void => {
    const isClick = event.type === 'pointerup' && pressed.size === 1 && pressed.has(event.pointerId) && far < CLICK_PX;
    pressed.delete(event.pointerId);
    if (isClick) click(event);
  };
  const listeners = { pointerdown: down, pointermove: moved, pointerup: up, pointercancel: up, pointerleave: up };
  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener as EventListener);
  return {
    destroy: () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener as EventListener);
    },
  };
}

/** Between two fingers; none where there are fewer or more. */
function spread(pressed: ReadonlyMap<number, PointerEvent>): number {
  const [a, b, more] = pressed.values();
  return a && b && !more ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
}
