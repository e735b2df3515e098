"""Every deliberate error of raiox, drawn as a tree; it knows no HTTP and no sentences.

    RaioxError
    ├── IntakeError                        the upload cannot become a radiograph
    │   ├── UnreadableFileError            unreadable_file
    │   ├── EmptyUploadError               empty_upload
    │   ├── UploadTooLargeError            upload_too_large
    │   ├── NotAnImageError                not_an_image
    │   ├── UnsupportedFormatError         unsupported_format
    │   ├── UnsupportedTransferSyntaxError unsupported_transfer_syntax
    │   ├── CorruptImageError              corrupt_image
    │   ├── TruncatedImageError            truncated_image
    │   ├── NoPixelDataError               no_pixel_data
    │   ├── BadGeometryError               bad_geometry
    │   ├── MultiFrameError                multi_frame
    │   ├── NotARadiographError            not_a_radiograph
    │   ├── TooManyPixelsError             too_many_pixels
    │   ├── TooFewPixelsError              too_few_pixels
    │   ├── TooLargeInflatedError          too_large_inflated
    │   ├── DecodeTooSlowError             decode_too_slow
    │   └── DecoderCrashedError            decoder_crashed
    ├── RequestError                       the question itself is wrong
    │   ├── MalformedRequestError          malformed_request
    │   ├── RequestTooSlowError            request_too_slow
    │   ├── UnknownRouteError              not_found
    │   ├── MethodNotAllowedError          method_not_allowed
    │   ├── ForeignOriginError             foreign_origin
    │   ├── AnalysisNotFoundError          analysis_not_found
    │   ├── HeatmapNotAvailableError       heatmap_not_available
    │   ├── ReportNotFoundError            report_not_found
    │   ├── ImageNotKeptError              image_not_kept
    │   ├── IdempotencyMismatchError       idempotency_mismatch
    │   ├── IdempotencyInFlightError       idempotency_in_flight
    │   └── TooManyRequestsError           too_many_requests
    ├── RecordsError                       the store cannot take or give a row
    │   ├── QueueFullError                 queue_full
    │   ├── StorageFullError               storage_full
    │   └── RecordsUnavailableError        records_unavailable
    ├── BundleError                        a model folder cannot be trusted
    │   ├── BundleMissingError             bundle_missing
    │   ├── BundleInvalidError             bundle_invalid
    │   └── BundleChecksumError            bundle_checksum
    ├── EngineError                        no answer may be given
    │   ├── ModelUnavailableError          model_unavailable
    │   ├── ModelOutputInvalidError        model_output_invalid
    │   ├── AnalysisPoisonedError          analysis_poisoned
    │   ├── AnalysisExpiredError           analysis_expired
    │   └── InternalError                  internal_error
    ├── ManifestError                      a list of images cannot be used
    │   ├── ManifestUnreadableError        manifest_unreadable
    │   ├── ManifestColumnMissingError     manifest_column_missing
    │   ├── LabelsUnreadableError          labels_unreadable
    │   ├── LabelUnknownError              label_unknown
    │   └── NoCaseError                    no_case
    └── RecipeError                        a training run cannot start
        ├── DataSetMissingError            data_set_missing
        ├── RecipeInvalidError             recipe_invalid
        │   └── RunNotFinishedError        run_not_finished
        └── SeedsFailedError               seeds_failed

A class is a stable `code` (the key of its sentences in `locales/`), a `kind`
(mapped once to HTTP statuses and exit codes) and the facts given to it. Facts
are numbers and words of raiox: never a file name, a tag's value or a trace.
"""

from enum import StrEnum
from typing import ClassVar

Fact = str | int | float


class ErrorKind(StrEnum):
    """Whose turn it is: the caller's (first three) or the house's."""

    INVALID_INPUT = "invalid_input"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class RaioxError(Exception):
    """A deliberate refusal: a code, a kind and the facts, without sentences."""

    code: ClassVar[str] = "internal_error"
    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL

    def __init__(self, **facts: Fact) -> None:
        self.facts: dict[str, Fact] = facts
        super().__init__(self.code, facts)

    def __reduce__(self) -> tuple[object, ...]:
        """Cross a process border whole: exceptions with keywords do not by default."""
        return (_rebuild, (type(self), self.facts))

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({told})"


def _rebuild(error: type[RaioxError], facts: dict[str, Fact]) -> RaioxError:
    return error(**facts)


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
    """The content is no image format we know of."""

    code = "not_an_image"


class UnsupportedFormatError(IntakeError):
    """An image, in a format that is not read (`format`)."""

    code = "unsupported_format"


class UnsupportedTransferSyntaxError(IntakeError):
    """DICOM in an encoding that is not read (`uid`)."""

    code = "unsupported_transfer_syntax"


class CorruptImageError(IntakeError):
    """The decoder contradicts the file."""

    code = "corrupt_image"


class TruncatedImageError(IntakeError):
    """The file ends before its pixels do."""

    code = "truncated_image"


class NoPixelDataError(IntakeError):
    """DICOM without pixels."""

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


class RequestError(RaioxError):
    """The question itself is wrong."""

    kind = ErrorKind.INVALID_INPUT


