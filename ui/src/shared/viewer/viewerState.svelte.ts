/** What the viewer shows and how; its buttons, keys and gestures all change this. */

import type { Finding } from '../findings';
import { fetchImage } from '../api';
import type { KeptValues } from '../contract';
import { BYTES, converted, drag, isWhole, presetOf, wholeOf, type Preset } from './grayscaleWindow';
import { deepPixels, readSamples, type DeepPixels } from './keptValues';
import type { Measurement, Size } from './measurement';
import { flip, isSideways, pointOfImage, turn, type Point } from './orientation';
import type { Pixels } from './pixels';
import type { Command } from './shortcuts';
import { defaultSettings, MIDDLE, type Position, type Tool } from './viewSettings';
import { clampZoom, ZOOM_STEP } from './zoom';

/** Moves between what can be shown: to the analysis before (-1) or after (+1). */
export type Step = (by: -1 | 1) => void;

export class ViewerState {
  settings = $state(defaultSettings());
  tool = $state<Tool>('move');
  position = $state.raw<Position>(MIDDLE);
  measurement = $state.raw<Measurement | null>(null);
  /** The pixel under the pointer. */
  pointed = $state.raw<{ column: number; row: number; value: number } | null>(null);
  sideBySide = $state(false);
  /** Whether the outline of the lungs is seen. */
  lungs = $state(false);
  opacity = $state(0.35);
  threshold = $state(0.2);
  /** Undefined until the reader chooses; null for no map. */
  chosen = $state<Finding | null>();
  /** Of the picture, as soon as the browser has it. */
  picture: Pixels | null = null;
  /** What the file had; null until it is here, or where the service keeps no more than the picture. */
  deep = $state.raw<DeepPixels | null>(null);
  range = $derived(this.deep?.range ?? BYTES);
  isOriginal = $derived(isWhole(this.settings.window, this.range));
  /** Where the keys measure, as shares of the image; null until they do. */
  cross = $state.raw<Point | null>(null);
  /** The same of what is seen. */
  #seen: Point = [0.5, 0.5];
  #isOpen = false;
  #wanted: string | null = null;

  /** Fetch what the file had, as soon as somebody looks closer than at the picture. */
  async look(kept: KeptValues | null | undefined): Promise<void> {
    if (!kept || this.#wanted === kept.address) return;
    this.#wanted = kept.address;
    try {
      const samples = await readSamples(await (await fetchImage(kept.address)).arrayBuffer());
      const deep = deepPixels(samples, kept);
      const { window } = this.settings;
      this.settings.window = this.isOriginal ? wholeOf(deep.range) : converted(window, BYTES, deep.range);
      this.deep = deep;
    } catch {
      // Deleted meanwhile, or no network: the picture is still there.
    }
  }

  adjustWindow(right_px: number, down_px: number): void {
    this.settings.window = drag(this.settings.window, right_px, down_px, this.range);
  }

  showWhole(): void {
    this.settings.window = wholeOf(this.range);
  }

  applyPreset(name: Preset): void {
    const pixels = this.deep ?? this.picture;
    if (pixels) this.settings.window = presetOf(name, pixels.valueAt);
  }

  reset(): void {
    this.settings = defaultSettings(this.range);
    this.position = MIDDLE;
    this.measurement = this.cross = null;
    this.#isOpen = false;
  }

  /** Args: at: a point of the image, as shares; begin: whether a new length starts there. */
  measure(at: Point, begin: boolean): void {
    this.measurement = begin || !this.measurement ? { from: at, to: at } : { ...this.measurement, to: at };
  }

  /** Move the cross that measures, by pixels of the image as it is seen; the length that is open follows it. */
  moveCross(right_px: number, down_px: number, { width_px, height_px }: Size): void {
    const { orientation } = this.settings;
    const [columns, rows] = isSideways(orientation) ? [height_px, width_px] : [width_px, height_px];
    const [right, down] = this.#seen;
    this.#seen = [within(right + right_px / columns), within(down + down_px / rows)];
    this.cross = pointOfImage(this.#seen, orientation);
    if (this.#isOpen) this.measure(this.cross, false);
  }

  /** Begin a length at the cross, or end the one that is open. */
  mark(): void {
    if (!this.cross) return;
    this.measure(this.cross, !this.#isOpen);
    this.#isOpen = !this.#isOpen;
  }

  /** Args: at: a point of the image, as shares; null where the pointer has left it. */
  pointAt(at: Point | null, width_px: number, height_px: number): void {
    const [column, row] = at ? [Math.floor(at[0] * width_px), Math.floor(at[1] * height_px)] : [-1, -1];
    const value = (this.deep ?? this.picture)?.at(column, row) ?? null;
    this.pointed = value === null ? null : { column, row, value };
  }

  /** Do what needs nothing but this state; false where it is for somebody else. */
  run(command: Command): boolean {
    const { settings } = this;
    const actions: Partial<Record<Command, () => void>> = {
      move: () => (this.tool = 'move'),
      window: () => (this.tool = 'window'),
      measure: () => (this.tool = 'measure'),
      invert: () => (settings.inverted = !settings.inverted),
      turn: () => (settings.orientation = turn(settings.orientation)),
      flip: () => (settings.orientation = flip(settings.orientation)),
      nearer: () => (settings.zoom = clampZoom(settings.zoom * ZOOM_STEP)),
      farther: () => (settings.zoom = clampZoom(settings.zoom / ZOOM_STEP)),
      reset: () => { this.reset(); },
      lungs: () => (this.lungs = !this.lungs),
      sideBySide: () => (this.sideBySide = !this.sideBySide),
    };
    actions[command]?.();
    return command in actions;
  }
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
