"""Every state of the page, in each language, theme and width: no rule is broken, nothing sticks out.

Each state is reached once; the same page is then judged at every width, in one language and in the
other, so that the whole matrix costs no more than a few states would. All rules are judged once in each
layout, that of a phone, a tablet and a desk; the other widths change nothing but the room, so there only
what the room decides is judged. A language changes hardly more than texts: in the second all rules are
judged where the room is least, and what the room decides once in each layout. A theme changes hardly more
than colours: in the dark one all rules but those of the room are judged on a desk in one language and on
a phone in the other, and else their contrast.
"""

import re

import pytest
from playwright.sync_api import expect

from .axe import violations
from .states import LOADING, bring_to

STATES = [
    *(
        "empty",
        "queued",
        "result",
        "uncertain",
        "low_quality",
        "unlike",
        "refusal",
        "photograph",
        "error",
    ),
    *("lungs", "side_by_side", "help", "share", "shared"),
    *("history_empty", "history", "history_offline", "note", "confirm", "deletion", "compare"),
    *("map", "map_plane", "map_table", "method", "api", "privacy", "about", "admin", "admin_key"),
    "signed_in",
]
WIDTHS = [320, 375, 768, 1440, 2560]
LAYOUTS = {"pt": [320, 768, 1440], "en": [320]}
ROOMS = {"pt": WIDTHS, "en": [320, 768, 1440]}
WHOLE_IN_DARK = {"pt": 1440, "en": 320}
OF_ROOM = ["target-size", "scrollable-region-focusable"]
HEIGHT = 900


@pytest.mark.parametrize("state", STATES)
def test_no_state_breaks_a_rule_or_the_width_of_a_screen(open_page, stand_in, state):
    page = open_page(f"{stand_in.url}/?lang=pt", color_scheme="light")
    bring_to(page, stand_in, state)

    in_portuguese = found(page, "pt")
    speak(page, "en")
    in_english = found(page, "en")

    assert in_portuguese | in_english == {}


def speak(page, language):
    """As a person chooses it; by the script, for a dialog that is open keeps the mouse from it."""
    page.evaluate("(id) => document.querySelector(`header [lang=${id}]`).click()", language)
    expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))
    expect(page.get_by_text(LOADING)).to_have_count(0)


def found(page, language):
    """What is wrong in one language, by language and width."""
    wrong = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        too_wide = page.evaluate("document.documentElement.scrollWidth") - width
        dark_rules = None if width == WHOLE_IN_DARK[language] else ["color-contrast"]
        in_light, in_dark = {}, {}
        if width in LAYOUTS[language]:
            in_light, in_dark = judge(page, dark_rules)
        elif width in ROOMS[language]:
            in_light = violations(page, OF_ROOM)
        wrong[language, width] = (in_light, in_dark, max(0, too_wide))
    return {where: what for where, what in wrong.items() if any(what)}


def judge(page, dark_rules):
    page.emulate_media(color_scheme="light")
    in_light = violations(page)
    page.emulate_media(color_scheme="dark")
    return in_light, violations(page, dark_rules, skipped=OF_ROOM)
