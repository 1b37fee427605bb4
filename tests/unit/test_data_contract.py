"""What the counts of a contract mean: plain Python over small values."""

from typing import Literal, cast

import pytest
from pyspark.sql import Column

from custseg_spark.data.columns import MISSHAPEN
from custseg_spark.data.contract import (
    ACCEPTED,
    ROWS,
    UNBOUNDED,
    Check,
    Quality,
    apply_bounds,
    find_bound,
    judge_counts,
)
from custseg_spark.data.ids import find_repeats
from custseg_spark.data.types import list_cast_reasons
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe.column_types import DateType
from custseg_spark.recipe.models import Bound

COLUMN = cast(Column, None)
"""What counts are judged by asks no column."""
Failed = tuple[str, int, Literal["quarantine", "warn", "stop"], float | None]


def judged(
    rows: int, accepted: int, *failed: Failed, max_quarantined: float = 0.05, unbounded: int | None = None
) -> Quality:
    """`failed`: (reason, rows that fail it, on_fail, at_most) for each check."""
    checks = [Check(reason, COLUMN, on_fail, at_most) for reason, _, on_fail, at_most in failed]
    counts = {ROWS: rows, ACCEPTED: accepted, UNBOUNDED: rows - accepted if unbounded is None else unbounded}
    counts |= {f"failed_{i}": count for i, (_, count, _, _) in enumerate(failed)}
    return judge_counts(counts, checks, max_quarantined)


def test_rows_read_are_accepted_or_quarantined() -> None:
    quality = judged(
        100, 96, ("a", 3, "quarantine", None), ("b", 2, "quarantine", None), ("c", 0, "quarantine", None)
    )
    assert (quality.read, quality.accepted, quality.quarantined) == (100, 96, 4)
    assert quality.by_reason == {"a": 3, "b": 2}  # a row that fails both is in both


def test_the_bound_itself_is_allowed_and_one_row_more_is_not() -> None:
    assert judged(100, 95, ("a", 5, "quarantine", None)).quarantined == 5
    with pytest.raises(DataError, match=r"6 of 100 rows \(6.0%\) are rejected.*a \(6\)"):
        judged(100, 94, ("a", 6, "quarantine", None))


def test_the_message_names_the_three_most_frequent_reasons() -> None:
    failed: list[Failed] = [
        (name, count, "quarantine", None)
        for name, count in (("a", 1), ("b", 9), ("c", 5), ("d", 7), ("e", 0))
    ]
    with pytest.raises(DataError, match=r": b \(9\); d \(7\); c \(5\); 1 more$"):
        judged(100, 80, *failed)


def test_no_rows_and_no_accepted_rows_are_errors_of_their_own() -> None:
    with pytest.raises(DataError, match="no rows"):
        judged(0, 0)
    with pytest.raises(DataError, match="all 10 rows are rejected: a"):
        judged(10, 0, ("a", 10, "quarantine", None), max_quarantined=1.0)


def test_a_stop_rule_allows_no_row_unless_it_says_how_many() -> None:
    with pytest.raises(DataError, match=r"a: broken by 1 of 100 rows.*on_fail is stop"):
        judged(100, 100, ("a", 1, "stop", None))
    assert judged(100, 100, ("a", 1, "stop", 0.01)).warnings == ("a: 1 of 100 rows, kept",)
    with pytest.raises(DataError, match=r"at_most \(1.0%\)"):
        judged(100, 100, ("a", 2, "stop", 0.01))


def test_a_warning_keeps_its_rows_within_its_bound() -> None:
    quality = judged(100, 100, ("a", 40, "warn", None), ("b", 0, "warn", None))
    assert (quality.accepted, quality.warnings) == (100, ("a: 40 of 100 rows, kept",))
    with pytest.raises(DataError, match="at_most"):
        judged(100, 100, ("a", 40, "warn", 0.3))


def test_a_rule_with_its_own_bound_is_not_counted_against_the_bound_of_all() -> None:
    assert judged(100, 70, ("a", 30, "quarantine", 0.5), unbounded=0).quarantined == 30
    with pytest.raises(DataError, match="a: broken by 60"):
        judged(100, 40, ("a", 60, "quarantine", 0.5), unbounded=0)


def test_a_sample_by_the_hash_of_the_id_tells_of_repeated_ids() -> None:
    assert find_repeats(["a", "b", "c"], 0.05) is None
    sample = [*map(str, range(95)), "x", "x", "y", "y", "y"]
    assert find_repeats(sample, 0.05) == (
        "id: repeated: about 5.00% of the rows, kept; input.unique: exact quarantines them"
    )
    with pytest.raises(DataError, match=r"about 5\.00% of the rows have an id"):
        find_repeats(sample, 0.02)


POSSIBLE = list_cast_reasons(["answered", "visits"], {"born": DateType(date=("dd/MM/yyyy", "MM/dd/yyyy"))})


@pytest.mark.parametrize(
    "reason",
    [
        MISSHAPEN["csv"],
        "id: repeated",
        "answered: not a whole number",
        "Visits: not a number",
        "visits: infinite",
        "born: not a date (dd/MM/yyyy or MM/dd/yyyy)",
        "born: two dates in one text (dd/MM/yyyy or MM/dd/yyyy)",
    ],
)
def test_a_reason_of_another_format_or_column_applies_to_nothing(reason: str) -> None:
    checks = (Check("spend: infinite", COLUMN),)
    assert apply_bounds(checks, {reason: Bound(at_most=0.1)}, POSSIBLE) == checks


@pytest.mark.parametrize(
    "reason", ["answered: not a hole number", "row: too few fields", "born: not a date (DD/MM/yyyy)"]
)
def test_a_reason_that_nothing_gives_is_refused(reason: str) -> None:
    with pytest.raises(RecipeError, match="no check has the reason") as told:
        apply_bounds((Check("spend: infinite", COLUMN),), {reason: Bound()}, POSSIBLE)
    assert "did you mean" in told.value.remedy


def test_a_column_is_meant_in_whatever_case() -> None:
    (found,) = apply_bounds((Check("Visits: infinite", COLUMN),), {"visits: infinite": Bound(on_fail="stop")})
    assert found.on_fail == "stop"
    assert find_bound({"ID: repeated": Bound(at_most=0.3)}, "id: repeated") == Bound(at_most=0.3)
