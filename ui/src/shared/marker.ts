/** Signs that differ in shape as well as in colour, as outlines that SVG and canvas both draw. */

export type Shape = 'circle' | 'triangle' | 'square' | 'diamond' | 'plus' | 'cross' | 'down';

export interface Sign {
  shape: Shape;
  /** Name of a custom property of the page's style. */
  colour: string;
}

const CORNERS: Record<Exclude<Shape, 'circle'>, readonly (readonly [number, number])[]> = {
  triangle: [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
  down: [[0, 1.1], [1.05, -0.8], [-1.05, -0.8]],
  square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  diamond: [[0, -1.25], [1, 0], [0, 1.25], [-1, 0]],
  plus: [[-0.35, -1.1], [0.35, -1.1], [0.35, -0.35], [1.1, -0.35], [1.1, 0.35], [0.35, 0.35],
    [0.35, 1.1], [-0.35, 1.1], [-0.35, 0.35], [-1.1, 0.35], [-1.1, -0.35], [-0.35, -0.35]],
  cross: [[-1, -0.6], [-0.6, -1], [0, -0.4], [0.6, -1], [1, -0.6], [0.4, 0], [1, 0.6], [0.6, 1],
    [0, 0.4], [-0.6, 1], [-1, 0.6], [-0.4, 0]],
};

/** One sign as the `d` of a path. */
export function outline(shape: Shape, x: number, y: number, radius: number): string {
  if (shape === 'circle') {
    const r = tell(radius);
    return `M${tell(x - radius)} ${tell(y)}a${r} ${r} 0 1 0 ${tell(2 * radius)} 0a${r} ${r} 0 1 0 ${tell(-2 * radius)} 0`;
  }
  const corners = CORNERS[shape].map(([dx, dy]) => `${tell(x + dx * radius)} ${tell(y + dy * radius)}`);
  return `M${corners.join('L')}Z`;
}

function tell(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** What a custom property of the page's style stands for. */
export function colourOf(sign: Sign): string {
  return getComputedStyle(document.documentElement).getPropertyValue(sign.colour).trim();
}
