"""The browser of the tests, and what axe-core says of a page in it."""

import os
import shutil
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2, levels A and AA."""
CONTRAST = {
    "ignoreLength": True,  # else that of a single letter is not measured
    "ignoreUnicode": True,
    "ignorePseudo": False,
    "boldValue": 700,
    "boldTextPt": 14,
    "largeTextPt": 18,
    "contrastRatio": {"normal": {"expected": 4.5}, "large": {"expected": 3}},
    "pseudoSizeThreshold": 0.25,
}
"""How axe-core measures contrast."""


def find_violations(tab: Any, within: str = "", tags: tuple[str, ...] = ()) -> list[str]:
    """What breaks WCAG 2.2 AA on the page, or within the elements of a selector: the rule, the element and
    why. `tags`: further rules of axe-core."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-core is not installed"
    ).Axe()
    tab.evaluate(axe.axe_script)
    checks = [{"id": "color-contrast", "options": CONTRAST}]
    tab.evaluate("checks => axe.configure({checks})", checks)
    rules = {"target-size": {"enabled": True}}
    options = {"runOnly": [*TAGS, *tags], "rules": rules, "resultTypes": ["violations", "incomplete"]}
    ask = "([within, options]) => axe.run(within ? {include: [[within]]} : document, options)"
    answer = tab.evaluate(ask, [within, options])
    assert "axe encountered an error" not in str(answer["incomplete"]).lower()
    return [
        f"{one['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for one in answer["violations"]
        for node in one["nodes"]
    ]
