"""What is done to a feature's value: filled, bounded, transformed, scaled; computed by hand."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from custseg_spark.errors import DataError
from custseg_spark.features import Treatment, apply_treatments, fit_treatments, to_model_scale
from custseg_spark.recipe import FeatureSection
from custseg_spark.sql.literals import write_literal

Scale = Literal["standard", "robust"]


def fit(values: Sequence[float | None], scale: Scale = "standard", **keys: Any) -> Treatment:
    raw = pd.DataFrame({"spend": pd.Series(list(values), dtype=float)})
    feature = FeatureSection(sql="spend", **keys)
    return fit_treatments(raw, {"spend": "spend"}, {"spend": feature}, scale)[0]


def test_missing_values_are_filled_before_the_bounds_are_taken() -> None:
    found = fit([1, 2, 3, None, None, 100], impute=0, clip=(None, "p50"))
    assert found.fill == 0
    assert found.upper == 1.5  # the median of 0 0 1 2 3 100


def test_the_fill_is_the_median_or_mean_of_what_is_there() -> None:
    assert fit([1, 2, 9, None]).fill == 2
    assert fit([1, 2, 9, None], impute="mean").fill == 4
    assert fit([1, 2, 9], impute="quarantine").fill is None


def test_iqr_bounds() -> None:
    found = fit([0, 1, 2, 3, 4, 100], clip="iqr")
    first, third = 1.25, 3.75
    assert (found.lower, found.upper) == (first - 1.5 * 2.5, third + 1.5 * 2.5)


def test_the_scale_is_that_of_transformed_values() -> None:
    values = [0.0, 1.0, 7.0]
    found = fit(values, transform="log1p")
    assert found.centre == pytest.approx(np.log1p(values).mean())
    assert found.scale == pytest.approx(np.log1p(values).std(ddof=1))


def test_robust_scale_is_median_and_interquartile_range() -> None:
    found = fit([0, 1, 2, 3, 1000], scale="robust")
    assert (found.centre, found.scale) == (2, 2)


def test_the_model_scale_has_mean_0_and_sample_deviation_1() -> None:
    raw = pd.DataFrame({"spend": [1.0, 5.0, 6.0, np.nan]})
    treatments = fit_treatments(raw, {"spend": "spend"}, {"spend": FeatureSection(sql="spend")}, "standard")
    points = to_model_scale(apply_treatments(raw, treatments), treatments)
    assert points.shape == (4, 1)
    assert points.mean() == pytest.approx(0)
    assert points.std(ddof=1) == pytest.approx(1)


@pytest.mark.parametrize(
    "values, keys, said",
    [
        ([None, None], {}, "all values are missing"),
        ([4, 4, 4], {}, "all values are equal"),
        ([1, 2, 3], {"clip": (5, None)}, "once clipped"),
        ([1, 2, 1e200], {}, "as far apart as 1 and 1e\\+200"),
        ([1, 2, 3, 4, 5, 1e200], {"scale": "robust"}, "more than a double holds"),
        ([1e308, -1e308, 1e308], {}, "more than a double holds"),
    ],
)
def test_what_cannot_cut_is_refused(values: list[float | None], keys: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        fit(values, **keys)


def test_a_literal_reads_back_to_the_last_bit() -> None:
    for number in (0.1, -1 / 3, 1e-300, 12345678.9, 0.0):
        assert float(write_literal(number).strip("()").removesuffix("D")) == number


def test_a_missing_value_that_is_not_filled_is_never_the_bound() -> None:
    """Spark's least and greatest pass over nulls: least(null, 9) is 9."""
    found = fit([1, 2, 30], impute="quarantine", clip=(0, 9))
    assert found.value_sql.startswith("CASE WHEN _raw_spend IS NULL THEN NULL ELSE ")
    assert fit([1, 2, 30], impute="quarantine").value_sql == "_raw_spend"
    assert "CASE" not in fit([1, 2, 30, None], clip=(0, 9)).value_sql
