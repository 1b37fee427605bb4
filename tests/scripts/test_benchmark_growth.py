"""scripts/benchmark-growth: what is measured, the slopes, and what a billion rows are said to take."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from matplotlib.image import imread

from tests.scripts.benchmark_results import MACHINE
from tests.scripts.load_script import load_script


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script("benchmark-growth")


@pytest.fixture(scope="module")
def growth(script: ModuleType) -> ModuleType:
    """The module of the figures, as the script finds it."""
    return importlib.import_module("growth")


def point(rows: int, features: int, k: int, seconds: float, mib: float = 500.0) -> dict[str, Any]:
    turn = {"seconds": seconds, "peak_mib": mib, "load_before": 0.1}
    return {"rows": rows, "features": features, "k": k, "turns": [turn]}


def make_growth(*points: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "sail", "engine": "Sail", "date": "2025-01-01", "driver_memory": "4g", "note": "",
        "machine": dict(MACHINE), "base": {"rows": 1_000_000, "features": 4, "k": 10}, "points": list(points),
    }  # fmt: skip


POINTS = (
    point(1_000_000, 4, 10, 12.0),
    point(10_000_000, 4, 10, 21.0),
    point(100_000_000, 4, 10, 111.0, mib=1400.0),
    point(1_000_000, 16, 10, 24.0),
    point(1_000_000, 4, 40, 18.0),
)


def test_every_size_is_measured_once_with_the_others_at_their_base(script: ModuleType) -> None:
    asked = ["--rows", "10,1000", "--features", "4,16", "--k", "5,8,9", "--base", "1000"]
    assert script.list_sizes(script.parser().parse_args(asked)) == [
        (10, 4, 5), (1000, 4, 5), (1000, 4, 8), (1000, 4, 9), (1000, 16, 5),
    ]  # fmt: skip


def test_an_axis_has_the_points_through_the_base_in_order_without_failed_turns(growth: ModuleType) -> None:
    failed = point(100_000, 4, 10, 1.0)
    failed["turns"][0]["problem"] = "exit 1"
    found = make_growth(*reversed(POINTS), failed)
    rows, features, k = (growth.list_points(found, axis) for axis in growth.AXES)
    assert [(one.at, one.seconds) for one in rows] == [
        (1_000_000, 12.0), (10_000_000, 21.0), (100_000_000, 111.0),
    ]  # fmt: skip
    assert [one.at for one in features] == [4, 16]
    assert [one.at for one in k] == [10, 40]


def test_the_slope_is_told_for_each_step(growth: ModuleType) -> None:
    rows, features, k = growth.AXES
    found = make_growth(*POINTS)
    said = growth.tell_slope(rows, growth.list_points(found, rows))
    assert "1,000,000 to 100,000,000 is 100 times; time grows 9.2 times, peak memory 2.8 times" in said
    assert "less than in proportion (as the power 0.72): 1 s and 10 MiB for each million rows more" in said
    assert "1 s and 0 MiB for each feature more" in growth.tell_slope(
        features, growth.list_points(found, features)
    )
    assert growth.tell_slope(k, growth.list_points(found, k)[:1]) == ""


def test_the_power_of_a_square_is_two(growth: ModuleType) -> None:
    assert growth.find_power(growth.Point(3, 9.0, 1.0), growth.Point(5, 25.0, 1.0)) == pytest.approx(2)


def test_a_billion_rows_take_the_slope_of_two_cores_less_what_cores_give(growth: ModuleType) -> None:
    points = growth.list_points(make_growth(*POINTS), growth.AXES[0])
    assert growth.estimate_billion(points, 2) == pytest.approx((1011.0, 1011.0))
    share = (51 - 10) / (178 - 10)
    assert growth.estimate_billion(points, 16) == pytest.approx((11 + 1000 * share,) * 2)
    least, most = growth.estimate_billion(points, 64)
    assert 11 < least < most == pytest.approx(11 + 1000 * share)


def test_the_page_has_the_figure_the_slopes_and_the_derivation(script: ModuleType, tmp_path: Path) -> None:
    results = tmp_path / "results"
    script.growth_page.save(make_growth(*POINTS), results)
    assert json.loads((results / "growth" / "sail.json").read_text())["engine"] == "Sail"
    assert imread(tmp_path / "growth.png").shape[:2] == (728, 1300)
    script.readme.save(results)
    page = (tmp_path / "README.md").read_text()
    assert "![Time and peak memory by rows, features and k](growth.png)" in page
    assert "| rows | 100,000,000 | 111.0 | 1,400 |" in page
    assert "**A billion rows** would take 4.3 minutes on 16 cores and" in page
    assert "This is derived, not measured" in page
    elsewhere = make_growth(*POINTS)
    elsewhere["machine"]["cores"] = 8
    script.growth_page.save(elsewhere, results)
    assert "A billion rows" not in "\n".join(script.growth_page.write_section(results))
