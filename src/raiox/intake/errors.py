"""Why an upload cannot become a radiograph."""

from raiox.errors import ErrorKind, RaioxError


class IntakeError(RaioxError):
    """The upload cannot become a radiograph."""

    kind = ErrorKind.INVALID_INPUT


class UnreadableFileError(IntakeError):
    """The operating system does not give the file (`reason`)."""

    code = "unreadable_file"


class EmptyUploadError(IntakeError):
    """Nothing was sent."""

    code = "empty_upload"


class UploadTooLargeError(IntakeError):
    """More bytes than `max_bytes`."""

    code = "upload_too_large"


class NotAnImageError(IntakeError):
    """The content is no image format that is known; `formats` are read."""

    code = "not_an_image"


class UnsupportedFormatError(IntakeError):
    """An image, in a format not read (`format`), or only with an extra (`extra`); `formats` are."""

    code = "unsupported_format"


class ArchiveError(IntakeError):
    """An archive (`format`) not read, not opened (`fault`) or of `n_images`; `formats` are read."""

    code = "archive"


class UnsupportedTransferSyntaxError(IntakeError):
    """DICOM in an encoding that is not read (`uid`), or not with so many bits (`n_bits`)."""

    code = "unsupported_transfer_syntax"


class CorruptImageError(IntakeError):
    """The decoder contradicts the file; in DICOM, `element` is the keyword of the one to blame."""

    code = "corrupt_image"


class TruncatedImageError(IntakeError):
    """The file ends before its pixels do."""

    code = "truncated_image"


class NoPixelDataError(IntakeError):
    """DICOM without pixels; a DICOMDIR, the index of a disc, lists `n_images` elsewhere."""

    code = "no_pixel_data"


class BadGeometryError(IntakeError):
    """A strip: one side (`width`, `height`) more than `max_aspect` times the other."""

    code = "bad_geometry"


class MultiFrameError(IntakeError):
    """More than one frame (`n_frames`)."""

    code = "multi_frame"


class NotARadiographError(IntakeError):
    """DICOM of another modality (`modality`)."""

    code = "not_a_radiograph"


class TooManyPixelsError(IntakeError):
    """More pixels than `max_pixels`."""

    code = "too_many_pixels"


class TooFewPixelsError(IntakeError):
    """A side shorter than `min_side_px`."""

    code = "too_few_pixels"


class TooLargeInflatedError(IntakeError):
    """Inflates beyond `max_bytes`."""

    code = "too_large_inflated"


class DecodeTooSlowError(IntakeError):
    """Decoding passed its time limit (`limit_s`)."""

    code = "decode_too_slow"


class DecoderCrashedError(IntakeError):
    """The decoder process died on this file."""

    code = "decoder_crashed"


class SandboxTooWeakError(RaioxError):
    """A decoder process could get out (`breaches`), or `layers` that keep it in are missing."""

    code = "sandbox_too_weak"
    kind = ErrorKind.UNAVAILABLE


class DecodersUnavailableError(RaioxError):
    """The processes that decode end before they can; come again in `retry_after_s`."""

    code = "decoders_unavailable"
    kind = ErrorKind.UNAVAILABLE


class DecoderOutdatedError(RaioxError):
    """An installed decoder (`package`, `version`) is older than its known faults (`oldest`)."""

    code = "decoder_outdated"
    kind = ErrorKind.UNAVAILABLE
