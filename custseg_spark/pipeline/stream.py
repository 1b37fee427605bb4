"""read -> check -> label, forever: the batches of a stream, each written once under its batch id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from custseg_spark import data, runs
from custseg_spark.journal import Journal
from custseg_spark.pipeline import follow, intake, observation, scoring
from custseg_spark.pipeline.follow import Live
from custseg_spark.pipeline.problems import told
from custseg_spark.recipe import Recipe, safe
from custseg_spark.session import settled

CHECKPOINT = "_checkpoint"


@dataclass(frozen=True)
class Streamed:
    """What a stream labelled since it was started: batches, rows read, accepted and quarantined."""

    to: str
    live: Live
    batches: int
    read: int
    accepted: int
    quarantined: int


class _Batches:
    """Writes each batch under `<to>/customers/batch=<id>/segment=<n>` and counts what it wrote.

    Spark gives a batch the same rows and the same id again until it is committed in the checkpoint, and a
    batch replaces whatever a killed one left under its id: so every row is there once.
    `batches/<id>.json` says that a batch is whole.
    """

    def __init__(self, live: Live, recipe: Recipe, table: data.Table, to: str, journal: Journal) -> None:
        self.totals = {"batches": 0, data.ROWS: 0, data.ACCEPTED: 0}
        self._live, self._recipe, self._table, self._to, self._journal = live, recipe, table, to, journal

    def write(self, frame: DataFrame, batch: int) -> None:
        """Label and write one batch."""
        source = self._recipe.input
        if source.filter is not None:
            frame = frame.filter(safe(source.filter, "input.filter"))
        table = data.private(replace(self._table, frame=frame), self._recipe.privacy)
        found, recipe = scoring.laid(table, self._live, self._recipe, self._recipe.output.columns)
        counted = Observation("contract")
        watched = found.frame.observe(counted, *data.counts(found.checks))
        keep = [data.quoted(name) for name in intake.kept(found.columns, recipe)]
        scored = self._live.model.scored(data.accepted(watched, found.checks), keep)
        at = f"{self._to}/customers/batch={batch}"
        with self._journal.stage("batch") as facts, told(f"writing {at}"):
            data.replace_customers(scored, at, "segment")
            seen = observation.got(counted, found.frame, data.counts(found.checks), self._journal)
            counts = {name: int(value) for name, value in seen.items()}
            if counts[data.ACCEPTED] < counts[data.ROWS]:
                data.replace_rows(found.rejected, f"{self._to}/quarantine/batch={batch}")
            facts.update(batch=batch, read=counts[data.ROWS], accepted=counts[data.ACCEPTED])
        record = {"batch": batch, "run_id": self._live.run.run_id, **counts}
        runs.write(f"{self._to}/batches/{batch}.json", runs.as_json(record))
        self.totals["batches"] += 1
        for name in (data.ROWS, data.ACCEPTED):
            self.totals[name] += counts[name]


def stream(
    spark: SparkSession, run: runs.Run, path: str, to: str, journal: Journal, *, once: bool = False
) -> Streamed:
    """Label the files that arrive at `path`, by a run's model, until it is stopped; with `once` those
    that are there now. For a Kafka topic the recipe says `input.format: kafka` and its options.

    Every input row is in `<to>/customers` or `<to>/quarantine` once, however often the stream is killed and
    started again. Raises the errors of errors.py.
    """
    to = runs.absolute(to)
    live = follow.read(run)
    recipe = scoring.recipe_of(live)
    table, arriving = _source(spark, live, recipe, path)
    batches = _Batches(live, recipe, table, to, journal)
    private = data.private(table, recipe.privacy)
    scoring.laid(
        private, live, recipe, recipe.output.columns
    )  # a missing column is told before anything runs
    writer = arriving.writeStream.option("checkpointLocation", f"{to}/{CHECKPOINT}").foreachBatch(
        batches.write
    )
    if once:
        writer = writer.trigger(availableNow=True)
    with told(f"streaming {path}"):
        _finish(writer.start())
    totals = batches.totals
    return Streamed(
        to, live, totals["batches"], totals[data.ROWS], totals[data.ACCEPTED],
        totals[data.ROWS] - totals[data.ACCEPTED],
    )  # fmt: skip


def _source(spark: SparkSession, live: Live, recipe: Recipe, path: str) -> tuple[data.Table, DataFrame]:
    """The table as it is now, for its columns and types, and the stream of what arrives."""
    if recipe.input.format == "kafka":
        arriving = spark.readStream.format("kafka").options(**recipe.input.options).load()
        rows = from_json(arriving, live)
        return data.Table(rows, None, "kafka", path), rows
    known_ending = PurePosixPath(path).suffix.lower() in data.ENDINGS
    asked = recipe.input.format if recipe.input.format in ("csv", "parquet") and not known_ending else "auto"
    reduced = recipe.model_copy(update={"input": recipe.input.model_copy(update={"format": asked})})
    table = data.open_table(settled(spark), reduced.input.model_copy(update={"filter": None}), path)
    return table, data.arriving(spark, table)


def from_json(messages: DataFrame, live: Live) -> DataFrame:
    """The customers in messages whose `value` is a JSON object: the id and the columns the model reads."""
    columns = {live.model.id: "string", **live.model.columns}
    schema = ", ".join(f"{data.quoted(name)} {kind}" for name, kind in columns.items())
    value: Any = F.col("value").cast("string")
    return messages.select(F.from_json(value, schema).alias("_row")).select("_row.*")


def _finish(query: StreamingQuery) -> None:
    try:
        query.awaitTermination()
    finally:
        query.stop()
