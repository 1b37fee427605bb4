"""The page as a person uses it: a browser against the running server, one server for all tests."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from custseg_spark import runs
from tests.app.chromium import ARGUMENTS, CHROMIUM, find_violations
from tests.app.test_visit import wait_until
from tests.conftest import ROOT
from tests.jobs.conftest import planted

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("streamlit", reason="streamlit is not installed")
pytestmark = pytest.mark.browser

MEGABYTES = 3
FORGET_AFTER = 4
GL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
SOCKETS = """
const Socket = window.WebSocket; window.sockets = [];
window.WebSocket = class extends Socket {
  constructor(...given) { super(...given); window.sockets.push(this); }
};
"""
"""Keeps the page's connections, so that a test can cut them."""
WAIT = 180_000
"""Milliseconds that anything may take on a busy machine."""
SLACK = os.environ.get("SLACK")
"""How many times longer than its bound a step may take; unset: as long as it likes, for a bound tells of the
machine as much as of the page. The bounds hold on two quiet cores: SLACK=1."""


@dataclass(frozen=True)
class Server:
    """A running server: where, its scratch folder, where it keeps runs, and how it was started."""

    url: str
    scratch: Path
    output: Path
    up: float

    def list_kept(self) -> list[str]:
        """The names of all files that lie in visits' folders, uploaded or made of what was."""
        visits = self.scratch.glob("custseg-app-*/visit-*")
        return sorted(name for visit in visits for _, _, names in os.walk(visit) for name in names)

    def has_uploads_in_memory(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/_stcore/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return any("UploadedFileManager" in line and not line.endswith(" 0") for line in lines)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *GL])
        opened.new_page().close()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started when the browser is there: its start is no part of the time to the first page."""
    scratch, output = tmp_path_factory.mktemp("scratch"), tmp_path_factory.mktemp("output")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "custseg_spark.cli", "app", "--no-browser", "--port", str(port)]
    command += ["--output", str(output), "--max-upload", str(MEGABYTES), "--forget-after", str(FORGET_AFTER)]
    settings = {"TMPDIR": str(scratch), "SPARK_DRIVER_MEMORY": "1g", "PYTHONPATH": str(ROOT)}
    log = (scratch / "log").open("wb")
    process = subprocess.Popen(
        command, cwd=scratch, env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://localhost:{port}"
    try:
        assert wait_until(lambda: is_up(f"{url}/_stcore/health"), 60), (scratch / "log").read_text()
        yield Server(url, scratch, output, time.monotonic())
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        log.close()
    assert not list(scratch.glob("custseg-app-*")), "the server took its folder with it"


def is_up(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:
        return bool(answer.status == 200)
    return False


@pytest.fixture
def person(browser: Any, server: Server) -> Iterator[Callable[[], Any]]:
    """Opens the page as somebody new; each has a browser of their own."""
    contexts, elsewhere = [], []

    def note_request(request: Any) -> None:
        if not request.url.startswith((server.url, "data:", "blob:", server.url.replace("http", "ws"))):
            elsewhere.append(request.url)

    def arrive(width: int = 1400) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        contexts.append(context)
        context.add_init_script(SOCKETS)
        page = context.new_page()
        page.on("request", note_request)
        page.set_default_timeout(WAIT)
        page.goto(server.url)
        return page

    yield arrive
    for context in contexts:
        context.close()
    assert elsewhere == [], "the page asks no other server for anything"


def bring(page: Any, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": content})


def bring_file(page: Any, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(str(path))


def wait_for_proposal(page: Any) -> None:
    page.get_by_role("heading", name="What should tell your customers apart?").wait_for()


def find_segments(page: Any) -> str:
    """Press the button; the headline of what was found."""
    page.get_by_role("button", name="Find segments").click()
    headline = page.locator(".cs-headline")
    headline.wait_for()
    return str(headline.inner_text())


def choose_view(page: Any, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()


def check_access(page: Any) -> None:
    """What is shown keeps WCAG 2.2 AA, on a large screen and on a small one."""
    size = page.viewport_size
    for width in (400, size["width"]):
        page.set_viewport_size({**size, "width": width})
        page.wait_for_timeout(500)  # until Streamlit has laid it out anew
        assert find_violations(page) == [], page.url


def go(page: Any, name: str) -> None:
    page.get_by_role("link", name=name).first.click()


def take_file(page: Any, name: str) -> bytes:
    """The content of a download."""
    with page.expect_download(timeout=WAIT) as found:
        page.get_by_role("button", name=name).click()
    return Path(found.value.path()).read_bytes()


def write_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def is_within(seconds: float, bound: float) -> bool:
    """Whether a step took no longer than its bound, where that was asked."""
    return SLACK is None or seconds < bound * float(SLACK)


# The order is that of a server's life: its first page is the first thing that is asked of it.


def test_the_first_page_is_there_within_three_seconds(server: Server, person: Callable[..., Any]) -> None:
    page = person()
    page.get_by_role("heading", name="Find the segments among your customers").wait_for()
    seconds = time.monotonic() - server.up
    print(f"first page {seconds:.1f} s after the server was up")
    assert is_within(seconds, 3)


@pytest.mark.parametrize(
    "name, content, why",
    [
        ("photo.png", b"\x89PNG", "photo.png is not a table this page reads"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "Save the table again as an Excel workbook"),
        ("texts.csv", b"id,city\n" + b"".join(b"c%d,town\n" % i for i in range(40)), "no column of numbers"),
        ("one.csv", b"id,spend\n1,2\n", "holds 1 row"),
        ("large.csv", b"id,spend\n" + b"1,2\n" * (MEGABYTES * 2**18 + 1), f"{MEGABYTES}.0MB or smaller"),
    ],
)
def test_refusals_are_plain_sentences(
    person: Callable[..., Any], name: str, content: bytes, why: str
) -> None:
    page = person()
    bring(page, name, content)
    page.get_by_text(why).first.wait_for()
    assert "Traceback" not in page.content()


def test_from_a_spreadsheet_to_a_labelled_one_with_a_report(
    server: Server, person: Callable[..., Any], shared_data: Path
) -> None:
    page = person()
    bring_file(page, shared_data / "marketing_campaign.xlsx")
    wait_for_proposal(page)
    begun = time.monotonic()
    headline = find_segments(page)
    seconds = time.monotonic() - begun
    print(f"marketing_campaign.xlsx segmented {seconds:.1f} s after the button was pressed")
    assert is_within(seconds, 20)
    choose_view(page, "Take it with you")
    page.get_by_role("button", name="Report").wait_for()
    page.locator(".cs-card").first.wait_for(state="detached")
    assert re.match(r"(Two|Three|Four|Five|Six|Seven|Eight) segments\.", headline)
    for name, sign in (
        ("Map", "text=Each point is a customer"),
        ("Side by side", ".js-plotly-plot .heatmaplayer"),
        ("Why this many", "text=Are they apart?"),
        ("Each segment", ".cs-card"),
    ):
        assert page.locator(sign).count() == 0, f"{name} is not the view before"
        choose_view(page, name)
        page.locator(sign).first.wait_for()
    assert page.locator(".cs-table thead").get_by_text("Response").count() == 1, "what counts as success"
    choose_view(page, "Map")
    page.get_by_text("In three dimensions").click()
    page.locator("#scene canvas").first.wait_for()
    choose_view(page, "Take it with you")
    book = openpyxl.load_workbook(io.BytesIO(take_file(page, "Excel")), read_only=True)
    assert sum(1 for _ in book["Customers"].iter_rows()) == 2241
    report = take_file(page, "Report").decode()
    assert headline.split(".")[0] in report
    assert str(server.scratch) not in report
    assert take_file(page, "Recipe").startswith(b"input:")


def test_a_tab_separated_table_named_csv_is_segmented_as_the_form_was_changed(
    person: Callable[..., Any], shared_data: Path
) -> None:
    page = person(800)
    bring_file(page, shared_data / "marketing_campaign.csv")
    wait_for_proposal(page)
    page.get_by_text("2,240 rows, 29 columns").first.wait_for()
    assert "mnt total (sum of 6 columns)" in page.locator("[data-testid=stMultiSelect]").first.inner_text()
    choose_view(page, "Exactly")
    page.get_by_role("slider").first.press("ArrowLeft")
    page.get_by_role("slider").first.press("ArrowLeft")
    page.locator("[data-testid=stSliderThumbValue]").get_by_text("3", exact=True).first.wait_for()
    assert find_segments(page).startswith("Three segments.")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut off"
    choose_view(page, "Take it with you")
    labelled = pd.read_csv(io.BytesIO(take_file(page, "CSV")))
    assert (len(labelled), list(labelled)[:2]) == (2240, ["segment", "segment_name"])
    assert pd.read_parquet(io.BytesIO(take_file(page, "Parquet")))["segment"].nunique() == 3
    assert b"SELECT" in take_file(page, "SQL").upper()


def test_a_made_table_is_segmented_compared_saved_predicted_and_explored(
    server: Server, person: Callable[..., Any]
) -> None:
    content = io.BytesIO()
    planted().drop(columns="group").to_parquet(content)
    page = person()
    page.get_by_role("heading", name="Find the segments among your customers").wait_for()
    check_access(page)
    bring(page, "made.parquet", content.getvalue())
    wait_for_proposal(page)
    check_access(page)
    assert find_segments(page).startswith("Three segments.")
    check_access(page)
    choose_view(page, "Other ways")
    page.get_by_role("button", name="Compare").click()
    compared = page.locator(".cs-compared tbody")
    compared.wait_for()
    for way in ("DBSCAN", "hierarchical"):
        assert compared.locator("th").get_by_text(way).count(), way
    page.get_by_text("Hierarchical clustering: the longer a line").wait_for()
    assert page.locator("[data-testid=stImage] img[alt]").count() == 3
    check_access(page)
    choose_view(page, "Take it with you")
    page.get_by_role("button", name="Report").wait_for()
    check_access(page)
    page.get_by_role("button", name="Save as candidate run").click()
    page.get_by_text("Saved as").wait_for()
    (saved,) = (server.output / "runs").iterdir()
    page.get_by_text(f"custseg runs promote {saved.name}").first.wait_for()
    runs.promote_run(runs.find_run(str(server.output), saved.name), "asked")

    go(page, "Explore")
    choose_view(page, "Who moved")
    page.get_by_text("Against the live segmentation").wait_for()
    page.locator(".js-plotly-plot .heatmaplayer").wait_for()

    other = person()  # whom the run was handed to
    go(other, "Predict")
    other.locator(".cs-answer h2").wait_for()
    spend, visits = (other.get_by_role("spinbutton").nth(place) for place in (0, 1))
    check_access(other)
    before = other.locator(".cs-answer h2").inner_text()
    spend.fill("25")
    visits.fill("3")
    begun = time.monotonic()
    visits.press("Enter")
    other.wait_for_function(
        "before => document.querySelector('.cs-answer h2')?.innerText != before", arg=before
    )
    seconds = time.monotonic() - begun
    print(f"a prediction {seconds:.2f} s after the value was entered")
    assert is_within(seconds, 1)

    choose_view(other, "A table of customers")
    bring(other, "tomorrow.csv", planted(90).drop(columns="group").to_csv(index=False, sep=";").encode())
    other.get_by_text("share before").wait_for()
    counts = other.locator(".cs-table tbody tr td:nth-child(2)").all_inner_texts()
    assert sum(map(int, counts)) == 90
    assert len(pd.read_csv(io.BytesIO(take_file(other, "CSV")))) == 90

    go(other, "Explore")
    other.locator(".cs-card").first.wait_for()
    check_access(other)
    for name, sign in (
        ("Two side by side", "[data-testid=stDataFrame]"),
        ("One column", ".js-plotly-plot .boxlayer"),
        ("Two columns", ".js-plotly-plot .gl-canvas"),
        ("Who moved", "text=Nothing to hold this run against"),
    ):
        assert other.locator(sign).count() == 0, name
        choose_view(other, name)
        other.locator(sign).first.wait_for()
    choose_view(other, "Find a customer")
    other.get_by_label("id of the customer").fill("00007")
    other.get_by_label("id of the customer").press("Enter")
    other.locator(".cs-answer h2").wait_for()


def test_two_people_at_once_get_their_own(person: Callable[..., Any]) -> None:
    one, other = person(), person()
    for page, rows in ((one, 300), (other, 150)):
        bring(page, "customers.csv", write_csv(planted(rows).drop(columns="group")))
    for page in (one, other):
        wait_for_proposal(page)
        page.get_by_role("button", name="Find segments").click()
    for page, rows in ((one, 300), (other, 150)):
        page.locator(".cs-headline").wait_for()
        counts = page.locator(".cs-table tbody tr td:nth-child(2)").all_inner_texts()
        assert sum(int(count.replace(",", "")) for count in counts) == rows


def test_nothing_stays_when_a_table_is_replaced_or_its_person_leaves(
    server: Server, person: Callable[..., Any]
) -> None:
    assert wait_until(lambda: not server.list_kept(), FORGET_AFTER + 10), "of those who left before"
    page = person()
    bring(page, "first.csv", write_csv(planted(100).drop(columns="group")))
    wait_for_proposal(page)
    assert server.list_kept() == ["first.csv"]
    assert wait_until(lambda: not server.has_uploads_in_memory()), "it lies on disk alone"
    find_segments(page)
    go(page, "Predict")
    choose_view(page, "A table of customers")
    bring(page, "third.csv", write_csv(planted(60).drop(columns="group")))
    page.get_by_text("share before").wait_for()
    made = set(server.list_kept())
    assert {"first.csv", "third.csv", "report.html", "score.json"} <= made, "a run and a score"
    page.get_by_role("button", name="Use another table").click()
    page.locator("input[type=file]").wait_for(state="attached")
    assert wait_until(lambda: not {"third.csv", "score.json"} & set(server.list_kept()))
    go(page, "Segment")
    page.locator(".cs-headline").wait_for()
    page.get_by_role("button", name="Use another table").click()
    page.get_by_role("heading", name="Find the segments among your customers").wait_for()
    bring(page, "second.csv", write_csv(planted(100).drop(columns="group")))
    page.get_by_text("second.csv", exact=True).wait_for()
    wait_for_proposal(page)
    assert server.list_kept() == ["second.csv"], "nor is anything left that was made of the first"
    page.evaluate("window.sockets.forEach(socket => socket.close())")
    page.wait_for_function("window.sockets.length > 1 && window.sockets.at(-1).readyState == 1")
    page.wait_for_timeout(1000 * (FORGET_AFTER + 2))
    assert server.list_kept() == ["second.csv"], "a network that failed for a moment"
    page.context.close()
    assert wait_until(lambda: not list(server.scratch.glob("custseg-app-*/visit-*")), FORGET_AFTER + 10)
