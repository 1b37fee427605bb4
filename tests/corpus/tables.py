"""Parquet: files that disagree, types that are no numbers, files that are none."""

from __future__ import annotations

import decimal
import io
import json
from collections.abc import Mapping
from datetime import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.corpus.case import CUSTOMERS, Case, Files, lines_of, refused

HALF = CUSTOMERS // 2


def customers(**changed: pa.Array) -> pa.Table:
    """Twenty customers with ids as text; columns added or changed."""
    return pa.table(
        {
            "id": pa.array([f"c{n:02d}" for n in range(CUSTOMERS)]),
            "spend": pa.array([10.0 * n + 5.5 for n in range(CUSTOMERS)]),
            "visits": pa.array([n % 7 for n in range(CUSTOMERS)], pa.int64()),
            **changed,
        }
    )


def parquet(table: pa.Table) -> bytes:
    made = io.BytesIO()
    pq.write_table(table, made)
    return made.getvalue()


def one(name: str, wrong: str, table: pa.Table, **expected: Any) -> Case:
    """A case of one Parquet file."""
    return Case(name, wrong, lambda: {"customers.parquet": parquet(table)}, "customers.parquet", **expected)


def two(first: pa.Table, second: pa.Table) -> Files:
    """The first ten customers of one table and the last ten of another, as two files."""
    return lambda: {"a.parquet": parquet(first[:HALF]), "b.parquet": parquet(second[HALF:])}


def recast(name: str, kind: pa.DataType) -> pa.Table:
    return customers(**{name: customers()[name].combine_chunks().cast(kind)})


def cut_off() -> Mapping[str, bytes]:
    return {"customers.parquet": parquet(customers())[:-40]}


PEOPLE = pa.array([{"spend": 10.0 * n + 5.5, "town": "Ulm"} for n in range(CUSTOMERS)])
LISTS = pa.array([[1, 2, n] for n in range(CUSTOMERS)])
MAPS = pa.array([[("spend", float(n))] for n in range(CUSTOMERS)], pa.map_(pa.string(), pa.float64()))

TIMES = pa.array([time(n) for n in range(CUSTOMERS)])


def lines_of_objects() -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in customers().to_pylist())


