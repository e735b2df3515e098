"""A thousand analyses are cancelled while they wait: none of them is ever run, nothing is left."""

import anyio
import pytest
from fakes import FakeEngine, png

from raiox.records.rows import NewAnalysis
from raiox.service.deletion import Deletion
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
N_CANCELLED = 1_000
N_CALLERS = 8
OWNER = "ana"


def waiting(number: int) -> NewAnalysis:
    return NewAnalysis(f"cancelled-{number}", OWNER, "0" * 64, "png", (), 64, 64)


async def cancel(deletion: Deletion, numbers: range) -> None:
    for number in numbers:
        await deletion.delete(f"cancelled-{number}", OWNER)


async def delete_one_by_one(deletion: Deletion) -> None:
    async with anyio.create_task_group() as cancelling:
        for first_of_caller in range(N_CALLERS):
            numbers = range(first_of_caller, N_CANCELLED, N_CALLERS)
            cancelling.start_soon(cancel, deletion, numbers)


async def delete_at_once(deletion: Deletion) -> None:
    await deletion.delete_all(OWNER, AnalysisState.QUEUED)


@pytest.mark.parametrize("delete", [delete_one_by_one, delete_at_once])
async def test_a_thousand_that_are_cancelled_while_they_wait_are_never_run(start, tmp_path, delete):
    engine = FakeEngine()
    engine.go.clear()
    async with start(engine=engine, records=RecordsSettings(max_queued=2_000)) as service:
        browser, parts = service.browser(), service.service
        headers = {"Prefer": "wait=0"}
        first = await browser.post(ANALYSES, content=png(), headers=headers)
        for number in range(N_CANCELLED):
            await parts.executors.write(
                lambda number=number: parts.records.queue.enqueue(waiting(number))
            )
        last = await browser.post(ANALYSES, content=png(mark=1), headers=headers)
        await delete(parts.deletion)
        n_before = sum(engine.batches)
        engine.go.set()
        with anyio.fail_after(60):
            for accepted in (first, last):
                address = accepted.headers["Location"]
                while (await browser.get(address)).json()["state"] != "done":  # noqa: ASYNC110
                    await anyio.sleep(0.02)
        left = parts.records.history.list(OWNER, limit=10).analyses
        n_queued = parts.records.queue.n_queued()

    assert n_before <= 1
    assert sum(engine.batches) == 2
    assert (left, n_queued) == ([], 0)
    assert len(list((tmp_path / "var" / "images").iterdir())) == 2
