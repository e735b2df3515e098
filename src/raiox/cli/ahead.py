"""Work that begins while a command still imports the rest of what it needs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def begun(work: Callable[[], T]) -> Callable[[], T]:
    """Begin some work in another thread.

    Returns: a function that waits for it and returns its result or raises its error; when it is called
        again, it does the work anew.
    """
    pool = ThreadPoolExecutor(1)
    first = [pool.submit(work)]
    pool.shutdown(wait=False)
    return lambda: first.pop().result() if first else work()
