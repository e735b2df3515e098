"""Work that begins while a command still imports the rest of what it needs."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Begun(Generic[T]):
    """Work that has begun in another thread: the first call gets its result, later ones do it anew."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        pool = ThreadPoolExecutor(1)
        self._first: Future[T] | None = pool.submit(work)
        pool.shutdown(wait=False)

    def __call__(self) -> T:
        """The result; raises what the work raised."""
        first, self._first = self._first, None
        return first.result() if first else self._work()
