"""One DICOM file to shades of gray: file, elements, frame, stored values, display, in that order.

Runs in a decoder process only; no element's value leaves it but terms of the Standard and
the size of a pixel.
"""

from raiox.entities import GrayArray, PixelValues
from raiox.intake.dicom.colour import apply_palette, flatten_colour
from raiox.intake.dicom.data_set import PixelData, read_elements
from raiox.intake.dicom.display_shutter import close_shutter
from raiox.intake.dicom.elements import Elements
from raiox.intake.dicom.file_format import DicomFile, open_file
from raiox.intake.dicom.frame import Frame, read_frame
from raiox.intake.dicom.grayscale_pipeline import render
from raiox.intake.dicom.modalities import check_modality
from raiox.intake.dicom.pixel_aspect import (
    read_horizontal_spacing_mm,
    read_pixel_aspect,
    square_pixels,
)
from raiox.intake.dicom.stored_values import read_stored_values
from raiox.intake.errors import MultiFrameError, NoPixelDataError
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits


def decode_dicom(content: bytes, limits: DecodeLimits) -> Decoded:
    """Decode the one frame of a radiograph.

    Raises:
        IntakeError: of the class that says why.
    """
    file = open_file(content, limits)
    elements, pixel_data = read_elements(file)
    frame = read_frame(file, elements, _the_pixels(file, elements, pixel_data), limits)
    pixels, notes, values = _shades(frame, elements)
    pixels = close_shutter(pixels, elements)
    if file.is_repaired or frame.is_repaired:
        notes.add("header_repaired")
    if elements.word("BurnedInAnnotation") != "NO":
        notes.add("burned_in_annotation")
    aspect, spacing_mm = read_pixel_aspect(elements), read_horizontal_spacing_mm(elements)
    stored_width_px = pixels.shape[1]
    if aspect != 1.0:
        pixels = square_pixels(pixels, aspect, limits.max_pixels)
        values = None  # a value between two pixels is none of the file's
        notes.add("aspect_corrected")
    if spacing_mm is not None:
        spacing_mm *= stored_width_px / pixels.shape[1]
    return Decoded(pixels, tuple(sorted(notes)), spacing_mm, values)


def _the_pixels(file: DicomFile, elements: Elements, pixel_data: PixelData | None) -> PixelData:
    """One frame of a radiograph, and not an index, a report, a cine loop or a slice."""
    records = elements.items("DirectoryRecordSequence")
    if file.is_directory or records:
        is_image = [record.word("DirectoryRecordType") == "IMAGE" for record in records]
        raise NoPixelDataError(n_images=sum(is_image))
    if pixel_data is None or not pixel_data.value:
        raise NoPixelDataError
    n_frames = elements.integer("NumberOfFrames") or 1
    if n_frames > 1:
        raise MultiFrameError(n_frames=n_frames)
    check_modality(elements.words("Modality"))
    return pixel_data


def _shades(frame: Frame, elements: Elements) -> tuple[GrayArray, set[str], PixelValues | None]:
    image, values = frame.image, None
    colour_notes: tuple[str, ...] = ()
    is_mended = is_other_layout = False
    if image.samples_per_pixel > 1:
        pixels, colour_notes = flatten_colour(
            frame.words, image.photometric_interpretation, image.bits_stored
        )
    else:
        stored, layout, is_other_layout = read_stored_values(frame.words, image)
        if image.photometric_interpretation == "PALETTE COLOR":
            pixels, colour_notes, is_mended = apply_palette(
                stored, elements, is_signed=layout.is_signed
            )
        else:
            photometric = image.photometric_interpretation
            pixels, is_mended, values = render(stored, layout, photometric, elements)
    notes = {
        "display_repaired": is_mended,
        "header_repaired": is_other_layout,
    }
    return pixels, {*colour_notes, *(note for note, holds in notes.items() if holds)}, values
