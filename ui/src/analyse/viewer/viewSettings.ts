/** How the radiograph is displayed; it changes what is seen, never what is analysed. */

import { WHOLE, type GrayscaleWindow } from './grayscaleWindow';
import { UPRIGHT, type Orientation } from './orientation';

/** What dragging does. */
export const TOOLS = ['move', 'window', 'measure'] as const;
export type Tool = (typeof TOOLS)[number];

export interface ViewSettings {
  zoom: number;
  window: GrayscaleWindow;
  inverted: boolean;
  orientation: Orientation;
}

export function defaultSettings(): ViewSettings {
  return { zoom: 1, window: WHOLE, inverted: false, orientation: UPRIGHT };
}

/** Where a frame is scrolled to, as a share of what it can scroll; several frames keep the same. */
export interface Position {
  right: number;
  down: number;
}

/** Whether it is shown as the service keeps it; the zoom does not matter. */
export function isOriginal({ window, inverted, orientation }: ViewSettings): boolean {
  return window === WHOLE && !inverted && orientation.turns === 0 && !orientation.flipped;
}
