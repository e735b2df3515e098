"""How much space the images of one owner may take."""

from typing import Final

from sqlalchemy import Connection, case, func, select

from raiox.records.errors import StorageQuotaError
from raiox.records.retention import HOUR_S
from raiox.records.rows import WEIGHT_WITH_VALUES
from raiox.records.tables import analyses
from raiox.settings import RecordsSettings

PIXELS_PER_MEGAPIXEL: Final = 1_000_000


def require_space(
    connection: Connection, owner: str, settings: RecordsSettings, now: float
) -> None:
    """Raises: StorageQuotaError."""
    columns, most = analyses.c, settings.max_megapixels
    n_pixels = columns.width_px * columns.height_px
    weight = case((columns.value_scale.is_(None), 1), else_=WEIGHT_WITH_VALUES)
    kept = select(func.sum(n_pixels * weight)).where(
        columns.owner == owner,
        columns.created_at > now - settings.keep_images_h * HOUR_S,
        columns.has_image,
    )
    if (connection.scalar(kept) or 0) >= most * PIXELS_PER_MEGAPIXEL:
        raise StorageQuotaError(max_megapixels=most)
