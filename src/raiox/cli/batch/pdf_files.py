"""A page of A4 for each image, under a name that every file system takes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.file_names import file_name
from raiox.entities import EngineResult
from raiox.pdf import Evaluation, Printed, write_pdf
from raiox.result import AnalysisDocument
from raiox.vocabulary import Language


@dataclass(frozen=True, slots=True)
class PdfFolder:
    """Where pages go, and what they say of the classifier."""

    folder: Path
    language: Language
    evaluation: Evaluation

    def write(self, item: Analysed, document: AnalysisDocument) -> str:
        """The absolute path of the page of one image."""
        prediction = item.result.prediction if isinstance(item.result, EngineResult) else None
        printed = Printed(
            document=document,
            analysed_at=datetime.now(UTC),
            evaluation=self.evaluation,
            pixels=item.radiograph.pixels if item.radiograph else None,
            activation_maps=prediction.activation_maps if prediction else None,
            lungs=prediction.lungs if prediction else None,
        )
        file = self.folder / file_name(item.file, item.sha256, ".pdf")
        file.write_bytes(write_pdf(printed, self.language))
        return str(file.absolute())
