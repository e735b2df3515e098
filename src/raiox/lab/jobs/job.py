"""What a job is, and what runs jobs.

A job is a process of its own that leaves its result in files, whole or not at all, and that
may be begun again at any time. So whoever runs jobs needs to know nothing of what they do.
"""

import subprocess
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Protocol

N_RETRIES: Final = 3
"""How often a job is begun again that was killed from outside: a lost host, no memory."""
N_LAST_BYTES: Final = 2_000


@dataclass(frozen=True)
class Job:
    """One process."""

    number: int
    """Names it among those that run together."""
    command: tuple[str, ...]
    log: Path | None = None
    """File that what it prints is added to; only the end is kept where there is none."""
    n_threads: int = 1
    n_gpus: float = 0.0
    """As much of a GPU as it may have, where something shares them out."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beside the variables of the runner."""


@dataclass(frozen=True)
class Failure:
    """A job that ended by itself, and not well."""

    number: int
    output: str
    """The end of what it printed."""


@dataclass(frozen=True)
class Progress:
    """How far jobs are; by their numbers."""

    running: Sequence[int]
    ended: Sequence[int] = ()
    """Since the last time, well or not."""
    failures: Sequence[Failure] = ()
    """Of those that ended."""


class Runner(Protocol):
    """Something that runs jobs, on this machine or elsewhere."""

    def share(self, n_threads: int) -> int:
        """Threads of each job, where one alone would have so many."""
        ...

    def run(self, jobs: Sequence[Job]) -> Generator[Progress, None, None]:
        """Run jobs until all have ended; says about once a second how far they are.

        One that fails does not stop the others. One that is killed from outside is begun again,
        `N_RETRIES` times at most. Whoever closes this early ends those that run.
        """
        ...


class RunningJob:
    """A process, and what it prints."""

    def __init__(self, job: Job, process: "subprocess.Popen[bytes]", output: IO[bytes]) -> None:
        self.job, self.process, self._output = job, process, output

    def failure(self) -> Failure:
        """What is left of a job that has ended."""
        self._output.seek(max(0, self._output.seek(0, 2) - N_LAST_BYTES))
        return Failure(self.job.number, self._output.read().decode("utf-8", "replace"))


@contextmanager
def started(job: Job, environment: Mapping[str, str]) -> Iterator[RunningJob]:
    """A job's process; killed on the way out if it still runs.

    Args:
        environment: of the runner.
    """
    with ExitStack() as stack:
        if job.log is None:
            output: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())
        else:
            job.log.parent.mkdir(parents=True, exist_ok=True)
            output = stack.enter_context(job.log.open("ab+"))
        process = stack.enter_context(
            subprocess.Popen(
                job.command,
                stdin=subprocess.PIPE,  # never written to: it closes when the runner ends
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environment, **job.environment},
                start_new_session=True,
            )
        )
        stack.callback(process.kill)
        yield RunningJob(job, process, output)
