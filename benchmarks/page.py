# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How quick the page is in a real browser, over a running service.

Prints one JSON object: milliseconds until the page can be used with the processor slowed
fourfold, milliseconds from an upload to its result on the screen, and frames a second of the
map of cases while it turns.

Run: raiox serve, then python benchmarks/page.py IMAGE [URL]
"""

import json
import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import FilePayload, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SLOW_DOWN = 4
N_UPLOADS = 20
N_FRAMES = 60
COUNT_FRAMES = """(most) => new Promise((resolve) => {
    const turn = document.querySelector('[aria-label="Para a direita"]');
    const begun = performance.now();
    let n = 0;
    const step = () => {
        turn.click();
        n += 1;
        if (n < most) requestAnimationFrame(step);
        else resolve((1000 * n) / (performance.now() - begun));
    };
    requestAnimationFrame(step);
})"""


def usable_ms(page: Page, url: str) -> float:
    """From asking for the page to a file chooser that can be pressed."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    begun = time.perf_counter()
    page.goto(f"{url}/?lang=pt", wait_until="commit")
    page.get_by_text("Escolher radiografia").wait_for()
    took = (time.perf_counter() - begun) * 1000
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return took


def painted_ms(page: Page) -> float:
    """By the page's own clock: from its navigation to the first screen, chooser and all."""
    entry = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    return float(page.evaluate(entry))


def upload_ms(page: Page, radiograph: bytes, mark: int) -> float:
    """From choosing a radiograph to its sentence; `mark` makes it another file."""
    page.get_by_role("link", name="Histórico").click()
    page.get_by_role("link", name="Analisar", exact=True).click()
    page.get_by_role("link", name="Analisar", exact=True).click()
    page.get_by_text("Escolher radiografia").wait_for()
    begun = time.perf_counter()
    chosen = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=radiograph + bytes([mark]))
    page.set_input_files("input[type=file]", [chosen])
    page.get_by_role("heading", name="Escores").wait_for()
    return (time.perf_counter() - begun) * 1000


def main(radiograph: Path, url: str = "http://127.0.0.1:8000") -> None:
    """Measure and print."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or ""
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_context(locale="pt-BR").new_page()
        usable, painted = usable_ms(page, url), painted_ms(page)
        uploads = sorted(upload_ms(page, radiograph.read_bytes(), n) for n in range(N_UPLOADS))
        page.get_by_role("link", name="Mapa de casos", exact=True).click()
        page.locator("canvas").wait_for()
        page.wait_for_timeout(2_000)
        frames = page.evaluate(COUNT_FRAMES, N_FRAMES)
        browser.close()
    result = {
        "usable_ms_at_4x": round(usable),
        "painted_ms_at_4x": round(painted),
        "upload_to_result_ms": {
            "p50": round(statistics.median(uploads)),
            "p95": round(uploads[int(0.95 * (len(uploads) - 1))]),
        },
        "map_frames_per_s": round(frames, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
