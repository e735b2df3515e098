"""Why a row cannot be stored or found."""

from raiox.errors import ErrorKind, RaioxError


class RecordsError(RaioxError):
    """The database or the image store cannot take or return anything now."""

    kind = ErrorKind.UNAVAILABLE


class QueueFullError(RecordsError):
    """The queue has reached its limit (`retry_after_s`)."""

    code = "queue_full"


class StorageFullError(RecordsError):
    """No space is left for the row or its file."""

    code = "storage_full"


class RecordsUnavailableError(RecordsError):
    """The database is locked or unreachable (`retry_after_s`)."""

    code = "records_unavailable"


class CommitUnknownError(RecordsUnavailableError):
    """The database was lost while it stored something, which it may have done (`retry_after_s`)."""

    code = "commit_unknown"


class DatabaseUnsupportedError(RecordsError):
    """The URL of the database names a `driver` that raiox does not use."""

    code = "database_unsupported"
    kind = ErrorKind.INVALID_INPUT


class DriverMissingError(RecordsError):
    """What the settings name needs packages of an `extra` that is not installed."""

    code = "driver_missing"
    kind = ErrorKind.INVALID_INPUT


class RecordsDamagedError(RecordsError):
    """The database file is damaged and has to be restored."""

    code = "records_damaged"


class StorageQuotaError(RecordsError):
    """The images of a session or address take all the space they may (`max_megapixels`)."""

    code = "storage_quota_reached"


class AnalysisExpiredError(RecordsError):
    """The analysis waited longer than `limit_s` and was not run."""

    code = "analysis_expired"


class AnalysisNotFoundError(RaioxError):
    """This owner has no such analysis."""

    code = "analysis_not_found"
    kind = ErrorKind.NOT_FOUND


class ShareNotFoundError(RaioxError):
    """A secret link is wrong, over or taken back."""

    code = "share_not_found"
    kind = ErrorKind.NOT_FOUND


class IdempotencyMismatchError(RaioxError):
    """The idempotency key was used before with other content."""

    code = "idempotency_mismatch"
    kind = ErrorKind.INVALID_INPUT


class InvalidCursorError(RaioxError):
    """The cursor of a history page was not issued by this service."""

    code = "invalid_cursor"
    kind = ErrorKind.INVALID_INPUT


class BackupError(RaioxError):
    """A copy of the records cannot be made or brought back."""

    kind = ErrorKind.INVALID_INPUT


class BackupNotPossibleError(BackupError):
    """The records lie in no SQLite database at `path`."""

    code = "backup_not_possible"


class BackupInvalidError(BackupError):
    """The copy at `path` is not what was sealed, beginning with `file`."""

    code = "backup_invalid"


class TargetNotEmptyError(BackupError):
    """The folder `path` holds something, which would be mixed with the copy."""

    code = "target_not_empty"


class ApiKeyNotFoundError(RaioxError):
    """No valid key of the API has this `id`."""

    code = "api_key_not_found"
    kind = ErrorKind.NOT_FOUND
