/**
 * One DICOM file to shades of gray: file, elements, frame, stored values, display, as
 * `raiox.intake.dicom.decode`.
 */

import type { GrayImage } from '../../image';
import type { Decoded } from '../decoded';
import type { PixelValues } from '../pixelValues';
import { RefusedError } from '../refusal';
import { applyPalette, flattenColour } from './colour';
import { closeShutter } from './displayShutter';
import type { Elements } from './elements';
import { openFile, type DicomFile, type PixelData } from './file';
import { readFrame, type Frame } from './frame';
import { renderValues } from './grayscalePipeline';
import { NO_CHEST_RADIOGRAPHS } from './modalities';
import { readPixelAspect, readSpacingMm, squarePixels } from './pixelAspect';
import { findLayout } from './storedValues';

/** Throws: RefusedError of the code that says why. */
export async function decodeDicom(content: Uint8Array<ArrayBuffer>): Promise<Decoded> {
  const file = await openFile(content);
  const frame = await readFrame(file, thePixels(file));
  const { elements } = file;
  const { image: shown, notes, values } = shadesOf(frame, elements);
  const stored = closeShutter(shown, elements);
  if (file.isRepaired || frame.isRepaired) notes.add('header_repaired');
  if (elements.word('BurnedInAnnotation') !== 'NO') notes.add('burned_in_annotation');
  const aspect = readPixelAspect(elements);
  const image = aspect === 1 ? stored : squarePixels(stored, aspect);
  if (aspect !== 1) notes.add('aspect_corrected');
  const spacing = readSpacingMm(elements);
  return {
    image,
    sourceFormat: 'dicom',
    notes: [...notes].sort(),
    pixelSpacingMm: spacing && (spacing * stored.width) / image.width,
    values: aspect === 1 ? values : null, // a value between two pixels is none of the file's
  };
}

/** One frame of a radiograph, and not an index, a report, a cine loop or a slice. */
function thePixels({ elements, pixelData, isDirectory }: DicomFile): PixelData {
  const records = elements.items('DirectoryRecordSequence');
  if (isDirectory || records.length > 0) {
    const images = records.filter((record) => record.word('DirectoryRecordType') === 'IMAGE');
    throw new RefusedError('no_pixel_data', { n_images: images.length });
  }
  if (!pixelData?.value.length) throw new RefusedError('no_pixel_data');
  const nFrames = elements.integer('NumberOfFrames') ?? 1;
  if (nFrames > 1) throw new RefusedError('multi_frame', { n_frames: nFrames });
  const modalities = elements.words('Modality');
  if (modalities[0] && modalities.every((modality) => NO_CHEST_RADIOGRAPHS.includes(modality))) {
    throw new RefusedError('not_a_radiograph', { modality: modalities[0] });
  }
  return pixelData;
}

interface Shades {
  readonly image: GrayImage;
  readonly notes: Set<string>;
  readonly values: PixelValues | null;
}

function shadesOf({ words, image }: Frame, elements: Elements): Shades {
  const notes = new Set<string>();
  const noted = (note: string, holds: boolean): void => {
    if (holds) notes.add(note);
  };
  if (image.samplesPerPixel > 1) {
    const { image: flat, notes: ofColours } = flattenColour(words, image);
    return { image: flat, notes: new Set(ofColours), values: null };
  }
  const [layout, isOther] = findLayout(words, image);
  noted('header_repaired', isOther);
  if (image.photometric === 'PALETTE COLOR') {
    const { image: flat, notes: ofColours, isMended } = applyPalette(words, layout, image, elements);
    ofColours.forEach((note) => notes.add(note));
    noted('display_repaired', isMended);
    return { image: flat, notes, values: null };
  }
  const { pixels, isMended, values } = renderValues(words, layout, image, elements);
  noted('display_repaired', isMended);
  return { image: { width: image.columns, height: image.rows, pixels }, notes, values };
}
