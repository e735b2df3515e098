"""Jobs on Ray Core: on an existing cluster, or on one of this machine's own that ends with them.

A cluster of one's own listens on loopback alone, where `ray_environment` was prepared before this
is imported. Its folder is deleted when it ends.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import ray
from ray.exceptions import RayError

from raiox.lab.jobs.job import N_RETRIES, Failure, Job, Progress, started

OBJECT_STORE_BYTES: Final = 100_000_000
"""Jobs pass nothing through it; Ray takes no less than 75 MB."""
LOOK_EVERY_S: Final = 1.0


class JobKilledError(Exception):
    """The process of a job was killed from outside."""


class RayRunner:
    """As many jobs at a time as there are processors and GPUs for them."""

    def __init__(self, n_jobs: int = 1, address: str | None = None) -> None:
        """Prepare.

        Args:
            n_jobs: at a time, on a cluster of one's own.
            address: of an existing cluster, whose hosts have the same files under the same paths.
        """
        self.n_jobs, self.address = n_jobs, address

    def share(self, n_threads: int) -> int:
        """On this machine they share the threads."""
        return n_threads if self.address else max(1, n_threads // self.n_jobs)

    def run(self, jobs: Sequence[Job]) -> Generator[Progress, None, None]:
        """Run them (`Runner.run`); where a host is lost, its jobs begin again on others."""
        with _connected(self.n_jobs, self.address):
            task = ray.remote(max_retries=N_RETRIES, retry_exceptions=[JobKilledError])(_execute)
            waiting = {
                task.options(num_cpus=self._n_cpus(job), num_gpus=job.n_gpus).remote(job): job
                for job in jobs
            }
            while waiting:
                ready, _ = ray.wait(list(waiting), timeout=LOOK_EVERY_S)
                ended = {reference: waiting.pop(reference) for reference in ready}
                yield Progress(
                    running=[job.number for job in self._first(waiting.values())],
                    ended=[job.number for job in ended.values()],
                    failures=[f for one in ended.items() if (f := _failure(*one)) is not None],
                )

    def _first(self, waiting: Iterable[Job]) -> Iterator[Job]:
        """As many as there are processors for; Ray takes them in order."""
        left = ray.cluster_resources().get("CPU", 0.0)
        for job in waiting:
            left -= self._n_cpus(job)
            if left < 0:
                return
            yield job

    def _n_cpus(self, job: Job) -> int:
        return job.n_threads if self.address else 1


@contextmanager
def _connected(n_jobs: int, address: str | None) -> Iterator[None]:
    """A connection to a cluster; one of this machine's own ends with it."""
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    # Ray puts sockets into it, whose names may have 107 bytes.
    folder = tempfile.mkdtemp(prefix="raiox-", dir="/tmp")
    try:
        if address is not None:
            ray.init(address, **quiet)
        else:
            ray.init(
                num_cpus=n_jobs,
                include_dashboard=False,
                object_store_memory=OBJECT_STORE_BYTES,
                _temp_dir=folder,
                **quiet,
            )
        yield
    finally:
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def _execute(job: Job) -> Failure | None:
    """A task: the process of one job, on whichever host it is."""
    with started(job, os.environ) as running:
        code = running.process.wait()
        if code < 0:
            raise JobKilledError(code)
        return running.failure() if code else None


def _failure(reference: "ray.ObjectRef[Failure | None]", job: Job) -> Failure | None:
    try:
        failure: Failure | None = ray.get(reference)
    except RayError as error:
        return Failure(job.number, str(error))
    return failure
