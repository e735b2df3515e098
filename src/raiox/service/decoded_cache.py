"""Radiographs on their way from the upload to the worker, kept in memory for a moment.

The file on disk is the truth; this only spares decoding it again when the same
process reads it milliseconds later. It holds a bounded number of pixels and
forgets the oldest first.
"""

from collections import OrderedDict

from raiox.entities import Radiograph

MAX_BYTES = 64_000_000


class DecodedCache:
    """Radiographs by analysis, for a moment."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._held: OrderedDict[str, Radiograph] = OrderedDict()
        self._n_bytes = 0

    def put(self, analysis_id: str, radiograph: Radiograph) -> None:
        """Keep a radiograph, at the cost of the oldest."""
        self._held[analysis_id] = radiograph
        self._n_bytes += radiograph.pixels.nbytes
        while self._n_bytes > self._max_bytes:
            self.pop(next(iter(self._held)))

    def pop(self, analysis_id: str) -> Radiograph | None:
        """Return a radiograph and forget it; None if it is not kept."""
        radiograph = self._held.pop(analysis_id, None)
        if radiograph is not None:
            self._n_bytes -= radiograph.pixels.nbytes
        return radiograph
