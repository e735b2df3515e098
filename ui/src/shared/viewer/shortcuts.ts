/** The keys of the viewer, which count only while it has the focus, so that nothing else is disturbed. */

import type { Key } from '../i18n.svelte';

export const SHORTCUTS = {
  heatmap: { key: 'h', name: 'shortcut.heatmap' },
  lungs: { key: 'l', name: 'viewer.lungs' },
  sideBySide: { key: 's', name: 'viewer.side_by_side' },
  move: { key: 'a', name: 'tool.move' },
  window: { key: 'w', name: 'tool.window' },
  measure: { key: 'm', name: 'tool.measure' },
  invert: { key: 'i', name: 'viewer.invert' },
  turn: { key: 'r', name: 'viewer.turn' },
  flip: { key: 'x', name: 'viewer.flip' },
  nearer: { key: '+', name: 'map.nearer' },
  farther: { key: '-', name: 'map.farther' },
  reset: { key: '0', name: 'viewer.reset' },
  fullScreen: { key: 'f', name: 'viewer.full_screen' },
  previous: { key: 'p', name: 'viewer.previous' },
  next: { key: 'n', name: 'viewer.next' },
  help: { key: '?', name: 'viewer.shortcuts' },
} as const satisfies Record<string, { key: string; name: Key }>;

export type Command = keyof typeof SHORTCUTS;

const BY_KEY = new Map<string, Command>(Object.entries(SHORTCUTS).map(([command, { key }]) => [key, command as Command]));

/** Pixels that an arrow moves the cross by, without Shift. */
const STRIDE_PX = 10;
const ARROWS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** How far an arrow moves the cross that measures, to the right and down; null for every other key. */
export function strideOf({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): [number, number] | null {
  const direction = ARROWS[key];
  const pixels = shiftKey ? 1 : STRIDE_PX;
  return direction ? [direction[0] * pixels, direction[1] * pixels] : null;
}

/** What a key asks for: a command, or the map of the nth finding; null for every other key. */
export function commandOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): Command | number | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (/^[1-9]$/.test(key)) return Number(key) - 1;
  return BY_KEY.get(key === '=' ? '+' : key.toLowerCase()) ?? null;
}
