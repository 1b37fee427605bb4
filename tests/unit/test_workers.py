"""Work that is handed to other processes gives the same as work that is done here."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from custseg_spark import workers
from custseg_spark.clustering.partitions import find_best_start
from custseg_spark.errors import RecipeError
from custseg_spark.evidence import gather_scores
from custseg_spark.kmeans import fit_kmeans
from custseg_spark.recipe.sections import Evidence

ROOT = Path(__file__).parents[2]


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two workers, whatever the machine has; the tests beside work without."""
    monkeypatch.setenv("CUSTSEG_WORKERS", "2")
    yield
    workers.stop()


def find_process(_: int) -> int:
    return os.getpid()


def die_elsewhere(parent: int) -> int:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return parent


def test_with_one_core_the_work_is_done_here() -> None:
    assert workers.run_each(find_process, range(3)) == [os.getpid()] * 3


@pytest.mark.usefixtures("two")
def test_with_two_it_is_done_elsewhere_and_comes_back_in_order() -> None:
    workers.warm_up()
    assert os.getpid() not in workers.run_each(find_process, range(3))
    assert workers.run_each(abs, [-3, 2, -1]) == [3, 2, 1]


@pytest.mark.usefixtures("two")
def test_what_a_worker_that_died_had_to_do_is_done_here() -> None:
    assert workers.run_each(die_elsewhere, [os.getpid()] * 3) == [os.getpid()] * 3
    assert workers.run_each(abs, [-1, -2]) == [1, 2], "others stand up in its place"


def read_first(shared: workers.Shared) -> tuple[bool, float]:
    return isinstance(shared(), np.memmap), float(shared()[0, 1])


@pytest.mark.usefixtures("two")
def test_an_array_is_handed_to_workers_by_a_file_that_goes_with_the_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with workers.share(np.array([[1.0, 2.5]])) as shared:
        assert len(list(tmp_path.iterdir())) == 1
        assert workers.run_each(read_first, [shared, shared]) == [(True, 2.5)] * 2
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with workers.share(np.array([[1.0, 2.5]])) as shared:
        assert workers.run_each(read_first, [shared, shared]) == [(False, 2.5)] * 2


@pytest.mark.usefixtures("two")
def test_an_error_of_the_work_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        workers.run_each(_divide, [0])


def _divide(by: int) -> float:
    return 1 / by


def test_scores_and_centres_do_not_depend_on_the_workers(request: pytest.FixtureRequest) -> None:
    points = np.random.default_rng(3).normal(size=(300, 2))
    points[:100] += 4
    cuts = {k: fit_kmeans(points, k, 1, 2) for k in (2, 3)}
    asked = Evidence(bootstraps=3)

    def find() -> tuple[object, object]:
        return gather_scores(points, cuts, asked, seed=1), find_best_start(points, 3, 6, seed=1)[0].tolist()

    here = find()
    request.getfixturevalue("two")
    assert find() == here


def start_program(body: str, place: Path) -> subprocess.Popen[str]:
    """A program without a guard around its main part, that has two workers; they need not know much."""
    file = place / "program.py"
    light = "workers.LIBRARIES = workers.FIGURES = 'math'"
    file.write_text(f"import time\nfrom custseg_spark import workers\n{light}\n{body}")
    environment = {**os.environ, "CUSTSEG_WORKERS": "2", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, file], env=environment, stdout=subprocess.PIPE, text=True)


def test_a_script_without_a_guard_is_not_run_again_by_its_workers(tmp_path: Path) -> None:
    with start_program("print('once')\nprint(workers.run_each(abs, [-1, -2]))", tmp_path) as program:
        told, _ = program.communicate(timeout=60)
    assert (told.splitlines(), program.returncode) == (["once", "[1, 2]"], 0)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_the_process_that_asked(end: signal.Signals, tmp_path: Path) -> None:
    body = (
        "import signal\n"
        "from tests.unit.test_workers import find_process\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background ignores it
        "print(*{*workers.run_each(find_process, range(20))}, flush=True)\n"
        "time.sleep(60)\n"
    )
    with start_program(body, tmp_path) as program:
        assert program.stdout is not None
        found = [int(pid) for pid in program.stdout.readline().split()]
        assert program.pid not in found
        assert found
        program.send_signal(end)
        program.wait(timeout=20)
    deadline = time.monotonic() + 20
    while any(map(is_running, found)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in found if is_running(pid)]


def is_running(pid: int) -> bool:
    """Whether there is such a process, that has not ended without being asked how."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_a_process_that_may_have_no_children_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTSEG_WORKERS", "2")
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    assert workers.run_each(find_process, range(3)) == [os.getpid()] * 3


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5"])
def test_a_number_of_workers_that_is_none_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTSEG_WORKERS", wrong)
    with pytest.raises(RecipeError, match=f"CUSTSEG_WORKERS={wrong}"):
        workers.run_each(abs, [-1])
