"""A runner that trains seeds on this machine, a few at a time, each in its own process.

A process owns its terminal output (`log.txt` of its run folder) and a share of the
threads. Processes are ended by their runner, not by the terminal: Ctrl-C reaches the
runner alone, which ends them; if the runner is killed they end by themselves.
"""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from raiox.lab.errors import SeedsFailedError
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.repeats import Watch
from raiox.lab.training.runs.seed_process import command

LOG_FILE = "log.txt"
POLL_S = 1.0

Command = Callable[[Recipe, TrainingContext, int], list[str]]
"""What starts the process of one seed."""


class LocalRunner:
    """Up to `n_jobs` seeds at a time; a seed that fails does not stop the others."""

    def __init__(self, n_jobs: int = 1, command: Command = command) -> None:
        self.n_jobs, self.command = n_jobs, command

    def run(
        self, recipe: Recipe, context: TrainingContext, seeds: Sequence[int], watch: Watch
    ) -> None:
        """Train seeds; returns when all have ended (`Runner.run`)."""
        share = replace(context, n_threads=max(1, context.n_threads // self.n_jobs))
        waiting, failed = list(seeds), []
        with ExitStack() as running_out:
            running: dict[int, subprocess.Popen[bytes]] = {}
            while waiting or running:
                while waiting and len(running) < self.n_jobs:
                    seed = waiting.pop(0)
                    running[seed] = running_out.enter_context(self._started(recipe, share, seed))
                watch(list(running))
                time.sleep(POLL_S)
                ended = [seed for seed, process in running.items() if process.poll() is not None]
                failed += [seed for seed in ended if running.pop(seed).returncode]
        if failed:
            log = f"{context.run_folder(recipe.name, failed[0]).name}/{LOG_FILE}"
            seeds_failed = ", ".join(map(str, failed))
            raise SeedsFailedError(recipe=recipe.name, seeds=seeds_failed, log=log)

    @contextmanager
    def _started(
        self, recipe: Recipe, context: TrainingContext, seed: int
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """A seed's process; killed on the way out if it still runs."""
        folder = context.run_folder(recipe.name, seed)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG_FILE).open("ab") as log:
            process = subprocess.Popen(
                self.command(recipe, context, seed),
                stdin=subprocess.PIPE,  # never written to: it closes when this process ends
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with process:
            try:
                yield process
            finally:
                process.kill()
