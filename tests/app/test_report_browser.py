"""The page in a real browser: no error, no request, it sorts, it fits, it turns dark."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custseg_spark.report.html import render_page
from tests.unit import report_trial

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(
    tmp_path_factory: pytest.TempPathFactory,
    trial: report_trial.Trial,
    drawn: tuple[dict[str, bytes], dict[str, bytes]],
) -> Path:
    html = render_page(report_trial.full_page(trial, *drawn))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def opened(browser: Any, report: Path, troubles: list[str]) -> Iterator[Any]:
    """The page at 1400 pixels; what the console or the network says is gathered in `troubles`."""
    tab = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
    tab.on("console", lambda message: troubles.append(message.text))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("request", lambda request: troubles.append(request.url) if _leaves(request.url, report) else None)
    tab.goto(report.as_uri())
    yield tab
    tab.close()


def _leaves(url: str, report: Path) -> bool:
    return not url.startswith("data:") and url != report.as_uri()


def _column(tab: Any, number: int) -> list[str]:
    texts: list[str] = tab.eval_on_selector_all(
        f"table.answer tbody tr > :nth-child({number})", "cells => cells.map(cell => cell.dataset.sort)"
    )
    return texts


def test_no_errors_and_no_requests(opened: Any, troubles: list[str]) -> None:
    opened.click("#theme")
    for summary in opened.query_selector_all("summary"):
        summary.click()
    opened.wait_for_timeout(200)
    assert troubles == []


def test_a_click_sorts_and_another_turns_it_round(opened: Any) -> None:
    share = [float(value) for value in _column(opened, 2)]
    button = opened.locator("table.answer thead th").nth(1).locator("button")
    button.click()
    assert [float(value) for value in _column(opened, 2)] == sorted(share, reverse=True)
    assert opened.get_attribute("table.answer thead th:nth-child(2)", "aria-sort") == "descending"
    button.press("Enter")
    assert [float(value) for value in _column(opened, 2)] == sorted(share)
    opened.locator("table.answer thead th").nth(0).locator("button").click()
    assert _column(opened, 1) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("width", [1400, 400])
def test_nothing_is_wider_than_the_screen(opened: Any, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 900})
    for summary in opened.query_selector_all("summary"):
        summary.click()
    assert opened.evaluate("document.documentElement.scrollWidth") == width


def test_the_answer_stands_on_the_first_screen(opened: Any) -> None:
    box = opened.locator("table.answer").bounding_box()
    assert box["y"] + box["height"] < 900


def test_dark_by_system_and_by_hand(opened: Any) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(ground)
    assert opened.locator("img.night").first.is_hidden()
    opened.emulate_media(color_scheme="dark")
    dark = opened.evaluate(ground)
    assert dark != light
    assert opened.locator("img.day").first.is_hidden()
    opened.click("#theme")
    assert opened.evaluate(ground) == light


def test_paper_is_light_and_nothing_stays_folded(opened: Any) -> None:
    opened.click("#theme")
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.locator("details:not([open])").count() == 0
    assert len(opened.pdf()) > 10_000
