"""What is said of values far outside: how many, which, and the means without them; of few customers less."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.steps.tell_far_values import tell_far_values

SHOWN = (
    ReportColumn("spend", "feature", "EUR"),
    ReportColumn("income", "description", "money a year"),
    ReportColumn("city", "description"),
    ReportColumn("share", "description", rate=True),
    ReportColumn("paid", "outcome"),
)


def give(
    fewest: int = 0, whole: bool = True, customers: int = 100, **planted: dict[int, float]
) -> SimpleNamespace:
    """100 customers of two segments, incomes 1000 to 1099; `planted`: column -> row -> value."""
    raw = pd.DataFrame({"spend": 200 + np.arange(customers) % 100.0})
    steps = np.arange(customers) % 100.0
    described = pd.DataFrame({"income": 1_000 + steps, "city": "X", "paid": 50 + steps})
    for name, values in planted.items():
        for row, value in values.items():
            (raw if name == "spend" else described).loc[row, name] = value
    sample = described.assign(feature_spend=raw["spend"].clip(upper=299.0))
    fitted = SimpleNamespace(
        sample=sample,
        labels=np.repeat([0, 1], [20, customers - 20]),
        model=SimpleNamespace(names=("Few", "Most")),
        profile=SimpleNamespace(
            shown=SHOWN, everyone=SimpleNamespace(columns=dict.fromkeys(("spend", "income", "paid")))
        ),
    )
    recipe = SimpleNamespace(privacy=SimpleNamespace(min_cell=fewest))
    return SimpleNamespace(segmentation=fitted, recipe=recipe, sample=SimpleNamespace(raw=raw, whole=whole))


def test_one_value_is_told_with_the_means_without_it() -> None:
    told = tell_far_values(give(income={3: 90_000.0}))  # type: ignore[arg-type]
    assert list(told) == ["income"]
    assert told["income"].sentence == (
        "income: one value lies far outside the others, 90,000 (these go from 1,000 to 1,099). "
        "Without it the mean is 1,050 and not 1,939, of “Few” 1,010 and not 5,459."
    )
    assert told["income"].cell == "1 far outside: 90,000"


def test_a_segment_whose_mean_hardly_moves_is_not_told() -> None:
    said = tell_far_values(give(income={50: 5_000.0}))["income"].sentence  # type: ignore[arg-type]
    assert said.endswith("Without it the mean is 1,049 and not 1,089.")


def test_a_value_that_was_clipped_moves_no_mean() -> None:
    said = tell_far_values(give(spend={0: 1e6}))["spend"].sentence  # type: ignore[arg-type]
    assert said == "spend: one value lies far outside the others, 1,000,000 (these go from 201 to 299)."


def test_a_code_that_is_repeated_is_told_as_one() -> None:
    rows = dict.fromkeys(range(30, 35), -999.0)
    said = tell_far_values(give(paid=rows))["paid"]  # type: ignore[arg-type]
    assert said.sentence.startswith(
        "paid: 5 values lie far outside the others, −999 (5 times), perhaps a code (these go from 50 to 149)."
    )
    assert "Without them the mean is" in said.sentence


def test_of_a_sample_it_is_said_so() -> None:
    said = tell_far_values(give(whole=False, income={3: 90_000.0}))["income"].sentence  # type: ignore[arg-type]
    assert "far outside the others in the sample, 90,000" in said


@pytest.mark.parametrize("rows", [{3: 90_000.0}, dict.fromkeys(range(4), 999_999.0)])
def test_of_fewer_customers_than_are_named_no_figure_is_told(rows: dict[int, float]) -> None:
    told = tell_far_values(give(fewest=10, income=rows))["income"]  # type: ignore[arg-type]
    assert told.sentence == "income: fewer than 10 values lie far outside the others."
    assert told.cell == "fewer than 10 far outside"


def test_what_enough_customers_share_is_told_without_anybodys_own_value() -> None:
    rows = dict.fromkeys(range(30, 42), 999_999.0)
    told = tell_far_values(give(fewest=10, income=rows))["income"]  # type: ignore[arg-type]
    assert told.sentence.startswith(
        "income: 12 values lie far outside the others, 999,999 (12 times), perhaps a code. Without them the "
    )
    assert "go from" not in told.sentence


def test_single_values_of_enough_customers_are_counted_and_not_told() -> None:
    result = give(fewest=3, customers=1_200, income={7: 1e6, 8: 1.1e6, 9: 1.2e6})
    told = tell_far_values(result)["income"]  # type: ignore[arg-type]
    assert told.sentence.startswith("income: 3 values lie far outside the others. Without them the mean is ")
    assert told.cell == "3 far outside"


def test_of_a_segment_with_few_of_them_no_mean_is_told() -> None:
    rows = dict.fromkeys(range(15, 30), 999_999.0)
    said = tell_far_values(give(fewest=10, income=rows))["income"].sentence  # type: ignore[arg-type]
    assert "of “Most” " in said
    assert "Few" not in said
    both = tell_far_values(give(income=rows))["income"].sentence  # type: ignore[arg-type]
    assert "“Few”" in both
    few = dict.fromkeys([*range(10, 20), *range(20, 22)], 999_999.0)
    assert "of “Few” " in tell_far_values(give(income=few))["income"].sentence  # type: ignore[arg-type]


def test_numbers_near_the_largest_are_told_without_a_mean() -> None:
    said = tell_far_values(give(income={3: 1.7e308, 4: -1.7e308}))["income"].sentence  # type: ignore[arg-type]
    assert said.startswith("income: 2 values lie far outside the others, ")
    assert "1.7e+308" in said
    assert "inf" not in said
    assert "nan" not in said


def test_a_date_has_no_values_far_outside() -> None:
    result = give()
    days = pd.Series(pd.date_range("2012-01-01", periods=100))
    days[4] = pd.Timestamp("1900-01-01")
    result.segmentation.sample["city"] = days
    assert tell_far_values(result) == {}  # type: ignore[arg-type]


def test_columns_as_they_should_be_raise_no_word() -> None:
    assert tell_far_values(give()) == {}  # type: ignore[arg-type]
