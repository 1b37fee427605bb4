"""The page in a real browser: no error, no request, it sorts, it fits, it turns dark, it prints."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custseg_spark.report import palette


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


def test_marks_are_letters_and_say_where_the_segment_is_in_the_tables(opened: Any) -> None:
    marks = opened.locator(".mark")
    assert marks.count() > 15
    for mark in marks.all():
        letter, title = mark.text_content(), mark.get_attribute("title")
        segment = int(title.removeprefix("segment ").removesuffix(" in the tables"))
        assert letter == palette.write_letter(segment)
        assert mark.evaluate("one => getComputedStyle(one).backgroundColor") == _to_rgb(segment)


def _to_rgb(segment: int) -> str:
    colour = palette.pick_colour(segment)
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def test_side_by_side_shows_every_column_and_sorts_within_its_groups(opened: Any) -> None:
    opened.set_viewport_size({"width": 1300, "height": 900})
    box = opened.locator(".scroll:has(> .heat)")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    heads = opened.locator(".heat thead th")
    assert heads.count() == 7, "its columns are the names, all customers, and a segment each"
    heads.nth(4).locator("button").click()
    assert opened.locator(".heat .group").all_inner_texts() == [
        "Cut the segments", "Only describe them", "What they did"
    ]  # fmt: skip
    for body in opened.locator(".heat tbody").all():
        assert body.locator("tr").first.get_attribute("class") == "group"
        cells = body.locator("tr:not(.group) > :nth-child(5)").all()
        far = [float(cell.get_attribute("data-sort")) for cell in cells]
        assert far == sorted(far, reverse=True)
    heads.nth(0).locator("button").click()
    assert opened.locator(".heat tbody th[scope=row]").first.inner_text().startswith("Spend")


def test_what_scrolls_sideways_says_so(opened: Any) -> None:
    assert opened.locator(".hint:visible").count() == 0
    opened.set_viewport_size({"width": 400, "height": 900})
    box = opened.locator(".scroll:has(> .heat)")
    box.locator("xpath=preceding-sibling::*[1][@class='hint']").wait_for()
    head = box.locator("tbody th[scope=row]").first
    before = head.bounding_box()["x"]
    box.evaluate("box => box.scrollLeft = 200")
    assert head.bounding_box()["x"] == before, "the names stay where they are"
    opened.set_viewport_size({"width": 1300, "height": 900})
    box.locator("xpath=preceding-sibling::*[1][@class='hint']").wait_for(state="detached")


def test_paper_is_light_and_nothing_stays_folded(opened: Any) -> None:
    opened.click("#theme")
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.locator("details:not([open]):not(.screen)").count() == 0
    assert opened.locator("details:not(.screen)").count() > 0
    assert opened.locator("nav:visible, .hint:visible, details.screen:visible, #theme:visible").count() == 0
    assert opened.get_by_text("Not on paper, but in the file").is_visible()
    assert len(opened.pdf()) > 10_000


@pytest.mark.parametrize("kind", ["report", "crowded"])
def test_each_segment_has_a_sheet_and_nothing_is_cut_off(opened: Any, kind: str, request: Any) -> None:
    """A4 with margins of 14 mm is 688 pixels wide and 1017 high."""
    opened.goto(request.getfixturevalue(kind).as_uri())
    opened.set_viewport_size({"width": 688, "height": 1017})
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    cards = opened.locator(".card")
    assert cards.count() == (14 if kind == "crowded" else 5)
    for place, card in enumerate(cards.all()):
        assert card.evaluate("one => getComputedStyle(one).breakBefore") == ("page" if place else "auto")
        assert card.bounding_box()["height"] < 1017 - (0 if place else 120), (
            "the first has a heading above it"
        )
    assert opened.evaluate("document.documentElement.scrollWidth") == 688
    assert opened.locator(".heat").bounding_box()["width"] <= 688
