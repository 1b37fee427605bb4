"""One day of a table replaced by renames: whole or not at all, killed whenever."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from custseg_spark.data.lake import swap
from custseg_spark.errors import RecipeError, RunError

DAYS = ("2026-11-22", "2026-11-23")
TODAY = "2026-11-24"


def run_id(second: int) -> str:
    return f"20261124T0000{second % 60:02d}.000Z-{second:04x}"


def staged(table: Path, run: str, parts: int = 5) -> None:
    """What a run's labels look like: some files, all of one run."""
    below = Path(swap.find_staging(str(table), run).removeprefix("file://"))
    for part in range(parts):
        file = below / f"segment={part}" / "part.parquet"
        file.parent.mkdir(parents=True)
        file.write_text(run)


def written(table: Path, day: str) -> list[str]:
    return [file.read_text() for file in sorted((table / f"run_date={day}").rglob("*.parquet"))]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    found = tmp_path / "lake" / "customers"
    for second, day in enumerate(DAYS):
        staged(found, run_id(second))
        swap.replace_day(str(found), day, run_id(second))
    return found


def test_a_day_is_replaced_and_the_others_stay(table: Path) -> None:
    for second in (10, 11):
        staged(table, run_id(second), parts=second - 8)
        swap.replace_day(str(table), TODAY, run_id(second))
    assert written(table, TODAY) == [run_id(11)] * 3
    assert [written(table, day) for day in DAYS] == [[run_id(0)] * 5, [run_id(1)] * 5]
    assert [path.name for path in table.parent.iterdir()] == ["customers"], "nothing is left beside the table"


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_kill_between_the_renames_loses_nothing(
    table: Path, renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged(table, run_id(10))
    swap.replace_day(str(table), TODAY, run_id(10))
    staged(table, run_id(11))
    done: list[str] = []

    def killed(self: Path, target: str) -> None:
        if len(done) == renames:
            raise KeyboardInterrupt
        done.append(target)
        os.rename(self, target)  # noqa: PTH104 - Path.rename is what this stands for

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        if renames < 2:
            with pytest.raises(KeyboardInterrupt):
                swap.replace_day(str(table), TODAY, run_id(11))
        else:
            swap.replace_day(str(table), TODAY, run_id(11))
    assert written(table, TODAY) == {0: [run_id(10)] * 5, 1: [], 2: [run_id(11)] * 5}[renames]
    swap.recover(str(table), TODAY, run_id(12))
    assert written(table, TODAY) == [run_id(11 if renames == 2 else 10)] * 5
    assert [written(table, day) for day in DAYS] == [[run_id(0)] * 5, [run_id(1)] * 5]


def publishing(table: Path, begin: int) -> None:
    second = begin
    while True:
        staged(table, run_id(second))
        swap.replace_day(str(table), TODAY, run_id(second))
        second += 1


def test_kills_at_random_moments(table: Path) -> None:
    random.seed(7)
    fork = multiprocessing.get_context("fork")
    for attempt in range(15):
        writer = fork.Process(target=publishing, args=(table, 1000 * (attempt + 1)))
        writer.start()
        time.sleep(random.uniform(0.005, 0.08))
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        assert [written(table, day) for day in DAYS] == [[run_id(0)] * 5, [run_id(1)] * 5]
        today = written(table, TODAY)
        assert len(set(today)) <= 1, "files of two runs in one day"
        assert len(today) in (0, 5)
        swap.recover(str(table), TODAY, run_id(0))
        assert attempt == 0 or len(written(table, TODAY)) == 5, "the next publish finds the day again"


def test_what_a_killed_run_staged_goes_a_day_later(table: Path) -> None:
    staged(table, "20261122T000000.000Z-aaaa")
    staged(table, "20261123T120000.000Z-bbbb")
    staged(table, run_id(30))
    swap.replace_day(str(table), TODAY, run_id(30))
    left = [path.name for path in table.parent.iterdir() if path.name != "customers"]
    assert left == [".customers.staging-20261123T120000.000Z-bbbb"]


def test_two_runs_at_one_day_end_whole(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other run's day comes between the two renames of this one."""
    staged(table, run_id(10))
    swap.replace_day(str(table), TODAY, run_id(10))
    staged(table, run_id(11))
    staged(table, run_id(12))

    def with_another(self: Path, target: str) -> None:
        os.rename(self, target)  # noqa: PTH104 - Path.rename is what this stands for
        monkeypatch.undo()
        swap.replace_day(str(table), TODAY, run_id(12))

    monkeypatch.setattr(Path, "rename", with_another)
    with pytest.raises(RunError, match="can't be written"):
        swap.replace_day(str(table), TODAY, run_id(11))
    assert written(table, TODAY) == [run_id(12)] * 5


def test_a_swap_of_another_day_is_left_alone(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another publisher's day comes and goes between the two renames of this one."""
    staged(table, run_id(10))
    swap.replace_day(str(table), TODAY, run_id(10))
    staged(table, run_id(11))
    staged(table, run_id(12), parts=2)

    def with_another(self: Path, target: str) -> None:
        os.rename(self, target)  # noqa: PTH104 - Path.rename is what this stands for
        monkeypatch.undo()
        swap.replace_day(str(table), DAYS[0], run_id(12))

    monkeypatch.setattr(Path, "rename", with_another)
    swap.replace_day(str(table), TODAY, run_id(11))
    assert written(table, TODAY) == [run_id(11)] * 5
    assert written(table, DAYS[0]) == [run_id(12)] * 2
    assert [path.name for path in table.parent.iterdir()] == ["customers"]


@pytest.mark.parametrize("night, back", [("20261124T110000.000Z-n", False), ("20261125T000000.000Z-n", True)])
def test_a_publish_of_any_day_puts_back_what_was_left_long_before(
    table: Path, night: str, back: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged(table, run_id(10))
    swap.replace_day(str(table), TODAY, run_id(10))
    aside = table.parent / f".customers.replaced-{run_id(11)}"
    aside.mkdir()
    (table / f"run_date={TODAY}").rename(aside / f"run_date={TODAY}")
    staged(table, night)
    swap.replace_day(str(table), "2026-11-25", night)
    assert written(table, TODAY) == ([run_id(10)] * 5 if back else [])
    assert aside.exists() is not back
    assert written(table, "2026-11-25") == [night] * 5


def test_a_publisher_that_ends_meanwhile_is_no_problem(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = str(table.parent / f".customers.replaced-{run_id(10)}")
    monkeypatch.setattr(swap, "_list_left", lambda _files, _root, what: [gone] if what == "replaced" else [])
    swap.recover(str(table), TODAY, run_id(11))


def test_object_stores_take_delta() -> None:
    with pytest.raises(RecipeError, match="can't be replaced at once") as told:
        swap.find_staging("memory://lake/customers", run_id(0))
    assert "format: delta" in told.value.remedy
