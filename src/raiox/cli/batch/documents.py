"""The document of one file: what the API would say of it, with the paths of this machine."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, SkipValidation

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.heatmap_files import write_heatmaps
from raiox.errors import InternalError, RaioxError
from raiox.result import AnalysisDocument, AnalysisResult, LungOcclusionDocument
from raiox.vocabulary import AnalysisState

if TYPE_CHECKING:
    from raiox.cli.batch.pdf_files import PdfFolder

N_ID_DIGITS = 32
"""Digits of the sha256 that name an analysis without a service."""


class FileDocument(AnalysisDocument):
    """The document of one file.

    Names of files may hold bytes that are no text (as surrogates, PEP 383), which pydantic would
    refuse: paths are not validated.
    """

    path: SkipValidation[str] = Field(description="Absolute, or `-` for standard input.")
    maps: SkipValidation[dict[str, str] | None] = Field(
        None, description="Absolute path of each finding's heatmap."
    )

    pdf: SkipValidation[str | None] = Field(
        None, description="With `--pdf`: absolute path of its page."
    )
    shortcuts: LungOcclusionDocument | None = Field(
        None, description="With `--shortcuts`: what is left of the scores with the lungs hidden."
    )

    def to_json(self) -> bytes:
        """One line of JSON; bytes of a path that are no text become escapes, which JSON allows.

        It begins with the id and the state, by which such lines are recognised.
        """
        body = self.model_dump(mode="json")
        first = {key: body.pop(key) for key in ("id", "state", "path")}
        line = json.dumps(first | body, ensure_ascii=False) + "\n"
        return line.encode("utf-8", "backslashreplace")


def describe_file(
    item: Analysed, heatmaps: Path | None, pdf: "PdfFolder | None" = None
) -> FileDocument:
    """The document of a file that was analysed or failed.

    Args:
        heatmaps: folder that its heatmaps are written to, if any.
        pdf: folder that the page of an analysed file is written to, if any.
    """
    result, maps = item.result, None
    if result is None or isinstance(result, RaioxError):
        body, state = AnalysisResult.failed(result or InternalError()), AnalysisState.FAILED
    else:
        body, state = AnalysisResult.of(result), AnalysisState.DONE
        if heatmaps is not None and result.prediction is not None:
            maps = write_heatmaps(heatmaps, item.file, item.sha256, result.prediction, item.size_px)
    document = FileDocument(
        **dict(body),
        id=item.sha256[:N_ID_DIGITS],
        state=state,
        sha256=item.sha256,
        notes=item.notes,
        maps=maps,
        path=str(item.file),
        shortcuts=LungOcclusionDocument.of(item.occlusion) if item.occlusion else None,
    )
    if pdf is None or state is not AnalysisState.DONE:
        return document
    return document.model_copy(update={"pdf": pdf.write(item, document)})
