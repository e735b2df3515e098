/** How the film is looked at; it changes what is seen, never what is analysed. */

export interface Look {
  inverted: boolean;
  zoom: number;
  brightness: number;
  contrast: number;
}

export function plainLook(): Look {
  return { inverted: false, zoom: 1, brightness: 1, contrast: 1 };
}

/** The look as CSS draws it. */
export function cssFilter({ brightness, contrast, inverted }: Look): string {
  return `brightness(${String(brightness)}) contrast(${String(contrast)}) invert(${inverted ? '1' : '0'})`;
}
