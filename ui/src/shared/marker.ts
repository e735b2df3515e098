/** Markers that differ in shape as well as in colour, as outlines that SVG and canvas both draw. */

export interface Marker {
  shape: Shape;
  /** Name of a custom property of the page's style. */
  color: string;
}

type Corner = readonly [number, number];

function polygon(n: number): Corner[] {
  const angles = Array.from({ length: n }, (_, at) => (2 * Math.PI * at) / n - Math.PI / 2);
  return angles.map((angle) => [1.05 * Math.cos(angle), 1.05 * Math.sin(angle)]);
}

const CORNERS = {
  triangle: [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
  down: [[0, 1.1], [1.05, -0.8], [-1.05, -0.8]],
  square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  diamond: [[0, -1.25], [1, 0], [0, 1.25], [-1, 0]],
  pentagon: polygon(5),
  hexagon: polygon(6),
  plus: [[-0.35, -1.1], [0.35, -1.1], [0.35, -0.35], [1.1, -0.35], [1.1, 0.35], [0.35, 0.35],
    [0.35, 1.1], [-0.35, 1.1], [-0.35, 0.35], [-1.1, 0.35], [-1.1, -0.35], [-0.35, -0.35]],
  cross: [[-1, -0.6], [-0.6, -1], [0, -0.4], [0.6, -1], [1, -0.6], [0.4, 0], [1, 0.6], [0.6, 1],
    [0, 0.4], [-0.6, 1], [-1, 0.6], [-0.4, 0]],
} satisfies Record<string, readonly Corner[]>;

export type Shape = 'circle' | keyof typeof CORNERS;
export const SHAPES: readonly Shape[] = ['circle', ...(Object.keys(CORNERS) as (keyof typeof CORNERS)[])];

/** For series that have no colour of their own, such as data sets (Okabe and Ito's palette). */
export const SERIES_MARKERS: readonly Marker[] = [
  { shape: 'circle', color: '--series-1' },
  { shape: 'triangle', color: '--series-2' },
  { shape: 'square', color: '--series-3' },
  { shape: 'diamond', color: '--series-4' },
  { shape: 'plus', color: '--series-5' },
  { shape: 'cross', color: '--series-6' },
  { shape: 'down', color: '--series-7' },
];

/** One marker as the `d` of a path. */
export function outline(shape: Shape, x: number, y: number, radius: number): string {
  if (shape === 'circle') {
    const r = round(radius);
    return `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${round(2 * radius)} 0a${r} ${r} 0 1 0 ${round(-2 * radius)} 0`;
  }
  const corners = CORNERS[shape].map(([dx, dy]) => `${round(x + dx * radius)} ${round(y + dy * radius)}`);
  return `M${corners.join('L')}Z`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The colour of a marker where an element stands, as canvas and WebGL take it. */
export function resolveColor({ color }: Marker, element: HTMLElement): string {
  const before = element.style.color;
  element.style.color = `var(${color})`;
  const resolved = getComputedStyle(element).color;
  element.style.color = before;
  return resolved;
}
