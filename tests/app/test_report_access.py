"""The page for everybody: WCAG 2.2 AA as axe-core checks it, and all of it by keyboard alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.chromium import find_violations

HIDDEN = """one => {
  const box = one.getBoundingClientRect(), across = [0.1, 0.5, 0.9], inside = [];
  for (const x of across) for (const y of across) {
    const top = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
    inside.push(top && (one.contains(top) || top.contains(one)));
  }
  return !inside.some(Boolean);
}"""
"""Whether an element is covered wherever it is looked for."""
WANTED = """() => [...document.querySelectorAll("a, button, summary, .scroll, .picture, pre")]
  .filter(one => one.checkVisibility())
  .filter(one => !one.matches(".scroll, .picture, pre") || one.scrollWidth > one.clientWidth + 1)"""


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page in a tab of its own, with everything unfolded."""
    tabs = []

    def arrive(path: Path, width: int, scheme: str = "light") -> Any:
        size = {"width": width, "height": 900}
        tab = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        tabs.append(tab)
        tab.goto(path.as_uri())
        tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        tab.wait_for_timeout(200)
        return tab

    yield arrive
    for tab in tabs:
        tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1300])
@pytest.mark.parametrize("kind", ["report", "crowded"])
def test_nothing_breaks_wcag(
    open_page: Callable[..., Any], kind: str, width: int, scheme: str, request: Any
) -> None:
    tab = open_page(request.getfixturevalue(kind), width, scheme)
    assert find_violations(tab, tags=("best-practice",)) == []


def test_what_breaks_wcag_is_found(open_page: Callable[..., Any], report: Path) -> None:
    tab = open_page(report, 1300)
    tab.evaluate("document.querySelector('.mark').style.color = '#2d8ac0'")
    assert any(one.startswith("color-contrast") and "mark" in one for one in find_violations(tab))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("width", [400, 1300])
def test_the_keyboard_reaches_everything_and_sees_where_it_is(
    open_page: Callable[..., Any], report: Path, width: int, backwards: bool
) -> None:
    tab = open_page(report, width)
    wanted = tab.evaluate_handle(WANTED)
    tab.evaluate("window.reached = new Set()")
    covered = []
    for _ in range(400):
        tab.keyboard.press("Shift+Tab" if backwards else "Tab")
        here = tab.evaluate_handle("document.activeElement")
        if tab.evaluate("one => one === document.body || window.reached.has(one)", here):
            break
        tab.evaluate("one => window.reached.add(one)", here)
        tab.wait_for_timeout(20)
        if tab.evaluate(HIDDEN, here):
            covered.append(tab.evaluate("one => one.outerHTML.slice(0, 120)", here))
    left = "wanted => wanted.filter(one => !window.reached.has(one)).map(one => one.outerHTML.slice(0, 120))"
    assert tab.evaluate(left, wanted) == []
    assert covered == []
    assert tab.evaluate("wanted => wanted.length", wanted) > 30


def test_keys_do_what_a_mouse_does(open_page: Callable[..., Any], report: Path) -> None:
    tab = open_page(report, 400)
    tab.keyboard.press("Tab")
    skip = tab.locator(".skip")
    assert skip.evaluate("one => one === document.activeElement")
    assert skip.bounding_box()["x"] >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#segments"
    tab.locator("#theme").focus()
    tab.keyboard.press("Space")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    more = tab.locator("details").first
    more.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert more.get_attribute("open") is None
    box = tab.locator(".scroll:has(> .heat)")
    assert box.get_attribute("aria-label") == "Every column of every segment, scrolls sideways"
    box.focus()
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_function("document.querySelector('.scroll:has(> .heat)').scrollLeft > 0")
    head = tab.locator(".heat thead th").nth(2)
    head.locator("button").focus()
    tab.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
