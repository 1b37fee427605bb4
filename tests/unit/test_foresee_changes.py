"""How many customers change segment by a purchase or by waiting alone, found again by other code."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from custseg_spark.features import Treatment
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.steps.foresee_changes import ForeseenChanges, foresee_changes

CENTRES = np.array([[0.9, 0.8, 0.1], [0.9, -0.9, 0.0], [-0.8, 0.9, 0.3], [-0.9, -0.8, -0.4]])


def give(unit: str = "days since the last purchase", name: str = "recency", **how: Any) -> SimpleNamespace:
    """What the function reads of a training result: recency has gaps, and is filled, clipped and logged."""
    rng = np.random.default_rng(4)
    raw = pd.DataFrame(
        {
            "spend": rng.lognormal(5, 1, 700),
            name: rng.integers(3, 99, 700) * 1.0,
            "deals": rng.poisson(2, 700),
        }
    )
    raw.loc[::9, name] = np.nan
    treatments = tuple(
        Treatment(column, column, "", transform, fill, low, high, centre, scale)  # type: ignore[arg-type]
        for column, transform, fill, low, high, centre, scale in (
            ("spend", "log1p", 150.0, None, 900.0, 5.0, 1.0),
            (name, how.get("transform", "none"), 48.0, how.get("low"), 90.0, how.get("centre", 50.0),
             how.get("scale", 28.0)),
            ("deals", "none", None, None, None, 2.0, 1.4),
        )
    )  # fmt: skip
    labels = np.array([nearest(row, treatments) for _, row in raw.iterrows()])
    shown = tuple(ReportColumn(str(c), "feature", unit if c == name else "") for c in raw)
    model = SimpleNamespace(features=treatments, centres=tuple(map(tuple, CENTRES.tolist())))
    fitted = SimpleNamespace(profile=SimpleNamespace(shown=shown), model=model, labels=labels)
    return SimpleNamespace(segmentation=fitted, sample=SimpleNamespace(raw=raw))


def nearest(row: Any, treatments: tuple[Treatment, ...]) -> int:
    """The segment of one customer, step by step."""
    point = []
    for t in treatments:
        value = float(row[t.name])
        if math.isnan(value):
            assert t.fill is not None
            value = t.fill
        value = min(value, t.upper) if t.upper is not None else value
        value = max(value, t.lower) if t.lower is not None else value
        value = math.log(1 + value) if t.transform == "log1p" else value
        point.append((value - t.centre) / t.scale)
    return int(cdist([point], CENTRES)[0].argmin())


def count_changed(result: SimpleNamespace, name: str, move: Any) -> float:
    changed = 0
    for (_, row), before in zip(result.sample.raw.iterrows(), result.segmentation.labels, strict=True):
        moved = {**row, name: move(row[name])}
        changed += nearest(moved, result.segmentation.model.features) != before
    return changed / len(result.sample.raw)


LOGGED = {"transform": "log1p", "centre": 3.5, "scale": 0.8, "low": 5.0}


@pytest.mark.parametrize("how", [{}, LOGGED])
@pytest.mark.parametrize(
    "unit, name, step",
    [
        ("days since the last purchase", "recency", 30.0),
        ("weeks", "recency", 4.0),
        ("months", "recency", 1.0),
        ("hours", "recency", 720.0),
        ("", "days_since_last_order", 30.0),
    ],
)
def test_both_shares_are_those_of_relabelled_customers(
    unit: str, name: str, step: float, how: dict[str, Any]
) -> None:
    result = give(unit, name, **how)
    found = foresee_changes(result)  # type: ignore[arg-type]
    assert found is not None
    assert found.by_purchase == pytest.approx(count_changed(result, name, lambda _: 3.0))
    assert found.by_waiting == pytest.approx(count_changed(result, name, lambda value: value + step))
    assert found.by_waiting
    assert found.by_purchase


def test_a_unit_that_is_no_time_leaves_waiting_out() -> None:
    found = foresee_changes(give(unit=""))  # type: ignore[arg-type]
    assert found is not None
    assert found.by_waiting is None
    assert found.sentence.endswith("of customers to another segment at once.")
    found = foresee_changes(give(unit="years"))  # type: ignore[arg-type]
    assert found is not None
    assert found.by_waiting is None


def test_a_purchase_sets_recency_to_no_code_under_zero() -> None:
    result = give()
    result.sample.raw.loc[0, "recency"] = -999.0
    found = foresee_changes(result)  # type: ignore[arg-type]
    assert found is not None
    assert found.by_purchase == pytest.approx(count_changed(result, "recency", lambda _: 0.0))


def test_where_recency_does_not_cut_nothing_changes_by_itself() -> None:
    assert foresee_changes(give(name="visits", unit="visits")) is None  # type: ignore[arg-type]


def test_the_sentence() -> None:
    assert ForeseenChanges(("recency",), 0.518, 0.272).sentence == (
        "Segments by recency change by themselves: a purchase moves 52\u00a0% of customers to another "
        "segment at once, and 30 days without one move 27\u00a0%."
    )
    assert ForeseenChanges(("recency",), 0.001, 0.002).sentence == ""
    assert ForeseenChanges(("recency",), 0.02, 0.0).sentence.endswith("30 days without one move nobody.")
