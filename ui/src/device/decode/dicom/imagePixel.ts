/**
 * The Image Pixel Module, completed where the rest decides, as `raiox.intake.dicom.image_pixel`.
 *
 * Source: DICOM PS3.3, C.7.6.3; PS3.5, 8.1 and 8.2.
 */

import { requireGeometry } from '../checks';
import type { FrameHeader } from '../jpegMarkers';
import { RefusedError } from '../refusal';
import type { Elements, Keyword } from './elements';

const GRAY = ['MONOCHROME1', 'MONOCHROME2', 'PALETTE COLOR'];
const COLOUR = ['RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_PARTIAL_420', 'YBR_PARTIAL_422', 'YBR_ICT', 'YBR_RCT'];
const BITS_ELSEWHERE = [1, 32, 64];

export interface ImagePixel {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly photometric: string;
  readonly isPlanar: boolean;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
}

/** Of the frame without compression. */
export function bytesOf({ rows, columns, samplesPerPixel, photometric, bitsAllocated }: ImagePixel): number {
  const samples = photometric === 'YBR_FULL_422' ? 2 : samplesPerPixel; // two pixels share their chroma
  return (rows * columns * samples * bitsAllocated) / 8;
}

/** Returns: the module, and whether anything of it had to be worked out. Throws: RefusedError. */
export function readImagePixel(elements: Elements, frame: FrameHeader | null, nBytes: number): [ImagePixel, boolean] {
  if (!frame && !elements.data('Rows').length && !elements.data('Columns').length) {
    throw new RefusedError('no_pixel_data');
  }
  const module = new Module(elements);
  const [rows, columns] = [module.size('Rows', frame?.height), module.size('Columns', frame?.width)];
  requireGeometry(columns, rows);
  const samplesPerPixel = module.samples(frame);
  const bitsAllocated = module.allocated(frame, Math.floor(nBytes / (rows * columns * samplesPerPixel)));
  const bitsStored = module.stored(frame, bitsAllocated);
  const image: ImagePixel = {
    rows,
    columns,
    samplesPerPixel,
    photometric: module.photometric(samplesPerPixel),
    isPlanar: samplesPerPixel > 1 && module.among('PlanarConfiguration', 0, [0, 1]) === 1,
    bitsAllocated,
    bitsStored,
    highBit: module.highBit(bitsStored, frame ? frame.precision : bitsAllocated),
    isSigned: module.among('PixelRepresentation', 0, [0, 1]) === 1,
  };
  return [image, module.isCompleted];
}

class Module {
  isCompleted = false;

  constructor(private readonly elements: Elements) {}

  size(keyword: Keyword, inFrame: number | undefined): number {
    const value = this.#completed(keyword, inFrame);
    if (value <= 0 || (inFrame !== undefined && value !== inFrame)) throw impossible(keyword);
    return value;
  }

  samples(frame: FrameHeader | null): number {
    const photometric = normalised(this.elements.word('PhotometricInterpretation'));
    const guess = COLOUR.includes(photometric) ? 3 : 1;
    if (!frame) return this.among('SamplesPerPixel', guess, [1, 3]);
    if (frame.nSamples !== 1 && frame.nSamples !== 3) throw impossible('SamplesPerPixel');
    return this.#asInFrame('SamplesPerPixel', frame.nSamples);
  }

  allocated(frame: FrameHeader | null, bytesPerSample: number): 8 | 16 {
    const nBytes = frame ? Math.floor((frame.precision - 1) / 8) + 1 : Math.min(bytesPerSample, 2);
    const value = this.#completed('BitsAllocated', nBytes * 8);
    if (BITS_ELSEWHERE.includes(value)) throw new RefusedError('unsupported_format', { format: `${String(value)}-bit DICOM` });
    if (value !== 8 && value !== 16) throw impossible('BitsAllocated');
    return frame ? ((nBytes * 8) as 8 | 16) : value; // decoders give no more bytes than needed
  }

  stored(frame: FrameHeader | null, allocated: number): number {
    const highBit = this.elements.integer('HighBit');
    const guess = highBit === null ? allocated : highBit + 1;
    const value = this.#completed('BitsStored', frame ? frame.precision : Math.min(guess, allocated));
    if (frame && value > frame.precision) return this.#asInFrame('BitsStored', frame.precision);
    if (value <= 0 || value > allocated) throw impossible('BitsStored');
    return value;
  }

  highBit(stored: number, nBits: number): number {
    const value = this.#completed('HighBit', stored - 1);
    if (stored - 1 <= value && value < nBits) return value;
    this.isCompleted = true; // PS3.5, 8.1.1: a value that cannot be, and only one that can
    return stored - 1;
  }

  photometric(nSamples: number): string {
    const value = normalised(this.elements.word('PhotometricInterpretation'));
    if ((nSamples === 1 ? GRAY : COLOUR).includes(value)) return value;
    if (!['', ...GRAY, ...COLOUR].includes(value)) throw impossible('PhotometricInterpretation');
    this.isCompleted = true;
    if (nSamples > 1) return 'RGB';
    if (this.elements.data('RedPaletteColorLookupTableDescriptor').length > 0) return 'PALETTE COLOR';
    // C.8.11.3.1.2: a DX image is MONOCHROME1 exactly where its shape is INVERSE.
    return this.elements.word('PresentationLUTShape') === 'INVERSE' ? 'MONOCHROME1' : 'MONOCHROME2';
  }

  among(keyword: Keyword, guess: number, allowed: number[]): number {
    const value = this.#completed(keyword, guess);
    if (!allowed.includes(value)) throw impossible(keyword);
    return value;
  }

  #asInFrame(keyword: Keyword, inFrame: number): number {
    this.isCompleted ||= this.elements.integer(keyword) !== inFrame;
    return inFrame;
  }

  #completed(keyword: Keyword, guess: number | undefined): number {
    const value = this.elements.integer(keyword);
    if (value !== null) return value;
    if (guess === undefined) throw impossible(keyword);
    this.isCompleted = true;
    return guess;
  }
}

function impossible(element: Keyword): RefusedError {
  return new RefusedError('corrupt_image', { element });
}

/** The term as the Standard spells it; some writers put a blank where none belongs. */
function normalised(photometric: string): string {
  const compact = (term: string): string => term.replace(/[ _]/g, '');
  return [...GRAY, ...COLOUR].find((term) => compact(term) === compact(photometric)) ?? photometric;
}
