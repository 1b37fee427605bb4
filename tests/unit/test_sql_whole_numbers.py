"""Where 5.0 is not 5: there a column of whole numbers stays one."""

import pytest

from custseg_spark.sql import find_whole_columns


@pytest.mark.parametrize(
    "sql",
    [
        "a % 2", "pmod(a, 3)", "a div 2", "a & 1", "concat(a, 'x')", "a || 'x'", "cast(a as string)",
        "make_date(A, 1, 1)", "date_add(d, a)", "case when a % 2 = 0 then 1 end", "a like '1%'", "abs(a) % 7",
        "substring(b, a, 1)", "a + concat(a, '')",
    ],
)  # fmt: skip
def test_whole_numbers_and_their_text_are_meant(sql: str) -> None:
    assert "a" in find_whole_columns(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "a", "`a`", "a + b * 2", "(2014 - a) / 3", "a > 5", "a in (1, 2)", "cast(a > 1 as int)",
        "case when a between 1 and 2 then a else 0 end", "coalesce(a, 0)", "log1p(a)", "cast(a as double)",
        "round(sqrt(a), 1)", "try_divide(a, b)", "a is null or a = 1", "cast(a = '2' as int)",
        "concat(a > 1, '')", "int(a / 100)",
    ],
)  # fmt: skip
def test_a_fraction_is_minded_by_nothing_here(sql: str) -> None:
    assert "a" not in find_whole_columns(sql)
