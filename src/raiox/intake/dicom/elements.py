"""The values of a data set's elements, read from their bytes without a second opinion.

Files that show well everywhere hold decimal commas, brackets, empty values and
wrong VRs. So a value is read as what its bytes can be, or it is absent; nothing
here fails. Only elements that decoding needs are ever kept, and no value of one
leaves the decoder process but words of the Standard
and the size of a pixel. Source: DICOM PS3.5, 6.2.
"""

import math
import re
from typing import Final

import numpy as np
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from raiox.intake.dicom.encoding import Encoding

BINARY: Final = {
    "US": "u2", "SS": "i2", "UL": "u4", "SL": "i4", "FL": "f4", "FD": "f8", "UV": "u8", "SV": "i8",
    "OW": "u2",
}  # fmt: skip
"""The VRs whose numbers are not text, with their types."""
NUMBER: Final = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
PADDING: Final = " \0\t\r\n"
DECORATION: Final = PADDING + "[](){}\"'"


class Elements:
    """Lenient access to the elements of one data set or item."""

    def __init__(self, dataset: Dataset, encoding: Encoding) -> None:
        self._dataset = dataset
        self._order = "<" if encoding.is_little_endian else ">"
        self._encoding = encoding
        self.repaired: set[str] = set()
        """Keywords whose value was mended, or could not be read at all."""

    @property
    def is_little_endian(self) -> bool:
        """The byte order of `data`."""
        return self._encoding.is_little_endian

    def data(self, keyword: str) -> bytes:
        """The bytes of an element; none where it is absent."""
        element = self._dataset.get_item(Tag(keyword)) if Tag(keyword) in self._dataset else None
        value = element.value if isinstance(element, RawDataElement) else None
        return value if isinstance(value, bytes) else b""

    def items(self, keyword: str) -> list["Elements"]:
        """The items of a sequence; none where it is absent or is not one."""
        value = self._dataset.get(keyword)
        items = value if isinstance(value, list | tuple) or hasattr(value, "__iter__") else ()
        return [Elements(item, self._encoding) for item in items if isinstance(item, Dataset)]

    def words(self, keyword: str) -> list[str]:
        """The values of a text element, upper case, without blanks around them."""
        text = self.data(keyword).decode("ascii", errors="replace")
        return [word for part in text.split("\\") if (word := part.strip(PADDING).upper())]

    def word(self, keyword: str) -> str:
        """The first of `words`, else nothing."""
        return next(iter(self.words(keyword)), "")

    def numbers(self, keyword: str, *, is_signed: bool = False) -> list[float | None]:
        """The values of an element; nothing for one that is empty or no number.

        Args:
            keyword: of a number, binary or in text.
            is_signed: how `US or SS` is to be read (PS3.3, C.7.6.3.1: by PixelRepresentation).
        """
        data = self.data(keyword)
        code = BINARY.get(self._vr(keyword, is_signed=is_signed))
        if code is None:
            texts = data.decode("ascii", errors="replace").split("\\") if data else []
            return [self._parsed(text, keyword) for text in texts]
        dtype = np.dtype(self._order + code)
        whole = data[: len(data) - len(data) % dtype.itemsize]
        values = np.frombuffer(whole, dtype).astype(np.float64)
        return [float(value) if math.isfinite(value) else None for value in values]

    def number(self, keyword: str, *, is_signed: bool = False) -> float | None:
        """The first of `numbers`, else nothing."""
        return next(iter(self.numbers(keyword, is_signed=is_signed)), None)

    def integer(self, keyword: str, *, is_signed: bool = False) -> int | None:
        """The first of `numbers`, if it is whole."""
        value = self.number(keyword, is_signed=is_signed)
        return int(value) if value is not None and value == int(value) else None

    def _vr(self, keyword: str, *, is_signed: bool) -> str:
        element = self._dataset.get_item(Tag(keyword)) if Tag(keyword) in self._dataset else None
        vr = element.VR if isinstance(element, RawDataElement) else None
        vr = str(vr) if vr not in {None, "UN", "OB"} else dictionary_VR(Tag(keyword))
        if dictionary_VR(Tag(keyword)).startswith("US or") and (
            is_signed or vr.startswith("US or")
        ):
            return "SS" if is_signed else "US"  # writers put US where the Standard wants SS
        return vr

    def _parsed(self, text: str, keyword: str) -> float | None:
        plain, bare = text.strip(PADDING), text.strip(DECORATION)
        if not plain:
            return None
        value = float(bare.replace(",", ".")) if NUMBER.fullmatch(bare) else math.inf
        if bare != plain or "," in bare or not math.isfinite(value):
            self.repaired.add(keyword)
        return value if math.isfinite(value) else None
