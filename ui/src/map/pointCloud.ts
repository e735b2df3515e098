/**
 * The map of cases in three dimensions, drawn with three.js.
 *
 * Loaded only where somebody opens it. It draws when something changed and
 * is idle otherwise, which spares a phone's battery.
 */

import { PerspectiveCamera, Scene, Vector2, Vector3, WebGLRenderer } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

import type { Group } from './groups';
import { frameOf, namedEnds, type Point3D } from './framing';
import { drawAxes, drawGroup, drawHighlights, type Highlights } from './sceneObjects';

const FIELD_OF_VIEW_DEG = 45;
/** From where the cloud is seen at home. */
const HOME_DIRECTION = new Vector3(1.1, 0.8, 1.55).normalize();
/** How near, in pixels, a click must come to a case. */
const REACH_PX = 14;

export class PointCloud {
  readonly #canvas: HTMLCanvasElement;
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.01, 50);
  readonly #controls: OrbitControls;
  readonly #resizes: ResizeObserver;
  readonly #axes: readonly [string, string, string];
  readonly #highlightLayer = 'highlights';
  #positions: Point3D[] = [];
  #shown: number[] = [];
  #frame = 0;

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement, axes: readonly [string, string, string], selected: (at: number) => void) {
    this.#canvas = canvas;
    this.#axes = axes;
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.addEventListener('change', () => {
      this.#draw();
    });
    this.#resizes = new ResizeObserver(() => {
      this.#fit();
    });
    this.#resizes.observe(canvas.parentElement ?? canvas);
    this.#listen(selected);
    this.#fit();
  }

  /** Args: positions: of all cases, between -1 and 1. */
  show(positions: Point3D[], groups: readonly Group[]): void {
    const isFirst = this.#positions.length === 0;
    this.#positions = positions;
    if (isFirst) {
      this.#scene.add(drawAxes(this.#axes, positions));
      this.goHome();
    }
    this.#shown = groups.flatMap(({ at }) => at);
    this.#remove('cases');
    for (const group of groups) this.#scene.add(drawGroup('cases', group, positions, this.#canvas));
    this.#draw();
  }

  highlight(highlights: Highlights): void {
    this.#remove(this.#highlightLayer);
    this.#scene.add(drawHighlights(this.#highlightLayer, highlights));
    this.#draw();
  }

  goHome(): void {
    const seen = [...this.#positions, ...namedEnds(this.#positions)];
    const { camera, target } = frameOf(seen, HOME_DIRECTION, { field_deg: FIELD_OF_VIEW_DEG, aspect: this.#camera.aspect });
    this.#controls.target.copy(target);
    this.#camera.position.copy(camera);
    this.#controls.update();
    this.#draw();
  }

  /** Turn the camera around the middle, in radians. */
  turn(around: number, over: number): void {
    const offset = this.#camera.position.clone().sub(this.#controls.target);
    const radius = offset.length();
    const azimuth = Math.atan2(offset.x, offset.z) + around;
    const most = Math.PI / 2 - 0.05;
    const height = Math.min(most, Math.max(-most, Math.asin(offset.y / radius) + over));
    offset.set(Math.sin(azimuth) * Math.cos(height), Math.sin(height), Math.cos(azimuth) * Math.cos(height));
    this.#camera.position.copy(offset.multiplyScalar(radius)).add(this.#controls.target);
    this.#controls.update();
    this.#draw();
  }

  zoom(factor: number): void {
    const offset = this.#camera.position.clone().sub(this.#controls.target).divideScalar(factor);
    this.#camera.position.copy(this.#controls.target).add(offset);
    this.#controls.update();
    this.#draw();
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#resizes.disconnect();
    this.#controls.dispose();
    this.#renderer.dispose();
  }

  #listen(selected: (at: number) => void): void {
    let from = new Vector2();
    this.#canvas.addEventListener('pointerdown', ({ clientX, clientY }) => {
      from = new Vector2(clientX, clientY);
    });
    this.#canvas.addEventListener('pointerup', ({ clientX, clientY }) => {
      const moved = from.distanceTo(new Vector2(clientX, clientY));
      const at = moved < REACH_PX / 2 ? this.#find(clientX, clientY) : null;
      if (at !== null) selected(at);
    });
  }

  /** The shown case nearest to a point of the window, if one is within reach. */
  #find(clientX: number, clientY: number): number | null {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    let found: number | null = null;
    let least = REACH_PX;
    for (const at of this.#shown) {
      const position = this.#positions[at] ?? [NaN, NaN, NaN];
      const seen = new Vector3(...position).project(this.#camera);
      const x = left + ((seen.x + 1) / 2) * width;
      const y = top + ((1 - seen.y) / 2) * height;
      const far = Math.hypot(x - clientX, y - clientY);
      if (far < least) [least, found] = [far, at];
    }
    return found;
  }

  #fit(): void {
    const { clientWidth, clientHeight } = this.#canvas.parentElement ?? this.#canvas;
    this.#renderer.setSize(clientWidth, clientHeight, false);
    this.#camera.aspect = clientWidth / Math.max(1, clientHeight);
    this.#camera.updateProjectionMatrix();
    this.#draw();
  }

  #remove(layer: string): void {
    for (const drawn of this.#scene.children.filter(({ name }) => name === layer)) drawn.removeFromParent();
  }

  #draw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#renderer.render(this.#scene, this.#camera);
    });
  }
}
