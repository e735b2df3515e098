"""Jobs on this machine, a few at a time.

Processes are ended by their runner, not by the terminal: Ctrl-C reaches the runner alone, which
ends them; if the runner is killed they end by themselves.
"""

import os
import time
from collections import Counter
from collections.abc import Collection, Generator, Sequence
from contextlib import ExitStack
from typing import Final

from raiox.lab.jobs.job import N_RETRIES, Job, Progress, RunningJob, started

POLL_S: Final = 0.2
POLLS_PER_LOOK: Final = 5


class LocalRunner:
    """Up to `n_jobs` at a time."""

    def __init__(self, n_jobs: int = 1) -> None:
        self.n_jobs = n_jobs

    def share(self, n_threads: int) -> int:
        """They share the threads."""
        return max(1, n_threads // self.n_jobs)

    def run(self, jobs: Sequence[Job]) -> Generator[Progress, None, None]:
        """Run them in order (`Runner.run`)."""
        waiting = list(reversed(jobs))
        n_killed: Counter[int] = Counter()
        running: dict[int, tuple[RunningJob, ExitStack]] = {}
        with ExitStack() as all_running:
            while waiting or running:
                while waiting and len(running) < self.n_jobs:
                    job, stack = waiting.pop(), all_running.enter_context(ExitStack())
                    running[job.number] = stack.enter_context(started(job, os.environ)), stack
                ended, failures = [], []
                for one, stack in _ended(running.values()):
                    with stack:
                        number, status = one.job.number, one.process.returncode
                        del running[number]
                        if status < 0 and n_killed[number] < N_RETRIES:
                            n_killed[number] += 1
                            waiting.append(one.job)
                            continue
                        ended.append(number)
                        failures += [one.failure()] if status else []
                yield Progress(list(running), ended, failures)


def _ended(running: Collection[tuple[RunningJob, ExitStack]]) -> list[tuple[RunningJob, ExitStack]]:
    """Those that have ended; looks for a second while there is none."""
    for _ in range(POLLS_PER_LOOK):
        ended = [one for one in running if one[0].process.poll() is not None]
        if ended:
            return ended
        time.sleep(POLL_S)
    return []
