"""A disk without space is reported, harms nothing that is kept, and heals by itself."""

import resource
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
