"""Work that is handed to other processes gives the same as work that is done here."""

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from custseg_spark import workers
from custseg_spark.clustering.partitions import find_best_start
from custseg_spark.evidence import gather_scores
from custseg_spark.evidence.refit import fit_kmeans
from custseg_spark.recipe.sections import Evidence


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
