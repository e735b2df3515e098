"""A batch: which files it takes, its order and memory, names of heatmaps, the summary."""

import os
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fakes import BRIGHT, FakeEngine, FakeIntake, png, result_of

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.documents import describe_file
from raiox.cli.batch.file_names import file_name
from raiox.cli.batch.heatmap_files import write_heatmaps
from raiox.cli.batch.inputs import find_files, is_own_output, read_content
from raiox.cli.batch.pipeline import Widths, analyse
from raiox.cli.batch.records import Ending
from raiox.cli.batch.summary import Summary, ending_of
from raiox.cli.errors import NothingToReadError, PathMissingError
from raiox.entities import Radiograph
from raiox.errors import RaioxError
from raiox.inference.heatmap import render
from raiox.intake.errors import ArchiveError, NotAnImageError, TooLargeInflatedError


def radiographs(folder: Path, n: int) -> list[Path]:
    for i in range(n):
        (folder / f"{i:03}.png").write_bytes(png(mark=i))
    return sorted(folder.glob("*.png"))


WIDTHS = Widths(n_decoders=3, n_passes=2, max_batch_size=4)


def run(files: list[Path], intake: FakeIntake | None = None, engine: FakeEngine | None = None):
    load = (intake or FakeIntake()).load
    return analyse(files, load, engine or FakeEngine(), WIDTHS, max_bytes=10_000_000)