CASES: list[Case] = [
    Case(
        "drift-to-text",
        "a number in one file, text in the next",
        two(customers(), recast("spend", pa.string())),
        **refused("in other files"),
    ),
    Case(
        "drift-to-double",
        "whole numbers in one file, fractions in the next",
        two(customers(), recast("visits", pa.float64())),
        **refused("in other files"),
    ),
    Case(
        "wider-integers",
        "32-bit integers in one file, 64-bit ones in the next",
        two(recast("visits", pa.int32()), customers()),
        **refused("in other files"),
    ),
    Case(
        "wider-integers-first",
        "64-bit integers in one file, 32-bit ones in the next",
        two(customers(), recast("visits", pa.int32())),
    ),
    Case(
        "column-in-one-file",
        "a column that only the second file has; the recipe does not use it",
        two(customers(), customers(town=pa.array(["Ulm"] * CUSTOMERS))),
    ),
    Case(
        "column-gone",
        "a column of the recipe that the second file lacks",
        two(customers(), customers().drop_columns(["visits"])),
        missing={"visits": 10},
    ),
    Case(
        "column-gone-refused",
        "the same under `impute: quarantine`",
        two(customers(), customers().drop_columns(["visits"])),
        accepted=10,
        reasons={"visits: missing": 10},
        missing={"visits": 10},
        recipe={"segment_by": {"spend": "spend", "visits": {"sql": "visits", "impute": "quarantine"}}},
    ),
    one(
        "nested-columns",
        "structures, lists and maps beside the columns used",
        customers(person=PEOPLE, basket=LISTS, tags=MAPS),
    ),
    one(
        "nested-field",
        "a field of a structure as a feature",
        customers(person=PEOPLE),
        recipe={"segment_by": {"spend": "person.spend", "visits": "visits"}},
    ),
    one(
        "list-as-feature",
        "a list as a feature",
        customers(basket=LISTS),
        recipe={"segment_by": {"spend": "basket", "visits": "visits"}},
        **refused("not a number", 2),
    ),
    one(
        "list-too-short",
        "a place in a list that a row does not have",
        customers(basket=pa.array([[1, 2, n] if n != 4 else [1] for n in range(CUSTOMERS)])),
        recipe={"segment_by": {"spend": "basket[2]", "visits": "visits"}},
        missing={"spend": 1},
    ),
    one(
        "decimals",
        "decimals of 38 digits",
        customers(
            spend=pa.array([decimal.Decimal(n) + decimal.Decimal("0.1") for n in range(CUSTOMERS)],
                           pa.decimal128(38, 18))
        ),
    ),
    one(
        "decimal-overflow",
        "decimals of 38 digits whose product has no room",
        customers(
            spend=pa.array([decimal.Decimal(10) ** 37 if n == 4 else decimal.Decimal(n)
                            for n in range(CUSTOMERS)], pa.decimal128(38, 0))
        ),
        recipe={"segment_by": {"spend": "spend * 1000", "visits": "visits"}},
        missing={"spend": 1},
    ),
    one("unsigned", "unsigned 64-bit integers", recast("visits", pa.uint64())),
    one("booleans", "true and false as a feature", customers(visits=pa.array([True, False] * HALF))),
    one("text-numbers", "numbers as text in Parquet", recast("spend", pa.string())),
    one(
        "binary",
        "bytes as a feature",
        customers(spend=pa.array([b"1"] * CUSTOMERS)),
        **refused("not a number", 2),
    ),
    one("no-rows", "a table of no rows", customers()[:0], **refused("no rows")),
    one("times-of-day", "times of day, which Spark does not read, unused", customers(at=TIMES)),
    one(
        "times-of-day-used",
        "the same under a description",
        customers(at=TIMES),
        recipe={"describe": {"at": "at"}},
        **refused("of the type TIME"),
    ),
    Case(
        "json-lines",
        "an object a line, one of them cut off",
        lambda: {"customers.jsonl": lines_of_objects() + b'{"id": "c20", "spe\n'},
        "customers.jsonl",
        reasons={"row: no JSON object": 1, "id: missing": 1},
        quarantined=1,
        missing={"spend": 1, "visits": 1},
    ),
    Case(
        "json-array",
        "an array of objects",
        lambda: {"customers.json": b"[" + lines_of_objects().strip().replace(b"\n", b",\n") + b"]"},
        "customers.json",
    ),
    Case("parquet-cut-off", "Parquet cut off", cut_off, "customers.parquet", **refused("cut off")),
    Case(
        "parquet-as-csv",
        "Parquet called .csv",
        lambda: {"customers.csv": parquet(customers())},
        "customers.csv",
        **refused("a Parquet file"),
    ),
    Case(
        "csv-as-parquet",
        "text called .parquet",
        lambda: {"customers.parquet": lines_of().encode()},
        "customers.parquet",
        **refused("is not Parquet"),
    ),
    Case(
        "partition-zeros",
        "partition folders 007 and 08, ids of the table",
        lambda: {
            "region=007/a.parquet": parquet(customers()[:HALF]),
            "region=08/b.parquet": parquet(customers()[HALF:]),
        },
        recipe={"segment_by": {"spend": "spend", "visits": "visits", "length": "length(region)"}},
    ),
    Case(
        "two-kinds",
        "CSV and Parquet in one directory",
        lambda: {"a.csv": lines_of().encode(), "b.parquet": parquet(customers())},
        **refused("several kinds"),
    ),
    Case(
        "leftovers",
        "the files of a write that never ended beside the table",
        lambda: {
            "part-0.parquet": parquet(customers()),
            "_temporary/0/part-1.parquet": parquet(customers())[:50],
            ".part-2.parquet.crc": b"",
            "_SUCCESS": b"",
        },
    ),
]  # fmt: skip
