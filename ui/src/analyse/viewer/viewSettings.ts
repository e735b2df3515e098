/** How the radiograph is displayed; it changes what is seen, never what is analysed. */

export interface ViewSettings {
  inverted: boolean;
  zoom: number;
  brightness: number;
  contrast: number;
}

export function defaultSettings(): ViewSettings {
  return { inverted: false, zoom: 1, brightness: 1, contrast: 1 };
}

/** The settings as a CSS filter. */
export function cssFilter({ brightness, contrast, inverted }: ViewSettings): string {
  return `brightness(${String(brightness)}) contrast(${String(contrast)}) invert(${inverted ? '1' : '0'})`;
}
