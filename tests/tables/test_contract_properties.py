"""What holds of every table, on tables that nobody chose."""

from __future__ import annotations

import csv
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from custseg_spark import features, recipe
from custseg_spark.api.training import count_table
from custseg_spark.data import Quality
from custseg_spark.errors import DataError
from custseg_spark.results import CountedTable
from custseg_spark.steps.check_rows import check_rows
from tests.tables.draws import draw_tables


def check(spark: SparkSession, how: recipe.Recipe, path: Path) -> tuple[CountedTable, Quality]:
    counted = count_table(spark, how, str(path))
    return counted, check_rows(counted)


def write_csv(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *rows])
    return path


CELLS = st.one_of(
    st.integers(-5, 2000).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(["", " ", "NaN", "-inf", "1e400", "n/a", "12,5", "1_000", "٣", "0x10", "007", "True"]),
    st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs"]), max_size=6),
)
IDS = st.one_of(st.integers(0, 400).map(str), st.sampled_from(["", " ", "007", "7", "ä"]))
GUESSED: dict[str, Any] = {
    "input": {"id": "id", "types": {"visits": "double"}},
    "rules": {"max_quarantined": 1.0, "few": "visits < 1000"},
    "segment_by": {"spend": {"sql": "try_cast(spend AS double)", "transform": "log1p"}, "visits": "visits"},
}


@draw_tables(8)
@given(rows=st.lists(st.tuples(IDS, CELLS, CELLS), min_size=1, max_size=100))
def test_read_is_accepted_plus_quarantined_whatever_the_cells_hold(
    spark: SparkSession, tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    path = write_csv(tmp_path / "customers.csv", ("id", "spend", "visits"), rows)
    try:
        counted, quality = check(spark, recipe.parse(GUESSED), path)
    except DataError as told:
        event(f"refused: {told.what.partition(':')[0]}")
        return
    rejected = counted.table.rejected.collect()
    assert quality.read == len(rows)
    assert quality.read == quality.accepted + quality.quarantined
    assert counted.table.accepted.count() == quality.accepted == len(counted.sample.raw)
    assert len(rejected) == quality.quarantined
    assert all(row["reasons"] for row in rejected)
    assert set(itertools.chain(*[row["reasons"] for row in rejected])) <= set(quality.by_reason)
    values = counted.sample.raw.to_numpy()
    assert not np.isinf(values).any()


MISSING, JUNK = "missing", "junk"
Cell = tuple[str, float | str]
"""What stands in the file, and what it means: a number, MISSING or JUNK."""
BLANK: st.SearchStrategy[Cell] = st.sampled_from(["", " ", "  "]).map(lambda text: (text, MISSING))
NO_NUMBER: st.SearchStrategy[Cell] = st.sampled_from(
    ["n/a", "12,5", "1_000", "0x10", "--1", "1 2", "€5"]
).map(lambda text: (text, JUNK))
INFINITE: st.SearchStrategy[Cell] = st.sampled_from(["inf", "-inf", "Infinity", "1e400"]).map(
    lambda text: (text, float(text))
)
FINITE: st.SearchStrategy[Cell] = st.one_of(
    st.floats(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([-1.0, -0.9999999999999999, -1.0000000000000002, 0.0]),
).map(lambda value: (repr(value), value))
WHOLE: st.SearchStrategy[Cell] = st.one_of(
    st.integers(-3, 1003).map(lambda value: (str(value), float(value))),
    st.sampled_from([("999", 999.0), ("1000", 1000.0), (" 7 ", 7.0), ("7.0", 7.0), ("1e3", 1000.0)]),
    st.sampled_from(["5.5", "0.1"]).map(lambda text: (text, JUNK)),
)
ROWS = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 999).map(str), st.sampled_from(["", " ", "007", "7", "07", "ä", "Ä"])),
        st.one_of(FINITE, FINITE, INFINITE, NO_NUMBER, BLANK, st.just(("NaN", MISSING))),
        st.one_of(WHOLE, WHOLE, WHOLE, NO_NUMBER, BLANK),
        st.one_of(FINITE, FINITE, INFINITE, NO_NUMBER, BLANK),
    ),
    min_size=20,
    max_size=150,
)
DECLARED: dict[str, Any] = {
    "input": {"id": "id", "types": {"spend": "double", "visits": "int", "score": "string"}},
    "rules": {
        "max_quarantined": 1.0,
        "few": "visits < 1000",
        "active": {"sql": "visits > 0", "on_fail": "warn"},
    },
    "segment_by": {
        "spend": {"sql": "spend", "transform": "log1p", "impute": "quarantine"},
        "visits": "visits",
        "score": "score",
    },
}
WARNED = "active: not visits > 0"


