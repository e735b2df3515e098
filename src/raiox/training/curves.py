"""What is written down while a run goes on: its curves, and how long it waited for images."""

import json
import time
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers.logger import Logger


class JsonLines(Logger):
    """`curves.jsonl` of one stage, a line for each time figures were logged; a resume appends."""

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


class LoaderShare(Callback):
    """Logs `loader_share`: the part of an epoch's time in which the network waited for images."""

    def __init__(self) -> None:
        self._waited = self._busy = 0.0
        self._mark = time.perf_counter()

    def on_train_epoch_start(self, *_: Any) -> None:
        """Begin anew."""
        self._waited = self._busy = 0.0
        self._mark = time.perf_counter()

    def on_train_batch_start(self, *_: Any) -> None:
        """What passed since the last batch was waiting."""
        now = time.perf_counter()
        self._waited, self._mark = self._waited + now - self._mark, now

    def on_train_batch_end(self, *_: Any) -> None:
        """What passed since its start was computing."""
        now = time.perf_counter()
        self._busy, self._mark = self._busy + now - self._mark, now

    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Log the share."""
        del trainer
        module.log("loader_share", self._waited / (self._waited + self._busy))
