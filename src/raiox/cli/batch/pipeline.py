"""Many files through decoders and networks at once, in the order given, in bounded memory.

Decoding runs in the sandbox's processes, the networks in a thread of their own, and whoever
iterates writes meanwhile. Only so many decoded images wait as the next batch can take.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.inputs import is_own_output, read_content
from raiox.entities import Radiograph
from raiox.errors import RaioxError
from raiox.inference.engine import Engine

Load = Callable[[bytes, str], Radiograph]
"""Bytes and their sha256 to a radiograph."""


def analyse(
    files: Iterable[Path],
    load: Load,
    engine: Engine,
    *,
    max_bytes: int,
    n_decoders: int,
    max_batch_size: int,
) -> Iterator[Analysed]:
    """Analyse every file; one that fails does not stop the others.

    Args:
        max_bytes: of one file; larger ones are not read.
        n_decoders: files that are read and decoded at the same time.
        max_batch_size: images that the engine is given at once.
    """
    decoders, networks = ThreadPoolExecutor(n_decoders), ThreadPoolExecutor(1)
    remaining = iter(files)
    loading: deque[Future[Analysed]] = deque()
    running: Future[list[Analysed]] | None = None
    try:
        while True:
            while len(loading) < n_decoders + max_batch_size:
                file = next(remaining, None)
                if file is None:
                    break
                loading.append(decoders.submit(_load, file, load, max_bytes))
            batch = _take_ready(loading, max_batch_size)
            following = networks.submit(_predict, batch, engine) if batch else None
            if running is not None:
                yield from running.result()
            if following is None:
                return
            running = following
    finally:
        for pool in (decoders, networks):
            pool.shutdown(wait=False, cancel_futures=True)


def _load(file: Path, load: Load, max_bytes: int) -> Analysed:
    sha256 = ""
    try:
        content = read_content(file, max_bytes)
        if is_own_output(content):
            return Analysed(file)
        sha256 = hashlib.sha256(content).hexdigest()
        radiograph = load(content, sha256)
    except RaioxError as error:
        return Analysed(file, sha256, result=error)
    height, width = radiograph.pixels.shape
    return Analysed(file, sha256, radiograph, (width, height), radiograph.notes)


def _take_ready(loading: "deque[Future[Analysed]]", n_most: int) -> list[Analysed]:
    """The next file, awaited, and those behind it that are decoded already."""
    taken: list[Analysed] = []
    while loading and len(taken) < n_most and (not taken or loading[0].done()):
        taken.append(loading.popleft().result())
    return taken


def _predict(batch: Sequence[Analysed], engine: Engine) -> list[Analysed]:
    """Give results to those that were decoded, and let go of their pixels."""
    results = iter(engine.predict([item.radiograph for item in batch if item.radiograph]))
    return [
        replace(item, radiograph=None, result=next(results)) if item.radiograph else item
        for item in batch
    ]
