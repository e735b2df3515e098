"""How much space the images of one owner may take."""

from typing import Final

from sqlalchemy import Connection, bindparam, case, func, select

from raiox.records.errors import StorageQuotaError
from raiox.records.retention import HOUR_S
from raiox.records.rows import WEIGHT_WITH_VALUES
from raiox.records.tables import analyses
from raiox.settings import RecordsSettings

PIXELS_PER_MEGAPIXEL: Final = 1_000_000


_columns = analyses.c
_KEPT_PIXELS: Final = select(
    func.sum(
        _columns.width_px
        * _columns.height_px
        * case((_columns.value_scale.is_(None), 1), else_=WEIGHT_WITH_VALUES)
    )
).where(
    _columns.owner == bindparam("of_owner"),
    _columns.created_at > bindparam("since"),
    _columns.has_image,
)


def require_space(
    connection: Connection, owner: str, settings: RecordsSettings, now: float
) -> None:
    """Raises: StorageQuotaError."""
    most, since = settings.max_megapixels, now - settings.keep_images_h * HOUR_S
    kept = connection.scalar(_KEPT_PIXELS, {"of_owner": owner, "since": since})
    if (kept or 0) >= most * PIXELS_PER_MEGAPIXEL:
        raise StorageQuotaError(max_megapixels=most)
