"""Dates, times, numbers, missing values and ids."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from tests.corpus.case import CUSTOMERS, Case, lines_of, refused, rows, text
from tests.corpus.tables import customers, one

TENURE = {"spend": "spend", "days": "datediff(date '2024-12-31', joined)"}


def spends(*values: str, header: str = "id,spend,visits") -> str:
    """Twenty customers, the first ones with these as their spend."""
    lines = [line.split(",") for line in rows()]
    for line, value in zip(lines, values, strict=False):
        line[1] = value
    return "\n".join([header, *map(",".join, lines)]) + "\n"


def joined(dates: Sequence[str]) -> str:
    """Twenty customers with a date, of which the first are given and the others plain."""
    plain = [f"2024-03-{n + 1:02d}" for n in range(CUSTOMERS)]
    plain[: len(dates)] = dates
    pairs = zip(rows(), plain, strict=True)
    return "\n".join(["id,spend,visits,joined", *(f"{row},{date}" for row, date in pairs)]) + "\n"


def dated(patterns: Sequence[str] | None = None) -> dict[str, Any]:
    kinds = {"input": {"types": {"joined": {"date": list(patterns)}}}} if patterns else {}
    return {"segment_by": TENURE, **kinds}


def moments(zone: str | None) -> pa.Array:
    noons = [datetime.datetime(2024, 3, n + 1, 12) for n in range(CUSTOMERS)]
    return pa.array(noons, pa.timestamp("us", tz=zone))


CASES: list[Case] = [
    text(
        "two-patterns",
        "dates in two patterns",
        joined(["13.03.2024", "14.03.2024"]),
        recipe=dated(["yyyy-MM-dd", "dd.MM.yyyy"]),
    ),
    text(
        "day-or-month",
        "dates that two patterns read as two dates",
        joined(["03/04/2024", "05/06/2024", "25/06/2024", "07/07/2024"]),
        accepted=18,
        reasons={"joined: two dates in one text (yyyy-MM-dd or dd/MM/yyyy or MM/dd/yyyy)": 2},
        recipe=dated(["yyyy-MM-dd", "dd/MM/yyyy", "MM/dd/yyyy"]),
    ),
    text(
        "no-such-day",
        "the 30th of February, the 13th month",
        joined(["2024-02-30", "2024-13-01"]),
        accepted=18,
        reasons={"joined: not a date (yyyy-MM-dd)": 2},
        missing={"days": 2},
        recipe=dated(),
    ),
    text(
        "minutes-for-months",
        "a date pattern with minutes for months",
        joined([]),
        recipe=dated(["yyyy-mm-dd"]),
        **refused("no month", 2),
    ),
    text(
        "zoned-times",
        "times with and without a zone: the day is that of UTC",
        joined(["2024-03-01T23:30:00-05:00", "2024-03-01T23:30:00Z"]
               + [f"2024-03-{n + 1:02d} 10:00:00" for n in range(2, CUSTOMERS)]),
        recipe=dated(),
    ),
    one(
        "parquet-zones",
        "Parquet times with a zone",
        customers(joined=moments("America/New_York")),
        recipe=dated(),
    ),
    one(
        "parquet-no-zone",
        "Parquet times without a zone",
        customers(joined=moments(None)),
        recipe=dated(),
    ),
    one(
        "nanoseconds",
        "Parquet times in nanoseconds",
        customers(joined=moments(None).cast(pa.timestamp("ns"))),
        recipe=dated(),
    ),
    text(
        "huge-numbers",
        "1e300 beside small numbers",
        spends("1e300", "-1e300"),
        **refused("as far apart as -1e+300 and 1e+300"),
    ),
    text(
        "huge-numbers-robust",
        "the same on a scale that they do not move",
        spends("1e300", "-1e300"),
        recipe={"scale": "robust"},
        **refused("as far apart as -1e+300 and 1e+300"),
    ),
    text(
        "huge-numbers-clipped",
        "the same, clipped",
        spends("1e300", "-1e300"),
        recipe={"segment_by": {"spend": {"sql": "spend", "clip": "iqr"}, "visits": "visits"}},
    ),
    text(
        "beyond-double",
        "1e400, more than a double holds",
        spends("1e400"),
        accepted=19,
        reasons={"spend: not a number": 1},
        missing={"spend": 1},
    ),
    text("tiny-numbers", "1e-320, less than a double holds in full", spends("1e-320", "-1e-320", "-0.0")),
    text("nan", "NaN in text: a missing value", spends("NaN", "nan"), missing={"spend": 2}),
    text(
        "infinity",
        "infinity in text",
        spends("Infinity", "-inf"),
        accepted=18,
        reasons={"spend: not a number": 2},
        missing={"spend": 2},
    ),
    one(
        "parquet-nan",
        "NaN and infinities in Parquet",
        customers(spend=pa.array([float("nan"), float("inf"), float("-inf"), *map(float, range(17))])),
        accepted=18,
        reasons={"spend: infinite": 2},
        missing={"spend": 3},
    ),
    text(
        "thousands",
        'thousands separators, currency signs, percent: "1,234.50", €12, 12%',
        spends('"1,234.50"', "€12", "12%"),
        accepted=17,
        reasons={"spend: not a number": 3},
        missing={"spend": 3},
    ),
    text(
        "words-for-missing",
        "N/A and a dash for a missing number",
        spends("N/A", "-"),
        accepted=18,
        reasons={"spend: not a number": 2},
        missing={"spend": 2},
    ),
    text(
        "word-declared",
        "N/A for a missing number, declared",
        spends("N/A", "N/A"),
        recipe={"input": {"options": {"nullValue": "N/A"}}},
        missing={"spend": 2},
    ),
    text("numbers-gone", "a third of a feature is missing", spends(*[""] * 7), missing={"spend": 7}),
    text(
        "all-gone",
        "every value of a feature is missing",
        spends(*[""] * 20),
        **refused("spend: all values are missing"),
    ),
    text(
        "fractions",
        "fractions in a column declared as whole numbers",
        spends("5.0", "5.5", *[str(n) for n in range(18)]),
        recipe={"input": {"types": {"spend": "int"}}},
        accepted=19,
        reasons={"spend: not a whole number": 1},
        missing={"spend": 1},
    ),
    text(
        "too-many-bad",
        "more bad rows than `rules.max_quarantined` allows",
        spends("a", "b"),
        recipe={"rules": {"max_quarantined": 0.05}},
        **refused("max_quarantined"),
    ),
    text(
        "own-bound",
        "the same where the rule that rejects them has a bound of its own",
        lines_of({3: "c03,-1,2", 4: "c04,-1,2"}),
        accepted=18,
        reasons={"owes_nothing: not spend >= 0": 2},
        recipe={"rules": {"max_quarantined": 0.05, "owes_nothing": {"sql": "spend >= 0", "at_most": 0.2}}},
    ),
    text(
        "warned",
        "rows that break a rule which only warns",
        lines_of({3: "c03,-1,2", 4: "c04,-1,2"}),
        recipe={"rules": {"owes_nothing": {"sql": "spend >= 0", "on_fail": "warn"}}},
        reasons={"owes_nothing: not spend >= 0": 2},
        quarantined=0,
    ),
    text(
        "stopped",
        "a row that breaks a rule which stops",
        lines_of({3: "c03,-1,2"}),
        recipe={"rules": {"owes_nothing": {"sql": "spend >= 0", "on_fail": "stop"}}},
        **refused("on_fail is stop"),
    ),
]  # fmt: skip

IDS: list[Case] = [
    text(
        "leading-zeros",
        "ids 7, 07 and 007, which are three customers",
        lines_of({0: "7,1,2", 1: "07,3,4", 2: "007,5,6"}),
    ),
    text(
        "repeated-ids",
        "an id that stands twice: which row is right is not ours to guess",
        lines_of({3: "c04,1,2"}),
        accepted=18,
        reasons={"id: repeated": 2},
    ),
    text(
        "missing-ids",
        "ids that are missing or blank",
        lines_of({3: ",1,2", 4: "  ,1,2"}),
        accepted=18,
        reasons={"id: missing": 2},
    ),
    one(
        "nan-ids",
        "ids as floating-point numbers, some NaN",
        customers(id=pa.array([float("nan"), float("nan"), *map(float, range(18))])),
        accepted=18,
        reasons={"id: missing": 2},
    ),
    text(
        "long-ids",
        "ids of 19 digits that differ in the last",
        lines_of({0: "9007199254740993001,1,2", 1: "9007199254740993002,3,4"}),
    ),
    text(
        "fan-out",
        "every customer twice: a join that fans out",
        lines_of(more=tuple(rows())),
        **refused("id: repeated"),
    ),
]
