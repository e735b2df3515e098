"""A long history is sent while it is read: whole, a page at a time, and in nobody's way."""

import csv
import io

import pytest
from fakes import png

from raiox.web.api.history_export import HistoryExport
from raiox.web.api.schemas import AnalysisPage
from raiox.web.api.serializers import analysis_document
from raiox.web.caller import Caller
from raiox.web.errors import ServiceBusyError
from raiox.web.turns import FairTurns

pytestmark = pytest.mark.anyio

ME = Caller("ana", "192.0.2.1")
N = 5


class CountingTurns(FairTurns):
    """Counts turns; may be too busy to give one."""

    def __init__(self):
        super().__init__(1, n_slow=1, wait_s=0.2)
        self.n_taken = 0
        self.busy_after = 100

    def turn(self, caller):
        self.n_taken += 1
        if self.n_taken > self.busy_after:
            self.busy_after = 100
            raise ServiceBusyError(retry_after_s=1)
        return super().turn(caller)


@pytest.fixture
def export(start):
    """An export of five analyses in pages of two, and what the API says of all five."""

    async def opened(service):
        analyses = service.service.analyses
        for mark in range(N):
            accepted = await analyses.submit(png(mark=mark), ME.owner)
            await analyses.wait(accepted.id, ME.owner, 10)
        stored = (await analyses.history(ME.owner, limit=N)).analyses
        return HistoryExport(service.service, CountingTurns(), ME, "", 2), tuple(
            analysis_document(one, "") for one in stored
        )

    return opened


async def text_of(pieces):
    return "".join([piece async for piece in pieces])


async def test_a_history_of_many_pages_is_one_document(start, export):
    async with start() as service:
        history, documents = await export(service)
        _, pieces = await history.open("json")
        text = await text_of(pieces)

    assert len(documents) == N
    assert text == AnalysisPage(analyses=documents, next_cursor=None).model_dump_json()


async def test_an_empty_history_is_a_document_too(start):
    async with start() as service:
        browser = service.browser()
        document = (await browser.get("/api/v1/analyses/export")).json()
        table = (await browser.get("/api/v1/analyses/export?format=csv")).text

    assert document == {"analyses": [], "next_cursor": None}
    assert table.startswith("id,")
    assert table.count("\n") == 1


async def test_a_table_has_a_column_for_every_score_of_any_page(start, export):
    async with start() as service:
        history, documents = await export(service)
        _, pieces = await history.open("csv")
        rows = list(csv.DictReader(io.StringIO(await text_of(pieces))))

    assert [row["id"] for row in rows] == [document.id for document in documents]
    scored = [document for document in documents if document.scores]
    assert scored
    assert {f"score_{finding}" for finding in scored[0].scores} <= set(rows[0])


async def test_who_does_not_read_makes_nothing_be_read_and_holds_no_turn(start, export):
    async with start() as service:
        history, _ = await export(service)
        _, pieces = await history.open("json")
        n_taken = history.turns.n_taken
        async with history.turns.turn(Caller("eva", "192.0.2.2")):  # at once, or ServiceBusyError
            pass
        await pieces.aclose()

    assert n_taken == 1


async def test_a_busy_service_refuses_before_the_first_byte_and_only_pauses_after_it(start, export):
    async with start() as service:
        history, documents = await export(service)
        history.turns.busy_after = 0
        with pytest.raises(ServiceBusyError):
            await history.open("json")
        history.turns.n_taken, history.turns.busy_after = 0, 1
        _, pieces = await history.open("json")
        text = await text_of(pieces)

    assert text.count('"sha256"') >= len(documents)
    assert history.turns.n_taken == 4  # three pages, and one pause
