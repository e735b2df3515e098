"""A run's curves as JSON lines, appended to: a resumed run keeps what it had."""

import json
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers.logger import Logger


class JsonLines(Logger):
    """`curves.jsonl` of one stage: a line for each time that figures were logged."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file

    @property
    def name(self) -> str:
        """Lightning shows it in the progress bar."""
        return "curves"

    @property
    def version(self) -> str:
        """The same after a resume."""
        return ""

    def log_hyperparams(self, params: Any, *_: Any, **__: Any) -> None:
        """Nothing: the recipe lies beside the curves."""
        del params

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Append one line."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **metrics}) + "\n")
