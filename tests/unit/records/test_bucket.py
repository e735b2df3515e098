"""Images in a bucket, against a real S3 server."""

import time

import obstore
import pytest
from seaweed import BUCKET, SeaweedServer

from raiox.records.errors import RecordsUnavailableError
from raiox.records.image_bucket import ImageBucket

SHA, OTHER_SHA = "ab" * 32, "cd" * 32
FOLDERS = 256
GIVES_UP_S = 15.0


@pytest.fixture
def bucket(seaweed: SeaweedServer, monkeypatch, request):
    for name, value in seaweed.variables.items():
        monkeypatch.setenv(name, value)
    return ImageBucket(f"s3://{BUCKET}/{request.node.name}")


def sweep_all(bucket: ImageBucket, wanted: set[str], older_than: float) -> int:
    def are_wanted(files):
        return {file for file in files if file.analysis_id in wanted}

    return sum(bucket.sweep(are_wanted, older_than=older_than) for _ in range(FOLDERS))


def test_gives_back_what_was_put_until_it_is_removed(bucket: ImageBucket):
    bucket.put("one", SHA, b"pixels")
    kept = bucket.read("one", SHA)
    bucket.remove("one", SHA)

    assert kept == b"pixels"
    assert bucket.read("one", SHA) is None


def test_what_is_absent_can_be_removed(bucket: ImageBucket):
    bucket.remove("never", SHA)

    assert bucket.read("never", SHA) is None


def test_lies_below_its_prefix(bucket: ImageBucket, seaweed: SeaweedServer, request):
    bucket.put("one", SHA, b"pixels")

    pages = obstore.list(seaweed.store(), request.node.name)
    assert [o["path"] for page in pages for o in page] == [
        f"{request.node.name}/ab/{SHA}_one.png"
    ]  # fmt: skip


def test_sweeps_what_no_row_wants_but_spares_the_young(bucket: ImageBucket):
    for name, sha256 in (("wanted", SHA), ("orphan", SHA), ("other", OTHER_SHA)):
        bucket.put(name, sha256, b"pixels")

    spared = sweep_all(bucket, {"wanted"}, older_than=time.time() - 60)
    swept = sweep_all(bucket, {"wanted"}, older_than=time.time() + 60)

    assert (spared, swept) == (0, 2)
    assert bucket.read("wanted", SHA) == b"pixels"
    assert bucket.read("other", OTHER_SHA) is None


def test_a_wrong_key_is_reported_at_once(bucket: ImageBucket, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    stranger = ImageBucket(f"s3://{BUCKET}/x")

    with pytest.raises(RecordsUnavailableError):
        stranger.probe()


def test_a_server_that_is_away_is_reported_soon_and_found_again(
    bucket: ImageBucket, seaweed: SeaweedServer
):
    bucket.put("one", SHA, b"pixels")
    seaweed.stop()
    began = time.monotonic()
    with pytest.raises(RecordsUnavailableError):
        bucket.probe()
    took_s = time.monotonic() - began
    seaweed.start()

    assert took_s < GIVES_UP_S
    bucket.probe()
    assert bucket.read("one", SHA) == b"pixels"
