"""Assistive technology: no state of the page breaks a rule, in any language, theme or width.

Each state is reached once in each language; the same page is then judged in both themes and on
both screens, so that the whole matrix costs no more than a few states used to.
"""

import pytest

from .axe import violations
from .states import bring_to

STATES = [
    *("empty", "queued", "result", "uncertain", "low_quality", "refusal", "photograph", "error"),
    *("history_empty", "history", "history_offline", "confirm", "deletion", "compare"),
    *("map", "map_plane", "map_table", "method", "api", "privacy", "about"),
]
SCREENS = [(1440, 900), (375, 812)]


@pytest.mark.parametrize("language", ["pt", "en"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_violation(open_page, stand_in, state, language):
    page = open_page(f"{stand_in.url}/?lang={language}")
    bring_to(page, stand_in, state)
    found = {}

    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            found[width, theme] = violations(page)

    assert not any(found.values()), found
