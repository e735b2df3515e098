/** The numbers that a file of more than 8 bits holds, before they became shades, as `raiox.entities.PixelValues`. */
export interface PixelValues {
  /** The rows and columns of the shades. */
  readonly samples: Uint16Array;
  readonly scale: ValueScale;
}

/** What samples mean: `slope * sample + intercept`, and between which of those lies the picture. */
export interface ValueScale {
  readonly slope: number;
  readonly intercept: number;
  readonly black: number;
  readonly white: number;
}
