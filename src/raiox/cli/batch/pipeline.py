"""Many files through decoders and networks at once, in the order given, in bounded memory.

Decoding runs in the sandbox's processes, the networks in threads of their own, and whoever
iterates writes meanwhile. Only so many images wait, decoded, as keep the networks busy.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.image_files import ImageFile
from raiox.cli.batch.inputs import is_own_output, read_content
from raiox.cli.errors import StoreUnusableError
from raiox.entities import EngineResult, Radiograph
from raiox.errors import RaioxError
from raiox.inference.engine import Engine

Load = Callable[[bytes, str], Radiograph]
"""Bytes and their sha256 to a radiograph."""


@dataclass(frozen=True, slots=True)
class Widths:
    """How much happens at the same time."""

    n_decoders: int
    """Files that are read and decoded."""
    n_passes: int
    """Calls of the engine."""
    max_batch_size: int
    """Images that the engine is given in one call."""

    @property
    def max_loading(self) -> int:
        """Files on their way to the engine: enough for all its calls to follow at once."""
        return self.n_decoders + self.n_passes * self.max_batch_size

    @property
    def max_running(self) -> int:
        """Calls of the engine, those included that wait for their turn."""
        return 2 * self.n_passes


def analyse(
    files: Iterable[ImageFile],
    load: Load,
    engine: Engine,
    widths: Widths,
    *,
    max_bytes: int,
    shortcuts: bool = False,
    keep_pixels: bool = False,
) -> Generator[Analysed]:
    """Analyse every file; one that fails does not stop the others, a store that is away does.

    Args:
        max_bytes: of one file; larger ones are not read.
        shortcuts: score every accepted image with its lungs hidden as well.
        keep_pixels: leave the radiograph beside its result.

    Raises: StoreUnusableError.
    """
    predict = partial(_predict, engine=engine, shortcuts=shortcuts, keep_pixels=keep_pixels)
    decoders, networks = (
        ThreadPoolExecutor(n_threads) for n_threads in (widths.n_decoders, widths.n_passes)
    )
    remaining = iter(files)
    loading: deque[Future[Analysed]] = deque()
    running: deque[Future[list[Analysed]]] = deque()
    try:
        while True:
            for file in islice(remaining, widths.max_loading - len(loading)):
                loading.append(decoders.submit(_load, file, load, max_bytes))
            batch = _take_ready(loading, widths.max_batch_size)
            if batch:
                running.append(networks.submit(predict, batch))
            while running and (not batch or len(running) > widths.max_running):
                yield from running.popleft().result()
            if not batch:
                return
    finally:
        for pool in (decoders, networks):
            pool.shutdown(wait=False, cancel_futures=True)


def _load(file: ImageFile, load: Load, max_bytes: int) -> Analysed:
    sha256 = ""
    try:
        content = read_content(file, max_bytes)
        if is_own_output(content):
            return Analysed(file)
        sha256 = hashlib.sha256(content).hexdigest()
        radiograph = load(content, sha256)
    except StoreUnusableError:  # no fault of the file, and of no use to try the next
        raise
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


def _predict(
    batch: Sequence[Analysed], engine: Engine, *, shortcuts: bool, keep_pixels: bool
) -> list[Analysed]:
    """Give results to those that were decoded, and let go of pixels that nobody wants."""
    results = iter(engine.predict([item.radiograph for item in batch if item.radiograph]))
    predicted = [replace(item, result=next(results)) if item.radiograph else item for item in batch]
    occluded = (_with_occlusion(item, engine) for item in predicted) if shortcuts else predicted
    return [item if keep_pixels else replace(item, radiograph=None) for item in occluded]


def _with_occlusion(item: Analysed, engine: Engine) -> Analysed:
    if not item.radiograph or not isinstance(item.result, EngineResult) or item.result.rejection:
        return item
    [found] = engine.occlude_lungs([item.radiograph])
    return replace(item, occlusion=None if isinstance(found, RaioxError) else found)
