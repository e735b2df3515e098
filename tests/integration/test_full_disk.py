"""A disk without space is reported, harms nothing that is kept, and heals by itself."""

import io
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from fakes import png
from PIL import Image
from serving import Served, free_port

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}
RAIOX = Path(sys.executable).with_name("raiox")


ON_A_SMALL_DISK = (
    "unshare", "--mount", "sh", "-c",
    'mount -t tmpfs -o size=90m none "$RAIOX_DATA_DIR" && exec "$@"', "sh",
)  # fmt: skip
"""Runs a command in a mount namespace where the service's folder has 90 MB."""
ON_A_READ_ONLY_DISK = (
    "unshare", "--mount", "sh", "-c",
    'cd "$RAIOX_DATA_DIR" && mount --bind . . && mount -o remount,bind,ro . && exec "$@"', "sh",
)  # fmt: skip
"""Runs a command in a mount namespace where nobody, not even root, writes into the service's folder."""
may_mount = pytest.mark.skipif(
    subprocess.run([*ON_A_SMALL_DISK, "true"], env={"RAIOX_DATA_DIR": "/mnt"}, check=False,
                   capture_output=True).returncode != 0,
    reason="may not mount a file system of its own",
)  # fmt: skip


@contextmanager
def largest_file(n_bytes: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_refuses_uploads_and_keeps_reading(start, tmp_path):
    async with start() as service:
        browser = service.browser()
        kept = (await browser.post(ANALYSES, content=png(), headers=OCTETS)).json()
        with largest_file(100):
            refused = await browser.post(ANALYSES, content=png(mark=1), headers=OCTETS)
            ready = await browser.get("/readyz")
            listed = (await browser.get(ANALYSES)).json()["analyses"]
            image = await browser.get(kept["image"])
        healed = await browser.post(ANALYSES, content=png(mark=1), headers=OCTETS)
        ready_again = await browser.get("/readyz")

    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert ready.status_code == 507
    assert [analysis["id"] for analysis in listed] == [kept["id"]]
    assert image.status_code == 200
    assert (healed.status_code, ready_again.status_code) == (201, 200)
    assert len(list((tmp_path / "var" / "images").iterdir())) == 2


@may_mount
def test_a_full_file_system_refuses_uploads_keeps_reading_and_heals_by_a_deletion(tmp_path):
    served = Served(tmp_path, within=ON_A_SMALL_DISK, web__limits="false")
    others = Path(f"/proc/{served.process.pid}/root{tmp_path}") / "others"  # as the service sees it
    others.write_bytes(bytes(66_000_000))
    with httpx.Client(base_url=served.url, timeout=60) as client:
        kept = []
        while (answer := client.post(ANALYSES, content=noise(len(kept)))).status_code == 201:
            kept.append(answer.json())
        ready = client.get("/readyz")
        images = [client.get(one["image"]).status_code for one in kept]
        n_listed = len(client.get(f"{ANALYSES}?limit=100").json()["analyses"])
        deleted = [client.delete(f"{ANALYSES}/{one['id']}").status_code for one in kept]
        healed = client.post(ANALYSES, content=noise(0))
        others.unlink()
        ready_again = client.get("/readyz")
    served.kill()

    assert len(kept) > 1
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert ready.status_code == 507
    assert images == [200] * len(kept)
    assert n_listed == len(kept)
    assert deleted == [204] * len(kept)
    assert (healed.status_code, ready_again.status_code) == (201, 200)
    assert "Traceback" not in served.log


def noise(seed: int) -> bytes:
    """Four megabytes that no codec makes smaller."""
    file = io.BytesIO()
    shades = np.random.default_rng(seed).integers(0, 200, (2_000, 2_000), np.uint8)
    Image.fromarray(shades).save(file, "PNG", compress_level=0)
    return file.getvalue()


def test_a_damaged_database_is_one_sentence_at_the_start_and_in_doctor(tmp_path):
    (tmp_path / "raiox.sqlite3").write_bytes(b"no database at all" * 1_000)
    environment = os.environ | {"RAIOX_DATA_DIR": str(tmp_path), "LANG": "en_US.UTF-8"}
    runs = [
        subprocess.run(
            [sys.executable, "-c", "from raiox.cli.app import main; main()", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for command in (("serve", "--port", "0"), ("purge",))
    ]

    assert all(run.returncode not in (0, -9) for run in runs)
    assert all(run.stderr.count("[records_damaged]") == 1 for run in runs)
    assert not [run.stderr for run in runs if "Traceback" in run.stderr]


@may_mount
def test_on_a_disk_that_is_read_only_the_start_is_refused_in_one_sentence(tmp_path):
    Served(tmp_path).stop()  # there is a database already
    command = [*ON_A_READ_ONLY_DISK, RAIOX, "serve", "--port", str(free_port())]
    environment = os.environ | {"RAIOX_DATA_DIR": str(tmp_path), "LC_ALL": "C.UTF-8"}
    refused = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert refused.returncode == 2
    [sentence] = refused.stderr.splitlines()
    assert sentence.endswith("[data_dir_unusable]")
    assert str(tmp_path) in sentence