class MalformedRequestError(RequestError):
    """The request breaks HTTP, multipart or the API's own rules (`part`)."""

    code = "malformed_request"


class RequestTooSlowError(RequestError):
    """The request did not arrive within `limit_s`."""

    code = "request_too_slow"


class UnknownRouteError(RequestError):
    """There is nothing at this address."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND


class MethodNotAllowedError(RequestError):
    """The address exists, the method does not."""

    code = "method_not_allowed"


class ForeignOriginError(RequestError):
    """A page of another site asked for a change."""

    code = "foreign_origin"


class AnalysisNotFoundError(RequestError):
    """No such analysis in this session."""

    code = "analysis_not_found"
    kind = ErrorKind.NOT_FOUND


class HeatmapNotAvailableError(RequestError):
    """This analysis has no heatmap (refused or unfinished)."""

    code = "heatmap_not_available"
    kind = ErrorKind.NOT_FOUND


class ReportNotFoundError(RequestError):
    """The bundle that answers carries no report."""

    code = "report_not_found"
    kind = ErrorKind.NOT_FOUND


class ImageNotKeptError(RequestError):
    """The image's time is over, or it was never kept; the result stays."""

    code = "image_not_kept"
    kind = ErrorKind.NOT_FOUND


class IdempotencyMismatchError(RequestError):
    """The key was used with other content."""

    code = "idempotency_mismatch"


class IdempotencyInFlightError(RequestError):
    """The first request of this key still runs."""

    code = "idempotency_in_flight"
    kind = ErrorKind.CONFLICT


class TooManyRequestsError(RequestError):
    """The session asked too often (`retry_after_s`)."""

    code = "too_many_requests"
    kind = ErrorKind.UNAVAILABLE


class RecordsError(RaioxError):
    """The store cannot take or give a row."""

    kind = ErrorKind.UNAVAILABLE


class QueueFullError(RecordsError):
    """As many analyses wait as may wait (`retry_after_s`)."""

    code = "queue_full"


class StorageFullError(RecordsError):
    """No space is left for the row or its file."""

    code = "storage_full"


class RecordsUnavailableError(RecordsError):
    """The database is locked or gone (`retry_after_s`)."""

    code = "records_unavailable"


class BundleError(RaioxError):
    """A model folder cannot be trusted."""

    kind = ErrorKind.UNAVAILABLE


class BundleMissingError(BundleError):
    """The folder or one of its files is not there (`bundle`)."""

    code = "bundle_missing"


class BundleInvalidError(BundleError):
    """The manifest is not one (`bundle`, `reason`)."""

    code = "bundle_invalid"


class BundleChecksumError(BundleError):
    """A file is not the one the manifest names (`bundle`, `file`)."""

    code = "bundle_checksum"


class EngineError(RaioxError):
    """No answer may be given."""

    kind = ErrorKind.INTERNAL


class ModelUnavailableError(EngineError):
    """No verified model is loaded."""

    code = "model_unavailable"
    kind = ErrorKind.UNAVAILABLE


class ModelOutputInvalidError(EngineError):
    """The network answered NaN, infinity or another shape."""

    code = "model_output_invalid"


class AnalysisPoisonedError(EngineError):
    """The analysis broke its worker on every attempt (`attempts`)."""

    code = "analysis_poisoned"


class AnalysisExpiredError(EngineError):
    """The analysis waited longer than `limit_s` and was not run."""

    code = "analysis_expired"
    kind = ErrorKind.UNAVAILABLE


class InternalError(EngineError):
    """A mistake of ours; its trace is in the log under `request_id`."""

    code = "internal_error"


class ManifestError(RaioxError):
    """A list of images cannot be used."""

    kind = ErrorKind.INVALID_INPUT


class ManifestUnreadableError(ManifestError):
    """It is not there, or no CSV in UTF-8 (`reason`)."""

    code = "manifest_unreadable"


class ManifestColumnMissingError(ManifestError):
    """It lacks a `column` that was asked for."""

    code = "manifest_column_missing"


class LabelsUnreadableError(ManifestError):
    """A file that tells what labels mean here cannot be read (`reason`)."""

    code = "labels_unreadable"


class LabelUnknownError(ManifestError):
    """Labels that no output answers and no file translates (`n_labels`, `n_images`, `known`)."""

    code = "label_unknown"


class NoCaseError(ManifestError):
    """There is no labelled image to measure on."""

    code = "no_case"


class RecipeError(RaioxError):
    """A training run cannot start."""

    kind = ErrorKind.INVALID_INPUT


class DataSetMissingError(RecipeError):
    """`RAIOX_DATA` names no data set."""

    code = "data_set_missing"


class RecipeInvalidError(RecipeError):
    """The recipe contradicts itself (`reason`)."""

    code = "recipe_invalid"


class RunNotFinishedError(RecipeInvalidError):
    """A run that is built on or exported is not there whole (`recipe`, `run`)."""

    code = "run_not_finished"


class SeedsFailedError(RecipeError):
    """Trainings of a series ended by themselves (`recipe`, `seeds`, and `log` of the first)."""

    code = "seeds_failed"
    kind = ErrorKind.INTERNAL
