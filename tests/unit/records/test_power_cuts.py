"""The power goes at any moment: what was acknowledged is there, once, and nothing deleted is.

What an operating system had not yet written when the power went is lost. SQLite's log is a
sequence of frames that it reads up to the first that is not whole, so whatever was lost of it,
it begins again as if it had been cut there. The log is cut here at each such frame, and within
it, from the last one that was surely on the disk.
Source: sqlite.org/fileformat.html, section 4 ("The Write-Ahead Log"); sqlite.org/atomiccommit.html.
"""

import random
import shutil
from dataclasses import dataclass, field

import pytest
from fakes import FakeClock
from sqlalchemy import event

from raiox.records.rows import Completion, IdempotencyKey, NewAnalysis
from raiox.records.store import DATABASE_FILE, open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState, Outcome

LOG_FILE = f"{DATABASE_FILE}-wal"
HEADER_BYTES, FRAME_BYTES = 32, 24 + 4_096
FULL = 2
"""Of `PRAGMA synchronous`: the commit waits for the disk."""
DONE = Completion(AnalysisState.DONE, AnalysisResult(outcome=Outcome.ANALYSED))
OWNER = "ana"
N_STEPS = 25


def key_of(name):
    return IdempotencyKey(name.rjust(64, "0"), "0" * 64)


@dataclass
class Disk:
    """The files of a service, and how much of the log is surely on the disk."""

    folder: object
    n_synced: int = 0
    waits_for_disk: bool = False
    acknowledged: set = field(default_factory=set)
    deleted: set = field(default_factory=set)

    @property
    def n_written(self):
        log = self.folder / LOG_FILE
        return log.stat().st_size if log.exists() else 0

    def watch(self, connection):
        """Before each commit: will it wait for the disk? As the connection itself says."""
        cursor = connection.connection.cursor()
        self.waits_for_disk = cursor.execute("PRAGMA synchronous").fetchone() == (FULL,)

    def stepped(self):
        """Something was committed."""
        if self.waits_for_disk or self.n_written < self.n_synced:  # emptied, after a sync
            self.n_synced = self.n_written

    def cuts(self):
        """Lengths that the log may have after the power went now."""
        for length in range(self.n_synced, self.n_written + 1):
            in_frames = length - HEADER_BYTES
            if length == self.n_synced or in_frames % FRAME_BYTES in (0, FRAME_BYTES // 2):
                yield length

    def cut(self, length, folder):
        """What is found when the power is back."""
        folder.mkdir()
        shutil.copyfile(self.folder / DATABASE_FILE, folder / DATABASE_FILE)
        if self.n_written:
            content = (self.folder / LOG_FILE).read_bytes()
            (folder / LOG_FILE).write_bytes(content[:length])


class Life:
    """Random uploads, claims, results and deletions, one after the other."""

    def __init__(self, records, disk, seed):
        self.records, self.disk, self.choice = records, disk, random.Random(seed)
        self.claims = []
        self.n = 0

    def step(self):
        steps = {self.accept: 3, self.claim: 3, self.renew: 2, self.finish: 3, self.delete: 1}
        self.choice.choices([*steps], [*steps.values()])[0]()
        self.disk.stepped()

    def accept(self):
        self.n += 1
        name = f"analysis-{self.n}"
        new = NewAnalysis(name, OWNER, "0" * 64, "png", (), 64, 48)
        lease = self.choice.random() < 0.5
        accepted = self.records.queue.enqueue(new, key_of(name), lease=lease)
        self.claims += [accepted.claim] if accepted.claim else []
        self.disk.acknowledged.add(name)

    def claim(self):
        self.claims += self.records.queue.claim(2)

    def renew(self):
        self.records.queue.renew(self.claims)

    def finish(self):
        finished, self.claims = self.claims[:2], self.claims[2:]
        self.records.queue.finish([(claim, DONE) for claim in finished])

    def delete(self):
        kept = sorted(self.disk.acknowledged)
        if kept:
            name = self.choice.choice(kept)
            self.records.history.delete(name, OWNER)
            self.disk.acknowledged.discard(name)
            self.disk.deleted.add(name)
            self.disk.stepped()
            self.records.database.checkpoint_wal()


@pytest.mark.parametrize("seed", [1])
def test_a_power_cut_takes_nothing_that_was_acknowledged(tmp_path, seed):
    clock = FakeClock()
    disk = Disk(tmp_path / "before")
    records = open_records(RecordsSettings(), disk.folder, clock, clock)
    records.database.checkpoint_wal()
    event.listen(records.database._engine, "commit", disk.watch)
    life, n_losses = Life(records, disk, seed), 0
    for _ in range(N_STEPS):
        life.step()
        for length in disk.cuts():
            n_losses += length < disk.n_written
            after = tmp_path / "after"
            disk.cut(length, after)
            _everything_is_there_and_gets_done(disk, after, clock)
            shutil.rmtree(after)
    records.close()

    assert n_losses >= 10  # cuts that took something which had not reached the disk
    assert disk.deleted


def _everything_is_there_and_gets_done(disk, folder, clock):
    later = FakeClock(clock.now + 60)
    records = open_records(RecordsSettings(), folder, later, later)
    try:
        for name in disk.acknowledged:  # whoever sends it again gets the same analysis
            assert records.queue.check(OWNER, key_of(name)) == name
        while claims := [*records.queue.claim(8), *records.queue.claim_lost()]:
            assert records.queue.finish([(claim, DONE) for claim in claims]) == [True] * len(claims)
        page = records.history.list(OWNER, limit=100)
        assert sorted(one.id for one in page.analyses) == sorted(disk.acknowledged)
        assert {one.state for one in page.analyses} <= {AnalysisState.DONE}
        records.database.check_integrity()
    finally:
        records.close()


@pytest.mark.parametrize("keep_images_h", [0.0, 24.0])
def test_where_no_image_is_kept_a_result_is_on_the_disk_before_its_image_goes(
    tmp_path, keep_images_h
):
    clock, disk = FakeClock(), Disk(tmp_path)
    settings = RecordsSettings(keep_images_h=keep_images_h)
    records = open_records(settings, tmp_path, clock, clock)
    event.listen(records.database._engine, "commit", disk.watch)
    records.queue.enqueue(NewAnalysis("a", OWNER, "0" * 64, "png", (), 64, 48))
    waited = [disk.waits_for_disk]
    records.queue.finish([(claim, DONE) for claim in records.queue.claim(1)])
    waited.append(disk.waits_for_disk)
    records.close()

    assert waited == [True, keep_images_h == 0.0]
