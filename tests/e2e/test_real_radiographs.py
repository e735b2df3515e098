"""Real radiographs through page, service, sandbox and the shipped networks."""

import csv
import io
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect
from serving import ROOT, free_port

from raiox.inference.local import SHIPPED_MODELS

from .conftest import upload

DATA = Path(os.environ.get("RAIOX_DATASETS", "")) / "chest"
START_S = 60.0
ANSWER = re.compile("^(Padrão parecido|Incerto)")

pytestmark = [
    pytest.mark.service_worker,
    pytest.mark.data,
    pytest.mark.skipif(not (DATA / "manifest.csv").exists(), reason="RAIOX_DATASETS names no data"),
    pytest.mark.skipif(
        not (SHIPPED_MODELS / "frontal_filter").exists(), reason="no model is shipped yet"
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """`raiox serve`, as a user starts it."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    folder = tmp_path_factory.mktemp("var")
    command = [sys.executable, "-c", "from raiox.cli.app import main; main()", "serve"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        [*command, "--port", str(port), "--data-dir", str(folder)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_until_ready(url)
    yield url
    process.kill()  # how it ends in order is tested where it is served
    process.wait()


def _wait_until_ready(url):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", verify=False).status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"raiox serve was not ready within {START_S} s")


@pytest.fixture(scope="module")
def radiograph():
    """A frontal radiograph of the test split."""
    with (DATA / "manifest.csv").open(encoding="utf-8") as file:
        row = next(
            row
            for row in csv.DictReader(file)
            if row["split"] == "test" and row["source"] == "nih" and row["label"] == "no_finding"
        )
    return (DATA / row["image"]).read_bytes()


def test_a_real_radiograph_is_read(open_page, address, radiograph):
    page = open_page(address)

    upload(page, radiograph)

    expect(page.get_by_role("heading", name=ANSWER)).to_be_visible(timeout=30_000)
    expect(page.get_by_text(re.compile("A imagem fica .* horas neste servidor"))).to_be_visible()


def test_a_real_radiograph_that_lies_on_its_side_is_turned_and_read(open_page, address, radiograph):
    page = open_page(address)
    lying = io.BytesIO()
    Image.open(io.BytesIO(radiograph)).transpose(Image.Transpose.ROTATE_270).save(lying, "PNG")
    upload(page, lying.getvalue())
    expect(page.get_by_role("heading", name="A radiografia está girada")).to_be_visible()

    page.get_by_role("button", name="Girar 90° para a esquerda e analisar").click()

    expect(page.get_by_role("heading", name=ANSWER)).to_be_visible(timeout=30_000)