def reasons(row: tuple[str, Cell, Cell, Cell], ids: Counter[str]) -> set[str]:
    """What DECLARED holds against a row, by what its cells mean: the contract once more, without Spark."""
    told = set()
    name, (_, spend), (_, visits), (_, score) = row
    if not name.strip():
        told.add("id: missing")
    elif ids[name] > 1:
        told.add("id: repeated")
    if spend == JUNK or spend in (math.inf, -math.inf):  # a number column has no place for either
        told |= {"spend: not a number", "spend: missing"}
    elif spend == MISSING:
        told.add("spend: missing")
    elif not isinstance(spend, str) and spend <= -1:
        told.add("spend: log1p takes values above -1")
    if visits == JUNK:
        told.add("visits: not a whole number")
    if not isinstance(visits, float) or visits >= 1000:  # what can't be known is not kept
        told.add("few: not visits < 1000")
    if not isinstance(visits, float) or visits <= 0:
        told.add(WARNED)
    if score == JUNK:
        told.add("score: not a number")
    elif score in (math.inf, -math.inf):
        told.add("score: infinite")
    return told


@draw_tables(8)
@given(rows=ROWS)
def test_the_rows_accepted_and_their_reasons_are_those_of_the_contract_without_spark(
    spark: SparkSession, tmp_path: Path, rows: list[tuple[str, Cell, Cell, Cell]]
) -> None:
    ids = Counter(name for name, *_ in rows if name.strip())
    expected = {str(place): reasons(row, ids) for place, row in enumerate(rows)}
    broken = {place: told - {WARNED} for place, told in expected.items() if told - {WARNED}}
    texts = [(str(place), name, *(text for text, _ in cells)) for place, (name, *cells) in enumerate(rows)]
    path = write_csv(tmp_path / "customers.csv", ("place", "id", "spend", "visits", "score"), texts)
    if len(broken) == len(rows):
        with pytest.raises(DataError, match="rows are rejected"):
            check(spark, recipe.parse(DECLARED), path)
        return
    counted, quality = check(spark, recipe.parse(DECLARED), path)
    assert {row["place"]: set(row["reasons"]) for row in counted.table.rejected.collect()} == broken
    assert {row["place"] for row in counted.table.accepted.collect()} == expected.keys() - broken.keys()
    assert (quality.read, quality.quarantined) == (len(rows), len(broken))
    assert quality.accepted == len(rows) - len(broken)
    assert quality.by_reason == Counter(itertools.chain(*expected.values()))
    # and the numbers that the sweep sees are those that stand in the file
    meant = {
        name: [value if isinstance(value, float) else math.nan for _, value in cells]
        for place, (name, *cells) in enumerate(rows)
        if str(place) not in broken
    }
    seen = dict(zip(counted.sample.described["id"], counted.sample.raw.to_numpy().tolist(), strict=True))
    assert seen.keys() == meant.keys()
    for name, values in meant.items():
        np.testing.assert_array_equal(seen[name], values)


def thousandths(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers of which two that differ do so by enough that their variance is not zero."""
    return st.floats(low, high).map(lambda number: round(number, 3))


@draw_tables(6)
@given(
    values=st.lists(
        st.tuples(thousandths(-1e6, 1e6), st.one_of(st.none(), thousandths(-0.9, 1e6))),
        min_size=3,
        max_size=40,
    ),
    parts=st.integers(1, 4),
    random=st.randoms(use_true_random=False),
)
def test_features_depend_on_neither_order_nor_partitioning(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, values: Any, parts: int, random: Any
) -> None:
    table = pd.DataFrame(values, columns=["spend", "visits"]).astype(float)
    assume(table["visits"].nunique() > 1)
    assume(table["spend"].quantile(0.75) > table["spend"].quantile(0.25))
    table.insert(0, "id", [f"c{n}" for n in range(len(table))])
    cuts = {"spend": {"sql": "spend", "clip": "iqr"}, "visits": "visits"}
    how = recipe.parse({"input": {"id": "id"}, "segment_by": cuts})
    directory = tmp_path_factory.mktemp("orders")
    order = random.sample(range(len(table)), len(table))
    for name, rows in (
        ("as_is", [table]),
        ("shuffled", [table.iloc[order[part::parts]] for part in range(parts)]),
    ):
        (directory / name).mkdir()
        for number, part in enumerate(rows):
            part.to_parquet(directory / name / f"{number}.parquet", index=False)
    found = []
    for name in ("as_is", "shuffled"):
        sample = check(spark, how, directory / name)[0].sample
        kinds = {key: f.expression for key, f in how.segment_by.items()}
        treatments = features.fit_treatments(sample.raw, kinds, how.segment_by, how.scale)
        found.append(
            (treatments, features.apply_treatments(sample.raw, treatments), sample.described["id"].tolist())
        )
    assert found[0][0] == found[1][0]
    assert found[0][2] == found[1][2]
    pd.testing.assert_frame_equal(found[0][1], found[1][1], check_exact=True)
