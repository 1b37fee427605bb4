"""What is brought lies in a folder of its own; it goes when it is replaced or the visit ends, not before."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from itertools import pairwise
from pathlib import Path

import pytest

from custseg_spark import journal
from custseg_spark.app.task import PLACES, Task
from custseg_spark.app.visit import Visit


def wait_until(true: object, seconds: float = 5.0) -> bool:
    """Whether `true()` came to hold."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def visit() -> Visit:
    return Visit()


def test_another_table_takes_the_place_of_the_first_on_disk_and_in_memory(visit: Visit) -> None:
    first = visit.bring("segment", "a.csv", b"1")
    first.known["seen"] = object()
    second = visit.bring("segment", "a.csv", b"2")
    assert second.file.read_bytes() == b"2"
    assert not first.folder.exists()
    assert first.known == {}
    assert visit.tables["segment"] is second


def test_two_visits_share_nothing(visit: Visit) -> None:
    other = Visit()
    mine, theirs = visit.bring("segment", "t.csv", b"mine"), other.bring("segment", "t.csv", b"theirs")
    assert visit.folder != other.folder
    other.close()
    assert mine.file.read_bytes() == b"mine"
    assert not theirs.file.exists()


def test_a_visit_that_ends_leaves_nothing(visit: Visit) -> None:
    visit.bring("segment", "t.csv", b"1")
    visit.bring("predict", "u.csv", b"2")
    visit.close()
    assert visit.closed
    assert not visit.folder.exists()
    assert visit.tables == {}


def test_a_lost_connection_ends_the_visit_after_a_while(visit: Visit) -> None:
    visit.bring("segment", "t.csv", b"1")
    visit.leave(after=0.05)
    assert wait_until(lambda: not visit.folder.exists())
    assert visit.closed


def test_a_connection_that_is_back_keeps_the_visit(visit: Visit) -> None:
    table = visit.bring("segment", "t.csv", b"1")
    visit.leave(after=0.1)
    visit.stay()
    time.sleep(0.2)
    assert table.file.exists()


def test_who_is_back_without_a_click_keeps_the_visit_until_they_leave() -> None:
    here = [True]
    visit = Visit(lambda: here[0])
    table = visit.bring("segment", "t.csv", b"1")
    visit.leave(after=0.05)
    time.sleep(0.2)
    assert table.file.exists()
    here[0] = False
    assert wait_until(lambda: not visit.folder.exists())


def test_work_that_writes_after_its_table_was_replaced_leaves_nothing(visit: Visit) -> None:
    table = visit.bring("segment", "t.csv", b"1")
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait()
        late = Path(table.make_output()) / "late.csv"
        late.parent.mkdir(parents=True)
        late.write_text("x")

    task = table.task = table.begin(work)
    begun.wait()
    visit.close()
    go_on.set()
    assert task.wait(5)
    assert wait_until(lambda: not visit.folder.exists())


def make_stages(begun: threading.Event, go_on: threading.Event, folder: Path) -> Callable[[], None]:
    """Work that writes, is told to go on, and writes again in its next stage."""

    def work() -> None:
        begun.set()
        go_on.wait(5)
        folder.mkdir(parents=True, exist_ok=True)
        with journal.stage("sweep"):
            (folder / "late.csv").write_text("x")

    return work


def test_work_that_was_given_up_ends_with_its_stage_and_leaves_nothing(visit: Visit) -> None:
    table = visit.bring("segment", "t.csv", b"1")
    begun, go_on = threading.Event(), threading.Event()
    first = table.task = table.begin(make_stages(begun, go_on, table.folder / "out1"))
    begun.wait()
    table.forget()
    second = table.task = table.begin(lambda: "other choices")
    assert second.result() == "other choices", "the first is in nobody's way"
    visit.drop("segment")
    visit.close()
    go_on.set()
    with pytest.raises(CancelledError):
        first.result()
    assert wait_until(lambda: not visit.folder.exists())


def test_work_that_waits_for_a_place_and_is_given_up_never_begins(visit: Visit) -> None:
    table, done = visit.bring("segment", "t.csv", b"1"), []
    begun, go_on = [threading.Event() for _ in range(PLACES)], threading.Event()
    held = [Task(lambda mine=mine: (mine.set(), go_on.wait(5))) for mine in begun]  # type: ignore[misc]
    try:
        for mine in begun:
            mine.wait()
        waits = table.begin(lambda: done.append(1))
        table.forget()
        assert waits.wait(2), "before a place is free"
    finally:
        go_on.set()
    assert all(task.wait(5) for task in held)
    assert done == []
    assert Task(lambda: 1).result() == 1, "and it holds no place"


def test_progress_only_grows_and_speaks_plainly() -> None:
    shown: list[tuple[float, str]] = []
    steps = ["read", "check", "sweep", "sweep k=4", "choose", "label", "report", "label"]

    def work() -> str:
        for step in steps:
            journal.progress(step)
            shown.append(task.progress)
        return "done"

    ready = threading.Event()
    task = Task(lambda: (ready.wait(), work())[1])
    ready.set()
    assert task.result() == "done"
    shares = [share for share, _ in shown]
    assert shares == sorted(shares)
    assert "Tried 4 segments" in [said for _, said in shown]
    assert shown[-1][1] == "Drawing the report"


def test_a_sweep_of_many_numbers_leaves_room_for_what_follows() -> None:
    shown: list[tuple[float, str]] = []

    def work() -> None:
        for step in ("sweep", *(f"sweep k={k}" for k in range(2, 13)), "choose"):
            journal.progress(step)
            shown.append(task.progress)

    ready = threading.Event()

    def wait_and_work() -> None:
        ready.wait()
        work()

    task = Task(wait_and_work)
    ready.set()
    task.result()
    shares = [share for share, _ in shown]
    assert all(before < after for before, after in pairwise(shares))
    assert [said for _, said in shown][-2:] == [
        "Tried 12 segments",
        "Weighing which number of segments holds",
    ]


def test_what_work_raises_is_raised_where_it_is_asked_for() -> None:
    def work() -> None:
        raise ValueError("no")

    task = Task(work)
    with pytest.raises(ValueError, match="no"):
        task.result()
    assert task.done()
