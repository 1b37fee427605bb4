"""One answer to what a column of text holds: what `init` proposes is what `train` reads."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custseg_spark.data.text_types import infer_column_type
from custseg_spark.propose.column_kinds import look_at_column

NUMBERS = [str(number) for number in range(100, 200)]
DAYS = [f"2024-01-{day:02d}" for day in range(1, 29)]


def seen_by_init(values: Sequence[str | None]) -> str:
    """The type that a column gets from what `init` sees, in the words of `train`."""
    column = look_at_column("x", pd.Series(values, dtype=object))
    if isinstance(column.declared, dict):  # without a declared pattern, train reads dates of this one alone
        return "date" if column.declared["date"] == "yyyy-MM-dd" else "string"
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
    "fractions among them": ([*NUMBERS, "1.5", "n/a"], "double"),
    "blanks say nothing": (["1", "2", "", " ", None] * 5, "int"),
    "blanks around": ([" 1", "2 ", "\t3"], "int"),
    "a blank that no cast takes off": (["\u00a01", "\u00a02"], "string"),
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
    "decimal commas": (["1,5", "2,5"], "string"),
    "truths": (["true", "false", "true"], "boolean"),
    "truths in any case": (["True", "FALSE", "true", "False"], "boolean"),
    "mostly truths": (["true", "false"] * 9 + ["maybe"] * 2, "boolean"),
    "yes and no": (["yes", "no", "yes"], "string"),
    "0 and 1": (["0", "1", "1"], "int"),
    "days": (DAYS, "date"),
    "mostly days": ([*DAYS[:9], "unknown"], "date"),
    "days that no calendar has": (["2024-13-45", "2024-02-31", "2023-02-29"], "string"),
    "the end of time": (["9999-12-31"] * 4 + DAYS, "date"),
    "other days": (["31-01-2024", "01-02-2024"], "string"),
    "days without their zeros": (["1-1-2024", "2-1-2024"], "string"),
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


@settings(deadline=None, max_examples=500)
@example(["1"] * 9 + ["x"], [])
@example([], ["\x85"])
@example([], ["\x00", None])
@given(st.lists(cells, max_size=3), st.lists(cells, max_size=4))
def test_they_agree_on_any_column(common: list[str | None], rare: list[str | None]) -> None:
    values = common * 6 + rare
    assert seen_by_init(values) == infer_column_type(values)
