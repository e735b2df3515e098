/** How the radiograph is displayed; it changes what is seen, never what is analysed. */

import { BYTES, wholeOf, type GrayscaleWindow, type ValueRange } from './grayscaleWindow';
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

export function defaultSettings(range: ValueRange = BYTES): ViewSettings {
  return { zoom: 1, window: wholeOf(range), inverted: false, orientation: UPRIGHT };
}

/** What is in the middle of a frame, as shares of the image as it is seen; several frames keep the same. */
export interface Position {
  right: number;
  down: number;
}

export const MIDDLE: Position = { right: 0.5, down: 0.5 };
