"""What axe-core says against a page as it is."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(
    page: Page, rules: list[str] | None = None, skipped: Iterable[str] = ()
) -> dict[str, list[list[str]]]:
    """The elements that break a rule, by rule; of all rules, or of some, without those skipped."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci in ui/)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {
        "runOnly": {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS},
        "rules": {rule: {"enabled": False} for rule in skipped},
        "resultTypes": ["violations"],
        "preload": False,
    }
    result = page.evaluate("(options) => axe.run(options)", options)
    return {
        violation["id"]: [node["target"] for node in violation["nodes"]]
        for violation in result["violations"]
    }
