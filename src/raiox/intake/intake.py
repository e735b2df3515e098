"""The room's one door: bytes in, a radiograph or a refusal out.

`pydantic` settings are named for the type checker only: decoder processes pass
through this file and need none.
"""

import hashlib
from dataclasses import MISSING, fields
from types import TracebackType
from typing import TYPE_CHECKING, Self

from raiox.entities import Radiograph
from raiox.intake.decode import ALL_CODECS, HEIF_CODEC, PICTURE_CODECS
from raiox.intake.decoder_versions import require_decoders
from raiox.intake.errors import UnsupportedFormatError, UploadTooLargeError
from raiox.intake.formats import RASTERS
from raiox.intake.formats.heif import HEIF, HEIF_IN_ZIP
from raiox.intake.formats.zip import ZIP
from raiox.intake.sandbox.client import Sandbox, names, too_weak
from raiox.intake.sandbox.confinement import REQUIRED
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits
from raiox.intake.sniff import sniff

if TYPE_CHECKING:
    from raiox.settings import IntakeSettings


class Intake:
    """Reads uploads, from any number of threads; close it, or use it as a context."""

    def __init__(self, settings: "IntakeSettings") -> None:
        """Start the decoder processes of pictures, without waiting for them.

        Those of DICOM and archives are twice as large, and start with the first such file.

        Raises:
            DecoderOutdatedError: a decoder is installed that has known holes.
        """
        require_decoders()
        self._max_bytes = settings.max_upload_bytes
        self._confinement = settings.confinement
        limits = {
            limit.name: getattr(settings, limit.name)
            for limit in fields(DecodeLimits)
            if limit.default is MISSING
        }
        self._pictures, self._others, self._photographs = (
            Sandbox(
                DecodeLimits(**limits, starts_threads=codecs == HEIF_CODEC),
                settings.n_decoders,
                codecs=codecs,
                allow_breaches=settings.confinement == "any",
                start=codecs == PICTURE_CODECS,
            )
            for codecs in (PICTURE_CODECS, ALL_CODECS, HEIF_CODEC)
        )

    def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
        """Turn the bytes of one file into a radiograph; the same bytes, the same pixels.

        Args:
            sha256: of `content`, hexadecimal, from a caller that has computed it already.

        Raises:
            IntakeError: of the class that says why it cannot be.
            InternalError: no decoder process can be started.
        """
        if len(content) > self._max_bytes:
            raise UploadTooLargeError(max_bytes=self._max_bytes)
        source_format = sniff(content)
        decoded = self._decode(source_format, content)
        sha256 = sha256 or hashlib.sha256(content).hexdigest()
        return Radiograph(
            decoded.pixels,
            sha256,
            source_format,
            decoded.notes,
            decoded.pixel_spacing_mm,
            decoded.values,
        )

    def require_confinement(self) -> None:
        """Wait for the decoder processes to be ready and confined.

        Raises:
            SandboxTooWeakError: one could get out, or a required layer is missing, and that is
                not allowed.
            InternalError: no decoder process can be started.
        """
        breaches, missing = self._pictures.weaknesses()
        lacks_layer = self._confinement == "all_layers" and missing & REQUIRED
        if self._confinement != "any" and (breaches or lacks_layer):
            raise too_weak(breaches, missing)

    def weaknesses(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a decoder process could still reach, and which layers this machine lacks.

        Raises:
            InternalError: no decoder process can be started.
        """
        breaches, missing = self._pictures.weaknesses()
        return names(breaches), names(missing)

    def _decode(self, source_format: str, content: bytes) -> Decoded:
        try:
            return self._sandbox_for(source_format).decode(source_format, content)
        except UnsupportedFormatError as error:
            is_archived = source_format == ZIP.id and error.facts.get("format") == HEIF.name
            if not (is_archived and HEIF.is_installed):
                raise
        return self._photographs.decode(HEIF_IN_ZIP, content)

    def _sandbox_for(self, source_format: str) -> Sandbox:
        if source_format == HEIF.id:
            return self._photographs
        return self._pictures if source_format in RASTERS else self._others

    def close(self) -> None:
        """End every decoder process."""
        self._pictures.close()
        self._others.close()
        self._photographs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
