"""What scripts/engines-equal takes for different; what it draws is all of the grammar."""

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from custseg_spark.sql import put_in_utc, translate
from tests.engines_equal.compare_values import find_difference
from tests.engines_equal.draw_expressions import draw_expression
from tests.engines_equal.edge_tables import TYPES
from tests.engines_equal.hold_equal import Drawn, Tally, judge
from tests.engines_equal.own_expressions import draw_own_expression


def differ(one: Any, other: Any, *, rounded: bool = False, signs: bool = True) -> bool:
    columns = [pa.chunked_array([pa.array([value])]) for value in (one, other)]
    return bool(find_difference(columns[0], columns[1], rounded=rounded, signs=signs))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        ("a", "a "),
        (1.0, 1.0 + 1e-11),
        (0.0, -0.0),
        (float("nan"), 1.0),
        (float("inf"), float("-inf")),
        (True, False),
        (date(2020, 1, 1), date(2020, 1, 2)),
        (Decimal("1.00"), Decimal("1.01")),
    ],
)
def test_other_values_differ(one: Any, other: Any) -> None:
    assert differ(one, other)
    assert not differ(one, one)


def test_null_differs_from_any_value() -> None:
    for value in (0, 0.0, "", False):
        column = pa.chunked_array([pa.array([value])])
        missing = pa.chunked_array([pa.array([None], column.type)])
        assert find_difference(column, missing, rounded=False, signs=True)


def test_last_place_of_a_double_is_no_difference() -> None:
    assert not differ(1.0, 1.0 + 1e-15)
    assert not differ(0.0, -0.0, signs=False)
    assert not differ(Decimal("1e20"), Decimal("100000000000000000001"), rounded=True)


def answer(kinds: Sequence[str], values: Sequence[Any]) -> tuple[dict[str, Any], pa.Table]:
    columns = {str(i): pa.array([value]) for i, value in enumerate(values)}
    return {"types": {str(i): kind for i, kind in enumerate(kinds)}, "errors": {}}, pa.table(columns)


def test_other_value_type_and_error_are_counted() -> None:
    drawn = Drawn("i", "i", translate("i", TYPES), own=False)
    tally = Tally()
    judge(drawn, "0", answer(["int"], [1]), answer(["int"], [1]), 1, tally)
    assert not tally.unlike
    judge(drawn, "0", answer(["int"], [1]), answer(["int"], [2]), 1, tally)
    judge(drawn, "0", answer(["int"], [1]), answer(["bigint"], [1]), 1, tally)
    judge(drawn, "0", answer(["int"], [1]), ({"types": {}, "errors": {"0": "no"}}, pa.table({})), 1, tally)
    assert [case.how for case in tally.unlike] == [
        "0: 1, not 2",
        "type int, not int, bigint",
        "Sail ends: no",
    ]


def test_own_expressions_all_have_a_translation() -> None:
    """The SQL of the nearest centre takes up to two seconds where it is long: that is left to the script."""
    rng = random.Random(5)
    drawn = [draw_own_expression(rng) for _ in range(60)]
    short = [sql for sql in drawn if len(sql) < 6_000]
    assert len(short) > 40
    for sql in short:
        translate(put_in_utc(sql, ["ts"]), TYPES)


def test_draws_differ_and_can_be_drawn_again() -> None:
    drawn = [draw_expression(random.Random(seed)) for seed in range(200)]
    assert drawn == [draw_expression(random.Random(seed)) for seed in range(200)]
    assert len(set(drawn)) > 180
