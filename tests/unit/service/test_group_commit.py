"""What waits for the writer shares a commit; what fails of it fails alone."""

import asyncio
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import event, insert, select

from raiox.records.database import Database
from raiox.records.errors import QueueFullError, RecordsUnavailableError, StorageFullError
from raiox.records.migrate import migrate
from raiox.records.tables import idempotency_keys
from raiox.service import executors as executors_module
from raiox.service.executors import Executors
from raiox.service.group_commit import GroupCommit

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'records'}")
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def executors(database):
    opened = Executors(1, 1, database.sharing)
    yield opened
    opened.close()


class Commits:
    """How often a database committed."""

    def __init__(self, database):
        self.n = 0
        event.listen(database._engine, "commit", self._count)

    def _count(self, _connection):
        self.n += 1


def keep(database, name, error=None):
    with database.writing() as connection:
        connection.execute(
            insert(idempotency_keys),
            {
                "owner": "ana",
                "key_sha256": name,
                "content_sha256": "",
                "analysis_id": "",
                "created_at": 0.0,
            },
        )
        if error:
            raise error
    return name


def kept(database):
    with database.reading() as connection:
        return set(connection.scalars(select(idempotency_keys.c.key_sha256)))


@contextmanager
def busy(executors):
    """The writer is held up meanwhile."""
    may_go, begun = threading.Event(), threading.Event()

    def hold():
        begun.set()
        may_go.wait(10)

    executors._writers.submit(hold)
    begun.wait(10)
    yield may_go
    may_go.set()


async def all_at_once(executors, *works):
    with busy(executors) as may_go:
        tasks = [asyncio.create_task(executors.write_together(work)) for work in works]
        await asyncio.sleep(0)
        may_go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_waits_while_the_writer_is_busy_reaches_the_disk_with_one_commit(
    database, executors
):
    commits = Commits(database)

    names = await all_at_once(
        executors, *(lambda n=n: keep(database, f"key-{n}") for n in range(20))
    )

    assert names == [f"key-{n}" for n in range(20)]
    assert kept(database) == set(names)
    assert commits.n <= 2  # and one of the reading


async def test_a_work_that_fails_takes_nothing_of_the_others_with_it(database, executors):
    answers = await all_at_once(
        executors,
        lambda: keep(database, "first"),
        lambda: keep(database, "refused", QueueFullError(retry_after_s=1)),
        lambda: keep(database, "first"),  # twice the same key: the database refuses it
        lambda: keep(database, "last"),
    )

    assert [isinstance(answer, Exception) for answer in answers] == [False, True, True, False]
    assert isinstance(answers[1], QueueFullError)
    assert kept(database) == {"first", "last"}


async def test_nobody_is_answered_before_the_commit_that_all_share(database, executors):
    answered_before = []

    def note(_connection):
        answered_before.append([task.done() for task in tasks])

    event.listen(database._engine, "commit", note)
    with busy(executors) as may_go:
        works = (lambda n=n: keep(database, f"key-{n}") for n in range(5))
        tasks = [asyncio.create_task(executors.write_together(work)) for work in works]
        await asyncio.sleep(0)
        may_go.set()
        await asyncio.gather(*tasks)

    assert answered_before == [[False] * 5]


async def test_where_the_database_is_in_trouble_each_is_tried_alone(database, executors):
    n_tried = {"full": 0}

    def full():
        n_tried["full"] += 1
        return keep(database, "full", StorageFullError())

    answers = await all_at_once(
        executors, lambda: keep(database, "before"), full, lambda: keep(database, "after")
    )

    assert (answers[0], answers[2]) == ("before", "after")
    assert isinstance(answers[1], StorageFullError)
    assert kept(database) == {"before", "after"}
    assert n_tried["full"] == 2


async def test_a_commit_that_fails_is_nobody_s_success(database):
    @contextmanager
    def failing():
        with database.sharing():
            yield
            raise StorageFullError

    executors = Executors(1, 1, failing)
    answers = await all_at_once(
        executors, *(lambda n=n: keep(database, f"key-{n}") for n in range(3))
    )
    executors.close()

    assert answers == ["key-0", "key-1", "key-2"]  # alone, each for itself
    assert kept(database) == set(answers)


async def test_whose_turn_comes_too_late_is_refused_and_not_kept(database, executors, monkeypatch):
    monkeypatch.setattr(executors_module, "WRITE_TIMEOUT_S", 0.01)
    with busy(executors) as may_go:
        late = asyncio.create_task(executors.write_together(lambda: keep(database, "late")))
        await asyncio.sleep(0.05)
        may_go.set()
        with pytest.raises(RecordsUnavailableError):
            await late

    assert kept(database) == set()


async def test_what_is_given_up_before_its_turn_is_not_done(database, executors):
    with busy(executors) as may_go:
        given_up = asyncio.create_task(executors.write_together(lambda: keep(database, "up")))
        other = asyncio.create_task(executors.write_together(lambda: keep(database, "other")))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        may_go.set()
        await other

    assert kept(database) == {"other"}


def test_a_group_has_an_end():
    group = GroupCommit(database_less)
    written = [group.add(time.monotonic, 10) for _ in range(100)]

    group.commit()
    n_first = sum(one.done() for one in written)
    group.commit()

    assert n_first == 64
    assert all(one.done() for one in written)


@contextmanager
def database_less():
    yield


def test_a_transaction_that_fails_in_an_unforeseen_way_leaves_nobody_waiting():
    @contextmanager
    def broken():
        yield
        raise RuntimeError("the driver")

    group = GroupCommit(broken)
    written = [group.add(lambda one=one: one, 5.0) for one in range(3)]

    group.commit()

    assert [one.result(timeout=0) for one in written] == [0, 1, 2]
