"""Ways into every state of the page, in whatever language it speaks."""

import re

from playwright.sync_api import Page, expect

from .conftest import open_folds, upload
from .pseudo import VOWELS
from .report import make_report
from .stand_in import TOKEN, StandIn

ANSWERS = {
    "refusal": "rotated",
    "photograph": "photograph",
    "error": "queue_full",
    "uncertain": "uncertain",
    "low_quality": "low_quality",
    "unlike": "unlike",
}


def _in_any_language(portuguese: str, english: str) -> re.Pattern[str]:
    """Matches the beginning of a text in whatever language the page speaks."""
    return re.compile(rf"^(\[\[)?({portuguese}|{english}|{portuguese.translate(VOWELS)})")


LOADING = _in_any_language("Carregando", "Loading")
OPEN_ALL = _in_any_language("Abrir tudo", "Open all")
TABLE = _in_any_language("Tabela", "Table")
WAITING = re.compile(f"(À sua frente|Ahead of you|{'À sua frente'.translate(VOWELS)})")
NEVER_READY = 1_000


def bring_to(page: Page, stand_in: StandIn, state: str) -> None:
    """Lead a page that was just opened to one of its states."""
    if name := _MAP_VIEWS.get(state):
        open_screen(page, "map")
        page.get_by_role("radio", name=name).check(force=True)
    elif state in ("method", "api", "privacy", "about"):
        stand_in.script.report = make_report()
        open_screen(page, state)
    elif state == "queued":
        stand_in.script.n_polls = NEVER_READY
        upload(page)
        expect(page.get_by_text(WAITING).first).to_be_visible()
    elif state == "signed_in":
        stand_in.script.models["login"] = True
        page.reload()
        expect(page.locator("header form button")).to_be_visible()
    elif state == "compare":
        _compare(page, stand_in)
    elif state in _OPENED:
        _bring_to_answer_or_history(page, stand_in, "result")
        _OPENED[state](page)
    elif state.startswith("admin"):
        stand_in.script.admin_key = "k" if state == "admin_key" else None
        open_screen(page, "admin")
        expect(page.locator("main :is(dl, form)")).to_be_visible()
    else:
        _bring_to_answer_or_history(page, stand_in, state)


def _show_lungs(page: Page) -> None:
    _press(page, "l")
    page.locator(".folds button").click()
    expect(page.locator(".folds table")).to_be_visible()
    expect(page.locator("figure svg[role=img]")).to_have_count(2)


def _press(page: Page, key: str) -> None:
    page.locator("figure .stage").first.focus()
    page.keyboard.press(key)


def _share(page: Page) -> None:
    page.locator("article .row button").nth(-2).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog").locator("li")).to_be_visible()


def _follow_link(page: Page) -> None:
    page.evaluate("(token) => { location.hash = `#/shared/${token}`; }", TOKEN)
    expect(page.locator("main [role=note]")).to_be_visible()
    open_folds(page)


def _see_side_by_side(page: Page) -> None:
    _press(page, "s")
    expect(page.locator("figure .stage")).to_have_count(2)


def _open_help(page: Page) -> None:
    _press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _note(page: Page) -> None:
    _open_history(page)
    page.locator("main li button[aria-expanded]").first.click()
    expect(page.locator("main textarea")).to_be_visible()


_OPENED = {
    "lungs": _show_lungs,
    "share": _share,
    "shared": _follow_link,
    "side_by_side": _see_side_by_side,
    "help": _open_help,
    "note": _note,
}
"""What is opened from a result."""

_MAP_VIEWS = {"map": "3D", "map_plane": "2D", "map_table": TABLE}


def _bring_to_answer_or_history(page: Page, stand_in: StandIn, state: str) -> None:
    stand_in.script.answer = ANSWERS.get(state, "analysed")
    stand_in.script.report = make_report()
    if state not in ("empty", "history_empty"):
        upload(page)
        expect(page.locator("main h2").first).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0)
        open_folds(page)
    if state.startswith("history") or state in ("confirm", "deletion"):
        _open_history(page)
    if state == "history_offline":
        page.evaluate("location.hash = '#/'")
        page.context.set_offline(True)
        _open_history_screen(page)
        expect(page.get_by_role("alert")).to_be_visible()
    if state in ("confirm", "deletion"):
        # Closed dialogs hold a red button too, and may stand before the one that is seen.
        page.locator("main button.danger:visible").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
    if state == "deletion":
        page.get_by_role("dialog").locator(".danger").click()
        expect(page.get_by_role("status").locator("dl")).to_be_visible()


def _open_history_screen(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link").nth(1).click()


def _open_history(page: Page) -> None:
    _open_history_screen(page)
    expect(page.locator("main :is(li time, .stack.empty)").first).to_be_visible()


def _compare(page: Page, stand_in: StandIn) -> None:
    for answer in ("analysed", "no_finding"):
        stand_in.script.answer = answer
        upload(page)
        expect(page.get_by_role("progressbar")).to_have_count(0)
        expect(page.locator("main h2").first).to_be_visible()
    page.wait_for_timeout(100)
    open_screen(page, "compare/" + "/".join(stand_in.script.kept))
    expect(page.locator("main canvas")).to_be_visible()


def open_screen(page: Page, screen: str) -> None:
    """Go to a screen that is fetched when it is opened, and wait for all of it."""
    page.evaluate("(screen) => { location.hash = `#/${screen}`; }", screen)
    expect(page.locator("main h1")).to_be_visible()
    expect(page.get_by_text(LOADING)).to_have_count(0)
    if screen == "method":
        page.get_by_role("button", name=OPEN_ALL).click()
