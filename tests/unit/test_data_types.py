"""The type of a text column by its first values."""

import pytest

from custseg_spark.data.text_types import infer_column_type


@pytest.mark.parametrize(
    "values,kind",
    [
        (["1", "-2", "+3", "0", None, " ", " 7 "], "int"),
        (["1", "2.5", "1e5", ".5", "3."], "double"),
        (["1", "NaN"], "double"),
        (["12345678901234567890"], "double"),  # too long for 64 bits
        (["007", "8"], "string"),  # a code
        (["0", "0.5"], "double"),
        (["1", "2", "3", "4", "x"], "int"),  # four of five are
        (["1", "2", "3", "x"], "string"),
        (["1,234", "5,678"], "string"),  # thousands or a decimal comma: not ours to guess
        (["true", "False", None], "boolean"),
        (["0", "1"], "int"),
        (["yes", "no"], "string"),
        (["2013-01-31", "2014-12-01"], "date"),
        (["2013-01-31 10:00", "2013-01-31T10:00:00.5Z"], "timestamp"),
        (["31-01-2013"], "string"),
        (["Single", "Married"], "string"),
        ([None, "", " "], "double"),
        ([], "double"),
    ],
)
def test_most_of_the_values_decide(values: list[str | None], kind: str) -> None:
    assert infer_column_type(values) == kind
