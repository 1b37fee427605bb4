"""What is taken for a number, a truth, a day or a time is what Spark's cast takes for one."""

import math

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from custseg_spark.data.text_types import TextType, TypeName
from custseg_spark.sql.date_text import DateFormat

NUMBERS = ["1", " 7 ", "\t3", "+3", "-2", "1.", ".5", "1e5", "2E-3", "12345678901234567890", "NaN", "nan"]
NO_NUMBERS = ["inf", "-Infinity", "1e400", "1,5", "1 5", "\u00a01", "١", "x", "--1", "1e", "0x1"]
TIMES = [
    "2024-01-31 10:00", "2024-01-31T10:00:01", "2024-02-01T11:30:00.5Z", "2024-02-01 11:30:00+01:00",
    "2024-02-01 11:30:00.123456789", "2024-02-01 11:30:00-0530",
]  # fmt: skip
NO_TIMES = [
    "2024-02-01 11:30-05:30",
    "2024-02-01 11:30Z",
    "2024-01-31 25:00",
    "2024-01-31 10:61",
    "2024-02-30 10:00",
    "24-02-01 10:00",
    "never",
]
DAYS = ["2024-02-29", "9999-12-31", "0001-01-01"]
NO_DAYS = ["2023-02-29", "2024-13-01", "2024-1-1", "24-01-01", "x"]


def cast(spark: SparkSession, texts: list[str], to: str) -> dict[str, object]:
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    value = F.try_to_timestamp("text", F.lit(to)).cast("date") if "yy" in to else F.col("text").try_cast(to)
    return {row[0]: row[1] for row in frame.select("text", value).collect()}


@pytest.mark.parametrize(
    "kind, texts",
    [
        ("double", NUMBERS + NO_NUMBERS),
        ("timestamp", TIMES + NO_TIMES),
        ("boolean", ["true", "FALSE", " True", "maybe"]),
    ],
)
def test_a_text_fits_where_the_cast_gives_a_value(
    spark: SparkSession, kind: TypeName, texts: list[str]
) -> None:
    for text, value in cast(spark, texts, kind).items():
        read = TextType(kind).read(text)
        kept = value is not None and not (isinstance(value, float) and math.isinf(value))
        assert (read is not None) == kept, text
        if isinstance(value, float) and kept:
            assert read == value or (isinstance(read, float) and math.isnan(read) and math.isnan(value)), text


PATTERNS = ("yyyy-MM-dd", "dd-MM-yyyy", "MM-dd-yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "yyyy/MM/dd", "dd.MM.yyyy")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_day_fits_where_the_pattern_reads_it(spark: SparkSession, pattern: str) -> None:
    def written(text: str) -> str:
        year, month, day = text.split("-") if text.count("-") == 2 else ("x", "", "")
        return pattern.replace("yyyy", year).replace("MM", month).replace("dd", day)

    for text, value in cast(spark, [written(text) for text in DAYS + NO_DAYS], pattern).items():
        assert TextType("date", DateFormat((pattern,), ())).read(text) == value, text
