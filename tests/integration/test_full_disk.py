"""A disk without space is reported, harms nothing that is kept, and heals by itself."""

import os
import resource
import subprocess
import sys
from contextlib import contextmanager

import pytest
from fakes import png

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
OCTETS = {"Content-Type": "application/octet-stream"}


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
