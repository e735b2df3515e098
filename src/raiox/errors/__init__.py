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

from raiox.errors.base import (
    ErrorKind,
    Fact,
    RaioxError,
)
from raiox.errors.bundles import (
    BundleChecksumError,
    BundleError,
    BundleInvalidError,
    BundleMissingError,
)
from raiox.errors.evaluation import (
    LabelsUnreadableError,
    LabelUnknownError,
    ManifestColumnMissingError,
    ManifestError,
    ManifestUnreadableError,
    NoCaseError,
)
from raiox.errors.intake import (
    BadGeometryError,
    CorruptImageError,
    DecoderCrashedError,
    DecodeTooSlowError,
    EmptyUploadError,
    IntakeError,
    MultiFrameError,
    NoPixelDataError,
    NotAnImageError,
    NotARadiographError,
    TooFewPixelsError,
    TooLargeInflatedError,
    TooManyPixelsError,
    TruncatedImageError,
    UnreadableFileError,
    UnsupportedFormatError,
    UnsupportedTransferSyntaxError,
    UploadTooLargeError,
)
from raiox.errors.requests import (
    AnalysisNotFoundError,
    ForeignOriginError,
    HeatmapNotAvailableError,
    IdempotencyInFlightError,
    IdempotencyMismatchError,
    ImageNotKeptError,
    MalformedRequestError,
    MethodNotAllowedError,
    ReportNotFoundError,
    RequestError,
    RequestTooSlowError,
    TooManyRequestsError,
    UnknownRouteError,
)
from raiox.errors.service import (
    AnalysisExpiredError,
    AnalysisPoisonedError,
    EngineError,
    InternalError,
    ModelOutputInvalidError,
    ModelUnavailableError,
    QueueFullError,
    RecordsError,
    RecordsUnavailableError,
    StorageFullError,
)
from raiox.errors.training import (
    DataSetMissingError,
    RecipeError,
    RecipeInvalidError,
    RunNotFinishedError,
    SeedsFailedError,
)

__all__ = [
    "AnalysisExpiredError",
    "AnalysisNotFoundError",
    "AnalysisPoisonedError",
    "BadGeometryError",
    "BundleChecksumError",
    "BundleError",
    "BundleInvalidError",
    "BundleMissingError",
    "CorruptImageError",
    "DataSetMissingError",
    "DecodeTooSlowError",
    "DecoderCrashedError",
    "EmptyUploadError",
    "EngineError",
    "ErrorKind",
    "Fact",
    "ForeignOriginError",
    "HeatmapNotAvailableError",
    "IdempotencyInFlightError",
    "IdempotencyMismatchError",
    "ImageNotKeptError",
    "IntakeError",
    "InternalError",
    "LabelUnknownError",
    "LabelsUnreadableError",
    "MalformedRequestError",
    "ManifestColumnMissingError",
    "ManifestError",
    "ManifestUnreadableError",
    "MethodNotAllowedError",
    "ModelOutputInvalidError",
    "ModelUnavailableError",
    "MultiFrameError",
    "NoCaseError",
    "NoPixelDataError",
    "NotARadiographError",
    "NotAnImageError",
    "QueueFullError",
    "RaioxError",
    "RecipeError",
    "RecipeInvalidError",
    "RecordsError",
    "RecordsUnavailableError",
    "ReportNotFoundError",
    "RequestError",
    "RequestTooSlowError",
    "RunNotFinishedError",
    "SeedsFailedError",
    "StorageFullError",
    "TooFewPixelsError",
    "TooLargeInflatedError",
    "TooManyPixelsError",
    "TooManyRequestsError",
    "TruncatedImageError",
    "UnknownRouteError",
    "UnreadableFileError",
    "UnsupportedFormatError",
    "UnsupportedTransferSyntaxError",
    "UploadTooLargeError",
]
