"""A third language is new files and one line of a list, and the page never leaves it."""

import re

import pytest
from playwright.sync_api import expect

from .pseudo import (
    LANGUAGE,
    LOCALE,
    NODE,
    copy_page,
    fragments_of_other_languages,
    run_node,
    translate,
)
from .stand_in import StandIn
from .states import bring_to

STATES = [
    *("empty", "queued", "result", "uncertain", "low_quality", "unlike", "refusal", "error"),
    *("history_empty", "history", "history_offline", "confirm", "deletion", "compare"),
    *("lungs", "share", "shared", "help", "note"),
    *("map", "map_table", "method", "api", "privacy", "about", "admin", "admin_key"),
]
READ_ALL = """() => {
    const shown = [document.title, document.body.innerText];
    for (const name of ['aria-label', 'alt', 'title', 'aria-valuetext', 'placeholder']) {
        document.querySelectorAll(`[${name}]`).forEach((one) => shown.push(one.getAttribute(name)));
    }
    return shown.join('\\n');
}"""
"""Every text of the page, also those that are only heard."""

pytestmark = pytest.mark.skipif(
    not NODE.exists(), reason="the page's build tools are not installed"
)


@pytest.fixture(scope="module")
def ui(tmp_path_factory):
    return copy_page(tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def built(ui):
    run_node(ui, "vite/bin/vite.js", "build")
    return ui.parent / "src" / "raiox" / "web" / "page"


@pytest.fixture
def stand_in(built):
    with StandIn(built) as server:
        server.script.translate = translate
        yield server


def test_every_text_exists_in_the_third_language_too(ui):
    in_one_process = ("--no-isolate", "--maxWorkers=1")  # each starts as slowly as the tests run
    files = ("i18n", "firstScreen", "findings")

    result = run_node(ui, "vitest/vitest.mjs", "run", *in_one_process, *files)

    assert "passed" in result


@pytest.mark.parametrize("state", STATES)
def test_no_text_falls_back_to_another_language(open_page, stand_in, state):
    page = open_page(f"{stand_in.url}/?lang={LANGUAGE}")
    expect(page.locator("html")).to_have_attribute("lang", LOCALE)
    bring_to(page, stand_in, state)

    shown = page.evaluate(READ_ALL)

    assert "[[" in shown
    pieces = map(re.escape, fragments_of_other_languages())
    assert re.findall(rf"(?<!\w)(?:{'|'.join(pieces)})(?!\w)", shown) == []
