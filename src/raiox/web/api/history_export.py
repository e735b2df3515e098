"""The whole history of one owner, sent while it is read: never more than a page in memory.

Each page takes a turn of its own, so a long history holds up nobody, and neither does a reader
who does not read. Before the first byte a busy service refuses; after it, it only pauses.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from raiox.service.lifecycle import Service
from raiox.web.api.export import (
    CsvFile,
    Documents,
    FileFormat,
    HistoryFile,
    JsonFile,
    scored_findings,
)
from raiox.web.api.serializers import analysis_document
from raiox.web.caller import Caller
from raiox.web.errors import ServiceBusyError
from raiox.web.turns import FairTurns

ROWS_PER_PAGE = 200
PAUSE_S = 1.0

T = TypeVar("T")


@dataclass(slots=True)
class HistoryExport:
    """What one caller has analysed, as a file."""

    service: Service
    turns: FairTurns
    caller: Caller
    root_path: str
    rows_per_page: int = ROWS_PER_PAGE
    _begun: bool = False

    async def open(self, file_format: FileFormat) -> tuple[HistoryFile, AsyncIterator[str]]:
        """The file and its text, whose first piece is there already.

        Raises: ServiceBusyError.
        """
        file = await self._file(file_format)
        pieces = self._pieces(file)
        first = await anext(pieces)
        return file, _chained(first, pieces)

    async def _file(self, file_format: FileFormat) -> HistoryFile:
        if file_format == "json":
            return JsonFile()
        found: dict[str, None] = {}
        async for findings in self._pages(scored_findings):
            found |= dict.fromkeys(findings)
        return CsvFile(found)

    async def _pieces(self, file: HistoryFile) -> AsyncIterator[str]:
        before = file.begin()
        async for text in self._pages(file.page):
            yield before + text
            before = ""
        yield before + file.end()

    async def _pages(self, make: Callable[[Documents], T]) -> AsyncIterator[T]:
        """What is made of each page, off the event loop."""
        cursor = None
        while True:
            async with self._turn():
                page = await self.service.analyses.history(
                    self.caller.owner, limit=self.rows_per_page, cursor=cursor
                )
                made = await self.service.executors.read(
                    lambda page=page: make(  # type: ignore[misc]
                        tuple(analysis_document(one, self.root_path) for one in page.analyses)
                    )
                )
            self._begun = True
            yield made
            cursor = page.next_cursor
            if cursor is None:
                return

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            while True:
                try:
                    await stack.enter_async_context(self.turns.turn(self.caller))
                    break
                except ServiceBusyError:
                    if not self._begun:
                        raise
                    await asyncio.sleep(PAUSE_S)
            yield


async def _chained(first: str, rest: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    async for piece in rest:
        yield piece
