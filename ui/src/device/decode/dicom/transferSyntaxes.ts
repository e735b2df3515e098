/** The transfer syntaxes that are read here, each by one codec. Source: DICOM PS3.5, annex A. */

const ROOT = '1.2.840.10008.1.2';
const STANDARD = /^1\.2\.840\.10008\.1\.2(\.\d{1,3}){0,3}$/;

export const SYNTAX = {
  implicit: ROOT,
  explicit: `${ROOT}.1`,
  bigEndian: `${ROOT}.2`,
  deflated: `${ROOT}.1.99`,
  rle: `${ROOT}.5`,
  jpegBaseline: `${ROOT}.4.50`,
  jpegExtended: `${ROOT}.4.51`,
  jpegLosslessSv1: `${ROOT}.4.70`,
  jpegLsLossless: `${ROOT}.4.80`,
  jpeg2000: `${ROOT}.4.91`,
  htj2k: `${ROOT}.4.203`,
} as const;

export type Codec = 'native' | 'rle' | 'jpeg' | 'jpegLossless' | 'jpegLs' | 'jpeg2000' | 'htj2k';

const CODECS: Readonly<Record<string, Codec>> = {
  [SYNTAX.implicit]: 'native',
  [SYNTAX.explicit]: 'native',
  [SYNTAX.bigEndian]: 'native',
  [SYNTAX.deflated]: 'native',
  [SYNTAX.rle]: 'rle',
  [SYNTAX.jpegBaseline]: 'jpeg',
  [SYNTAX.jpegExtended]: 'jpeg',
  [`${ROOT}.4.57`]: 'jpegLossless',
  [SYNTAX.jpegLosslessSv1]: 'jpegLossless',
  [SYNTAX.jpegLsLossless]: 'jpegLs',
  [`${ROOT}.4.81`]: 'jpegLs',
  [`${ROOT}.4.90`]: 'jpeg2000',
  [SYNTAX.jpeg2000]: 'jpeg2000',
  [`${ROOT}.4.201`]: 'htj2k',
  [`${ROOT}.4.202`]: 'htj2k',
  [SYNTAX.htj2k]: 'htj2k',
};

export function codecOf(syntax: string): Codec {
  return CODECS[syntax] ?? 'native';
}

/** Whether one decoder reads the frames of both, so that the declared name may stand. */
export function decodersAgree(seen: Codec, declared: Codec): boolean {
  const decoder = (codec: Codec): Codec => (codec === 'htj2k' ? 'jpeg2000' : codec);
  return decoder(seen) === decoder(declared);
}

export function isRead(syntax: string): boolean {
  return Object.hasOwn(CODECS, syntax);
}

export function isEncapsulated(syntax: string): boolean {
  return codecOf(syntax) !== 'native';
}

/** The UID if it is one of the Standard's, else a word: an unknown value may hold anything. */
export function nameOf(syntax: string): string {
  return STANDARD.test(syntax) ? syntax : 'unknown';
}
