"""What a stage logs as it trains: learning curves, time left, time spent waiting for images."""

import json
import time
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers.logger import Logger

from raiox.lab.training.fit.atomic_files import first_process_only


class JsonLines(Logger):
    """`curves.jsonl` of one stage, one line each time metrics are logged; a resumed run appends."""

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
        """Do nothing: the recipe lies beside the curves."""
        del params

    @first_process_only
    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Append one line."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **metrics}) + "\n")


class TimeLeft(Callback):
    """Shows how many minutes the whole stage still takes, beside the progress bar of the epoch."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._n_before = 0

    def on_train_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Measure a resumed stage from where it continues."""
        del module
        self._began, self._n_before = time.monotonic(), trainer.current_epoch

    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Log an upper bound: a stage may end early."""
        n_done = trainer.current_epoch + 1 - self._n_before
        n_left = (trainer.max_epochs or 0) - trainer.current_epoch - 1
        minutes = (time.monotonic() - self._began) / n_done * n_left / 60
        module.log("minutes_left", minutes, prog_bar=True, logger=False)


class LoaderShare(Callback):
    """Logs `loader_share`: the share of an epoch in which the network waited for images."""

    def __init__(self) -> None:
        self._waited = self._busy = 0.0
        self._mark = time.perf_counter()

    def on_train_epoch_start(self, *_: Any) -> None:
        """Reset the sums of the last epoch."""
        self._waited = self._busy = 0.0
        self._mark = time.perf_counter()

    def on_train_batch_start(self, *_: Any) -> None:
        """Count the time since the last batch as waiting."""
        now = time.perf_counter()
        self._waited, self._mark = self._waited + now - self._mark, now

    def on_train_batch_end(self, *_: Any) -> None:
        """Count the time since the start of the batch as computing."""
        now = time.perf_counter()
        self._busy, self._mark = self._busy + now - self._mark, now

    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Log the share."""
        del trainer
        module.log("loader_share", self._waited / (self._waited + self._busy))
