/** Moves what is larger than its frame by dragging it; fingers and keys scroll it without help. */
export function dragToScroll(frame: HTMLElement): { destroy: () => void } {
  const move = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && event.buttons === 1) frame.scrollBy(-event.movementX, -event.movementY);
  };
  // A picture that is dragged would otherwise be taken up by the mouse.
  const stay = (event: Event): void => {
    event.preventDefault();
  };
  frame.addEventListener('pointermove', move);
  frame.addEventListener('dragstart', stay);
  return {
    destroy: () => {
      frame.removeEventListener('pointermove', move);
      frame.removeEventListener('dragstart', stay);
    },
  };
}
