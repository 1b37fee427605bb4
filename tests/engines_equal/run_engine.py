"""One engine in a process of its own: lines of JSON in, results as files of Arrow out.

python -m tests.engines_equal.run_engine spark|sail
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from tests.engines_equal.edge_tables import ROW

ZONE = "Pacific/Auckland"
"""Of the session on Spark: its clock must not matter."""

_PARTS = 10
_SERVERS: list[Any] = []
"""A server ends when nothing refers to it any more, and whoever asks it waits for ever."""


def open_engine(name: str) -> SparkSession:
    """A session on Spark, in a zone far from UTC, or on Sail, in UTC."""
    if name == "sail":
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        _SERVERS.append(server)
        _, port = server.listening_address
        session = SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        return session
    builder = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", ZONE)
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",  # a hundred expressions in a select: quicker without
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.memory": "2g",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def compute(frame: DataFrame, expressions: Sequence[tuple[int, str]]) -> Iterator[tuple[int, Any]]:
    """What each expression gives: (its number, (type, values)), or (number, text of the error).

    All in one select; where that fails, part by part, until those that fail stand alone.
    """
    try:
        selected = frame.selectExpr(ROW, *[f"{sql} AS `{number}`" for number, sql in expressions])
        kinds = {field.name: field.dataType.simpleString() for field in selected.schema}
        table = selected.toArrow().sort_by(ROW)
    except Exception as problem:  # whatever an engine raises is its answer
        if len(expressions) == 1:
            yield expressions[0][0], str(problem).split("\n", 1)[0][:300]
            return
        size = max(1, len(expressions) // _PARTS)
        for begin in range(0, len(expressions), size):
            yield from compute(frame, expressions[begin : begin + size])
        return
    for number, _ in expressions:
        yield number, (kinds[str(number)], table.column(str(number)))


def main() -> None:
    """Answers each line {"table", "expressions", "out"} with one: {"types", "errors"}; values go to `out`."""
    name = sys.argv[1]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else an engine prints
    session = open_engine(name)
    for line in sys.stdin:
        job = json.loads(line)
        frame = session.read.parquet(job["table"])
        types, errors, columns = {}, {}, {}
        for number, result in compute(frame, [tuple(pair) for pair in job["expressions"]]):
            if isinstance(result, str):
                errors[str(number)] = result
            else:
                types[str(number)], columns[str(number)] = result
        with pa.OSFile(job["out"], "wb") as file:
            made = pa.table(columns)
            with pa.ipc.new_file(file, made.schema) as writer:
                writer.write_table(made)
        answers.write(json.dumps({"types": types, "errors": errors}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
