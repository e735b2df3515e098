"""Shards divide a batch without gaps or overlaps, and parts are whole or absent."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiox.cli.batch.parts import PartsFolder
from raiox.cli.batch.plan import Plan, agree_on, n_shards_for, read_plan
from raiox.cli.errors import ResumeMismatchError


def plan(n_files: int = 10, n_shards: int = 3, **more: object) -> Plan:
    files = tuple(f"/images/{number}" for number in range(n_files))
    values = {"sources": ("/images",), "part_format": "csv", "model_id": "m"} | more
    return Plan(**values, n_shards=n_shards, files=files)


@given(st.integers(0, 300), st.integers(1, 80))
def test_every_file_is_in_exactly_one_shard_and_in_order(n_files: int, n_shards: int):
    one = plan(n_files, n_shards)

    divided = [file for shard in range(n_shards) for file in one.files_of(shard)]
    assert [str(file) for file in divided] == list(one.files)


@given(st.integers(1, 300), st.integers(1, 80))
def test_shards_differ_by_one_file_at_most(n_files: int, n_shards: int):
    sizes = [len(plan(n_files, n_shards).files_of(shard)) for shard in range(n_shards)]

    assert max(sizes) - min(sizes) <= 1


def test_a_shard_has_500_files_at_most_unless_it_is_chosen():
    assert [n_shards_for(n) for n in (0, 1, 500, 501, 10_000)] == [1, 1, 1, 2, 20]


def test_the_list_of_who_came_first_holds(tmp_path: Path):
    parts = PartsFolder(tmp_path)
    first = agree_on(plan(10), parts)

    assert agree_on(plan(12), parts) == first == read_plan(parts)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize(
    "other", [{"n_shards": 4}, {"model_id": "n"}, {"part_format": "parquet"}, {"sources": ("/x",)}]
)
def test_a_folder_of_another_batch_is_refused(tmp_path: Path, other: dict[str, object]):
    parts = PartsFolder(tmp_path)
    agree_on(plan(), parts)

    with pytest.raises(ResumeMismatchError):
        agree_on(plan(**other), parts)


def test_a_damaged_plan_is_refused(tmp_path: Path):
    (tmp_path / "plan.json").write_text('{"files": ')

    with pytest.raises(ResumeMismatchError):
        agree_on(plan(), PartsFolder(tmp_path))


def test_a_path_that_is_no_text_keeps_its_bytes(tmp_path: Path):
    odd, parts = Plan(("/i",), "csv", "m", 1, ("/i/\udce9",)), PartsFolder(tmp_path)
    agree_on(odd, parts)

    assert agree_on(odd, parts).files_of(0) == [Path("/i/\udce9")]


def test_two_processes_do_not_work_on_one_part(tmp_path: Path):
    parts, part = PartsFolder(tmp_path), "part-00000-of-00001.csv"
    with parts.alone_at(part) as first, parts.alone_at(part) as second:
        assert (first, second) == (True, False)
    with parts.alone_at(part) as after_a_kill:
        assert after_a_kill
        parts.put_first(part, b"rows")
    with parts.alone_at(part) as finished:
        assert not finished
    assert [file.name for file in tmp_path.iterdir()] == [part]


def test_what_came_first_stays(tmp_path: Path):
    parts = PartsFolder(tmp_path)
    for content in (b"rows", b"the same rows of another host"):
        parts.put_first("part", content)

    assert parts.read("part") == b"rows"


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path):
    parts, part = PartsFolder(tmp_path), "part-00000-of-00001.csv"
    (tmp_path / f".{part}.host.1.tmp").write_bytes(b"half")
    (tmp_path / ".part-00001-of-00001.csv.lock").touch()
    parts.put_first(part, b"rows")
    (tmp_path / f".{part}.host.2.tmp").write_bytes(b"half")

    assert parts.names() == {part}
    assert {file.name for file in tmp_path.iterdir()} == {part, ".part-00001-of-00001.csv.lock"}