def test_files_come_by_name_without_hidden_ones_and_each_once(tmp_path):
    for name in ("b.png", "a/2.png", "a/1.png", ".hidden", ".git/x", "B.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    files = find_files([tmp_path, tmp_path / "b.png"])

    assert [str(f.relative_to(tmp_path)) for f in files] == ["B.png", "b.png", "a/1.png", "a/2.png"]


def test_linked_folders_are_not_entered_and_linked_files_are_read(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.png").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "y.png").symlink_to(tmp_path / "real" / "x.png")

    assert [f.name for f in find_files([tmp_path])] == ["y.png", "x.png"]


def test_an_archive_is_read_as_a_folder_and_one_that_cannot_be_says_why(tmp_path):
    with zipfile.ZipFile(tmp_path / "study.ZIP", "w") as archive:
        archive.writestr("DICOM/IM1", png(mark=1))
        archive.writestr("DICOM/IM0", png(mark=2))
        archive.writestr("DICOMDIR", b"index")
    (tmp_path / "torn.zip").write_bytes((tmp_path / "study.ZIP").read_bytes()[:50])

    files = find_files([tmp_path])

    study = tmp_path / "study.ZIP"
    assert files == [study / "DICOM/IM0", study / "DICOM/IM1", tmp_path / "torn.zip"]
    assert read_content(files[0], 10_000) == png(mark=2)
    with pytest.raises(TooLargeInflatedError):
        read_content(files[0], 10)
    study.unlink()
    study.write_bytes(b"PK\x03\x04 another one")
    with pytest.raises(ArchiveError):
        read_content(files[0], 10_000)


def test_what_is_not_there_or_empty_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PathMissingError):
        find_files([tmp_path / "pipe"])
    with pytest.raises(NothingToReadError) as error:
        find_files([tmp_path])
    assert error.value.facts["path"] == str(tmp_path)


def test_what_raiox_wrote_is_recognised_by_its_content(tmp_path):
    heatmap = render(np.zeros((4, 4), np.float32), 64, 64)

    assert is_own_output(heatmap)
    assert is_own_output(b'{"id": "0f6c", "state": "done"}')
    assert not is_own_output(png())
    (tmp_path / "renamed.bin").write_bytes(heatmap)
    assert [item.result for item in run([tmp_path / "renamed.bin"])] == [None]


def test_results_keep_the_order_of_the_files_and_let_go_of_the_pixels(tmp_path):
    files = radiographs(tmp_path, 30)
    (tmp_path / "010.png").write_bytes(b"no image")

    items = list(run(files))

    assert [item.file for item in items] == files
    assert isinstance(items[10].result, NotAnImageError)
    assert sum(isinstance(item.result, RaioxError) for item in items) == 1
    assert {item.radiograph for item in items} == {None}


def test_lungs_are_hidden_where_that_is_wanted_and_the_image_was_accepted(tmp_path):
    (tmp_path / "a.png").write_bytes(png(40))
    (tmp_path / "b.png").write_bytes(png(BRIGHT + 20))
    (tmp_path / "c.png").write_bytes(b"no image")
    files = sorted(tmp_path.glob("*.png"))
    load, engine = FakeIntake().load, FakeEngine()

    items = list(analyse(files, load, engine, WIDTHS, max_bytes=10_000_000, shortcuts=True))

    accepted, rejected, failed = (describe_file(item, None).shortcuts for item in items)
    assert accepted.share_left == pytest.approx(0.25)
    assert rejected is failed is None
    assert {item.radiograph for item in items} == {None}
    assert {describe_file(item, None).shortcuts for item in run(files)} == {None}


def test_decoding_goes_ahead_only_as_far_as_the_engine_can_take(tmp_path):
    n_loaded, engine = [], FakeEngine()

    class Counting(FakeIntake):
        def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
            n_loaded.append(1)
            return super().load(content, sha256)

    for i, _ in enumerate(run(radiographs(tmp_path, 60), Counting(), engine)):
        waiting = WIDTHS.max_loading + (WIDTHS.max_running + 1) * WIDTHS.max_batch_size
        assert len(n_loaded) <= i + 1 + waiting

    assert len(n_loaded) == 60
    assert max(engine.batches) <= 4


def test_several_files_are_decoded_at_the_same_time(tmp_path):
    together = threading.Barrier(3, timeout=20)

    class Meeting(FakeIntake):
        def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
            together.wait()  # breaks unless three are here at once
            return super().load(content, sha256)

    assert len(list(run(radiographs(tmp_path, 6), Meeting()))) == 6


def test_several_passes_run_at_the_same_time_while_decoding_goes_on(tmp_path):
    together = threading.Barrier(3, timeout=20)

    class MeetingEngine(FakeEngine):
        def predict(self, radiographs):
            if radiographs:
                together.wait()  # breaks unless two passes and a decoder are here at once
            return super().predict(radiographs)

    class MeetingIntake(FakeIntake):
        def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
            if self.n_loaded > 2:
                together.wait()
            return super().load(content, sha256)

    files = radiographs(tmp_path, 5)
    widths = Widths(n_decoders=1, n_passes=2, max_batch_size=1)
    intake = MeetingIntake()

    items = analyse(files[:4], intake.load, MeetingEngine(), widths, max_bytes=10_000)

    assert next(items).file == files[0]


@pytest.mark.parametrize("stem", ["a" * 245, "ã" * 120, os.fsdecode(b"\xe9" * 245)])
def test_heatmaps_of_the_longest_names_can_be_written(tmp_path, stem):
    file = tmp_path / f"{stem}.png"
    radiograph = FakeIntake().load(png())
    prediction = result_of(radiograph).prediction

    written = write_heatmaps(tmp_path, file, radiograph.sha256, prediction, (64, 64))

    assert set(written) == set(prediction.scores)
    assert all(Path(path).is_file() for path in written.values())


def test_a_short_name_stays_whole():
    assert (
        file_name(Path("/x/chest.1.dcm"), "ab" * 32, "-covid19.png")
        == "chest.1-abababab-covid19.png"
    )


def test_the_status_separates_rejected_from_unreadable():
    analysed = result_of(FakeIntake().load(png(100)))
    rejected = result_of(FakeIntake().load(png(255)))

    def status(*results: object, skip: bool = False) -> int:
        summary = Summary()
        for result in results:
            summary.count(ending_of(Analysed(Path("x"), result=result)))
        return summary.status(skip_unreadable=skip)

    assert status(analysed) == 0
    assert status(analysed, NotAnImageError()) == 1
    assert status(analysed, NotAnImageError(), skip=True) == 0
    assert status(analysed, rejected, skip=True) == 1
    assert status(analysed, RaioxError(), skip=True) == 1


def test_the_summary_speaks_the_language_of_the_terminal(monkeypatch):
    monkeypatch.setenv("LC_ALL", "pt_BR.UTF-8")
    summary = Summary([Ending("analysed", "")] * 7)
    summary.count(ending_of(Analysed(Path("x"), result=NotAnImageError())))
    summary.count(ending_of(Analysed(Path("map.png"))))

    lines = "\n".join(summary.lines())

    assert "Arquivos: 1." in lines
    assert "not_an_image 1" in lines
    assert "Já estavam no arquivo: 7." in lines
    assert "Uso em pesquisa. Não é um dispositivo médico." in lines


def test_the_status_of_a_resumed_batch_is_that_of_the_whole():
    assert Summary([Ending("analysed", "")]).status(skip_unreadable=False) == 0
    assert Summary([Ending("rejected", "photograph")]).status(skip_unreadable=True) == 1
    assert Summary([Ending("", "not_an_image")]).status(skip_unreadable=True) == 0
    assert Summary([Ending("", "not_an_image")]).status(skip_unreadable=False) == 1
