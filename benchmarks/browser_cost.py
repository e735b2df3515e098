# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""What reading in the browser costs: processor time, memory, and bytes of a first and a second visit.

Processor time is that of the page's own process, all threads together, so that other work on the
machine does not count; memory is the largest that process ever held.

Run: `.venv/bin/python benchmarks/browser_cost.py --n 20 --out docs/evidence/browser-cost.md`
"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import numpy as np
from browser import as_png, open_browser, read_radiographs
from browser_reading import CHROMIUM, IsolatedHandler, Renderer, read, serve_site
from playwright.sync_api import FilePayload, Page, sync_playwright

from raiox.phantom import example_png
from raiox.settings import Settings
from raiox.web.app import BUILT_PAGE
from raiox.web.site.export import export_site

N_THREADS = (1, 2)
MEBIBYTE = 2**20
ANSWER_MS = 300_000
PAGE = """# What reading in the browser costs

Research use. Not a medical device.

Written by `benchmarks/browser_cost.py` on {cores} cores, headless Chromium, {n} images of `valid`
after one to warm up. Other work shared the machine, so processor time says more than elapsed time.

| threads | page and networks opened, CPU ms | per image, CPU ms | per image, elapsed ms | memory, MiB |
|---|---|---|---|---|
{rows}

| visit | bytes that the server sent until the answer, MiB |
|---|---|
| first | {first:.1f} |
| second | {second:.1f} |
"""


def measure_reading(settings: Settings, n: int, n_threads: int) -> dict[str, float]:
    """Processor time, elapsed time and memory with so many threads."""
    warm, *images = [as_png(one) for _, one in read_radiographs(settings, n + 1)]
    with (
        serve_site(settings) as (address, worker),
        open_browser(address, worker, n_threads) as (page, _),
    ):
        renderer = Renderer()
        opened_ms = renderer.processor_ms
        read(page, warm)
        before = renderer.processor_ms
        took = [read(page, image)["ms"] for image in images]
        return {
            "opened": opened_ms,
            "processor": (renderer.processor_ms - before) / n,
            "elapsed": float(np.median(took)),
            "memory": renderer.largest_mib,
        }


class CountingHandler(IsolatedHandler):
    """Counts what it sends."""

    sent = 0

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file."""
        CountingHandler.sent += os.fstat(source.fileno()).st_size
        super().copyfile(source, outputfile)


@contextmanager
def counted_site(settings: Settings) -> Iterator[str]:
    """The exported site, whose bytes are counted."""
    with TemporaryDirectory() as folder:
        export_site(Path(folder), BUILT_PAGE, settings)
        handler = partial(CountingHandler, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()


def bytes_of_visit(page: Page, address: str) -> int:
    """What is sent from opening the page to the answer."""
    CountingHandler.sent = 0
    page.goto(address)
    file = FilePayload(name="0.png", mimeType="image/png", buffer=example_png("phantom_clear"))
    page.set_input_files("input[type=file]", [file])
    page.wait_for_selector("article .answer", timeout=ANSWER_MS)
    time.sleep(5)  # what is fetched behind the answer
    return CountingHandler.sent


def measure_visits(settings: Settings) -> list[int]:
    """Bytes of the first and of the second visit."""
    with counted_site(settings) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        sizes = [bytes_of_visit(page, address) for _ in range(2)]
        browser.close()
    return sizes


def main() -> None:
    """Measure, and write the page of evidence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    settings = Settings()
    rows = []
    for n_threads in N_THREADS:
        one = measure_reading(settings, options.n, n_threads)
        figures = (f"{one[key]:.0f}" for key in ("opened", "processor", "elapsed", "memory"))
        rows.append(f"| {' | '.join([str(n_threads), *figures])} |")
    first, second = (size / MEBIBYTE for size in measure_visits(settings))
    text = PAGE.format(
        cores=os.cpu_count(), n=options.n, rows="\n".join(rows), first=first, second=second
    )
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
