"""One answer to what a column of text holds: what `init` proposes is what `train` reads."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custseg_spark.data.text_types import Habits, infer_column_type, infer_type
from custseg_spark.propose.column_kinds import look_at_column
from custseg_spark.propose.habits import find_habits

NUMBERS = [str(number) for number in range(100, 200)]
DAYS = [f"2024-01-{day:02d}" for day in range(1, 29)]


def seen_by_init(values: Sequence[str | None]) -> str:
    """The type that a column gets from what `init` sees, in the words of `train`."""
    column = look_at_column("x", pd.Series(values, dtype=object))
    if isinstance(column.declared, dict):  # train reads dates of this pattern alone without a word
        return "date" if column.declared == {"date": "yyyy-MM-dd"} else "declared"
    if column.declared is None and pd.api.types.is_datetime64_any_dtype(column.values):
        return "timestamp"
    if column.declared is None:
        return "double" if column.kind == "empty" else "string"
    return column.declared


COLUMNS = {
    "numbers": (NUMBERS, "int"),
    "all but a few": ([*NUMBERS, "x"], "int"),
    "nine of ten": ([*NUMBERS[:90], *["x"] * 10], "int"),
    "four of five": ([*NUMBERS[:80], *["x"] * 20], "int"),
    "not four of five": ([*NUMBERS[:79], *["x"] * 21], "string"),
    "fractions among them": ([*NUMBERS, "1.5", "x"], "double"),
    "blanks say nothing": (["1", "2", "", " ", None] * 5, "int"),
    "blanks around": ([" 1", "2 ", "\t3"], "int"),
    "signs": (["+1", "-2", "3"], "int"),
    "exponents": (["1e5", "2E-3", "4.", ".5"], "double"),
    "not a number": (["1", "2.5", "NaN", "nan"], "double"),
    "infinite": (["1", "2.5", "inf", "-Infinity"], "double"),
    "too long for a whole number": (["12345678901234567890", "1"], "double"),
    "digits of another script": (["١", "٢", "٣"], "string"),
    "codes": (["007", "12", "13"], "string"),
    "one code": ([*NUMBERS, "007"], "string"),
    "signed codes": (["-007", "12", "13"], "string"),
    "zeros": (["0", "0.5", "0"], "double"),
    "truths": (["true", "false", "true"], "boolean"),
    "truths in any case": (["True", "FALSE", "true", "False"], "boolean"),
    "mostly truths": (["true", "false"] * 9 + ["maybe"] * 2, "boolean"),
    "yes and no": (["yes", "no", "yes"], "string"),
    "0 and 1": (["0", "1", "1"], "int"),
    "days": (DAYS, "date"),
    "mostly days": ([*DAYS[:9], "some day"], "date"),
    "days that no calendar has": (["2024-13-45", "2024-02-31", "2023-02-29"], "string"),
    "the end of time": (["9999-12-31"] * 4 + DAYS, "date"),
    "times": (["2024-01-31 10:00", "2024-02-01T11:30:00.5Z", "2024-02-01 11:30:00+01:00"], "timestamp"),
    "times that no clock has": (["2024-01-31 25:00", "2024-01-31 26:00"], "string"),
    "mostly times": (["2024-01-31 10:00", "2024-01-31 11:00"] * 4 + ["never"], "timestamp"),
    "words": (["Single", "Married", "Single"], "string"),
    "one word": (["a", "a"], "string"),
    "one number": (["3", "3"], "int"),
    "nothing": (["", None, " "], "double"),
}


@pytest.mark.parametrize("values, kind", COLUMNS.values(), ids=COLUMNS)
def test_init_and_train_give_a_column_the_same_type(values: list[str | None], kind: str) -> None:
    assert (infer_column_type(values), seen_by_init(values)) == (kind, kind)


cells = st.one_of(
    st.integers(-99, 99).map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.dates().map(lambda day: day.strftime("%d.%m.%Y")),
    st.sampled_from(["true", "False", "yes", "007", "", " ", "n/a", "-", "1,5", "inf", "2024-02-30"]),
    st.text(max_size=3),
    st.none(),
)


@settings(max_examples=500)
@example(["1"] * 9 + ["x"], [])
@example([], ["\x85"])
@example([], ["\x00", None])
@given(st.lists(cells, max_size=3), st.lists(cells, max_size=4))
def test_they_agree_on_any_column(common: list[str | None], rare: list[str | None]) -> None:
    values = common * 6 + rare
    assert seen_by_init(values) in (infer_column_type(values), "declared")


WRITTEN: dict[str, tuple[list[str | None], dict[str, object]]] = {
    "dollars": (["$2,615.80", "$404.72"], {"number": {"group": ","}}),
    "small sums of dollars": (["$15.80", "$4.72"], {"number": {"group": ","}}),
    "dollars without a sign between thousands": (["$2615.80", "$404.72"], {"number": {}}),
    "euros": (["1.234,50 €", "12,00 €"], {"number": {"decimal": ",", "group": "."}}),
    "decimal commas": (["2615,80", "404,72"], {"number": {"decimal": ","}}),
    "a decimal comma shows what the others are": (["1,234", "5,678", "12,5"], {"number": {"decimal": ","}}),
    "a point shows what the comma is": (["1,234", "987", "1,234.50"], {"number": {"group": ","}}),
    "blanks between thousands": (["1 234", "2 345 678"], {"number": {"group": " "}}),
    "blanks that break no line": (
        ["1\u00a0234,5", "2\u202f345,5"],
        {"number": {"decimal": ",", "group": " "}},
    ),
    "apostrophes": (["1'234", "1\u2019234'567"], {"number": {"group": "'"}}),
    "brackets": (["(123.45)", "12"], {"number": {}}),
    "a minus behind": (["12-", "7"], {"number": {}}),
    "percent": (["26%", "18%"], {"number": {}}),
    "codes of currency": (["EUR 3.20", "EUR 1,500.00"], {"number": {"group": ","}}),
    "words for missing numbers": (["1", "2.5", "N/A", "-"] * 3, {"number": {"missing": ["N/A", "-"]}}),
    "a word in two cases": (["1", "2", "N/A", "n/a", "n/a"], {"number": {"missing": ["n/a"]}}),
    "words for missing days": (
        ["2024-01-31", "n/a", "2024-02-01"],
        {"date": "yyyy-MM-dd", "missing": ["n/a"]},
    ),
    "days without zeros": (["4/16/2020", "6/9/2021"], {"date": "M/d/yyyy"}),
    "one of them with its zero": (["5/04/2017", "10/14/2016"], {"date": "M/dd/yyyy"}),
    "days with hours": (["16/04/2020 10:25", "09/06/2021 10:25"], {"date": "dd/MM/yyyy HH:mm"}),
    "some with hours": (
        ["16/04/2020 10:25", "09/06/2021", "09/06/2021"],
        {"date": ["dd/MM/yyyy", "dd/MM/yyyy HH:mm"]},
    ),
    "hours of twelve": (["4/6/2020 3:05 PM", "12/16/2020 11:05 AM"], {"date": "M/d/yyyy h:mm a"}),
    "names of months": (["16-Apr-2020", "09-Jun-2021"], {"date": "dd-MMM-yyyy"}),
    "full names of months": (["April 16, 2020", "May 3, 2021"], {"date": "MMMM d, yyyy"}),
    "eight digits": (["20200416", "20210609"], {"date": "yyyyMMdd"}),
    "years of two digits": (["2/24/03", "12/1/97"], {"date": "M/d/yy"}),
    "the year first": (["2020/4/6", "2020/12/6"], {"date": "yyyy/M/d"}),
    "points": (["03.04.2020", "05.06.2020"], {"date": "dd.MM.yyyy"}),
    "two ways to write a day": (["2020-01-05", "16/03/2020"] * 2, {"date": ["yyyy-MM-dd", "dd/MM/yyyy"]}),
}


@pytest.mark.parametrize("values, declared", WRITTEN.values(), ids=WRITTEN)
def test_what_people_write_is_proposed_so_that_every_row_is_read(
    values: list[str | None], declared: dict[str, object]
) -> None:
    found = infer_type(values)
    assert (found.declared, found.fit, found.ambiguous) == (declared, 1, "")
    texts = [text for text in values if text is not None and not found.is_missing(text)]
    assert None not in [found.read(text) for text in texts]


@pytest.mark.parametrize(
    "values",
    [
        ["SKU123", "SKU124"],
        ["Apr-20", "May-21"],
        ["12:30", "11:45"],
        ["123-45-6789", "987-65-4321"],
        ["1.2.3.4", "10.0.0.1"],
        ["18-30", "31-50"],
        ["99999999", "12345678"],
        ["20201301", "20200230"],
        ["2020", "2021"],
        ["A1", "B2"],
    ],
)
def test_codes_and_spans_are_no_numbers_and_no_days(values: list[str]) -> None:
    assert not isinstance(infer_type(values).declared, dict)


@pytest.mark.parametrize(
    "values, told",
    [
        (["1,234", "5,678"], "1,234 may be 1234 or 1.234"),
        (["€1.234", "€987"], "€1.234 may be 1234 or 1.234"),
        (["3/4/2020", "5/6/2020"], "3/4/2020 may be 3 April or 4 March"),
    ],
)
def test_what_may_be_read_in_two_ways_is_said(values: list[str], told: str) -> None:
    assert infer_type(values).ambiguous == told


@pytest.mark.parametrize(
    "values, habits, declared",
    [
        (["1,234", "5,678"], Habits(decimal=","), {"number": {"decimal": ","}}),
        (["1,234", "5,678"], Habits(decimal="."), {"number": {"group": ","}}),
        (["1.234", "12"], Habits(decimal=","), {"number": {"decimal": ",", "group": "."}}),
        (["1.234", "12"], Habits(decimal="."), "double"),
        (["3/4/2020", "5/6/2020"], Habits(day_first=False), {"date": "M/d/yyyy"}),
        (["3/4/2020", "5/6/2020"], Habits(day_first=True), {"date": "d/M/yyyy"}),
    ],
)
def test_the_other_columns_settle_it(values: list[str], habits: Habits, declared: object) -> None:
    found = infer_type(values, habits)
    assert (found.declared, found.ambiguous) == (declared, "")


@pytest.mark.parametrize(
    "others, told",
    [
        ([["16/04/2020", "01/05/2020"]], Habits(day_first=True)),
        ([["4/16/2020", "5/1/2020"], ["1.5", "2.5"]], Habits(day_first=False, decimal=".")),
        ([["1,5", "2,5"], ["1.5", "2.5"]], Habits(day_first=True, decimal=",")),
        ([["16/04/2020", "01/05/2020"], ["4/16/2020", "5/1/2020"]], Habits()),
        ([["1,234", "5,678"], ["3/4/2020", "5/6/2020"], ["words", "of text"]], Habits()),
    ],
)
def test_habits_are_those_of_columns_that_can_be_read_in_one_way(
    others: list[list[str]], told: Habits
) -> None:
    assert find_habits([infer_type(values) for values in others]) == told
