"""read -> check -> label, forever: the batches of a stream, each written once under its batch id."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pyspark.sql import DataFrame, SparkSession

from custseg_spark import data, journal, runs
from custseg_spark.commands import keep_session
from custseg_spark.engine.choose import require_spark
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import CustsegError, DataError
from custseg_spark.journal import carry_journal
from custseg_spark.recipe import Recipe, change
from custseg_spark.results import LiveRun
from custseg_spark.sql import find_columns
from custseg_spark.steps import draw_sample, live_run, load_for_scoring, load_table
from custseg_spark.steps.explain_cast import explain_engine_errors

CHECKPOINT = "_checkpoint"


@dataclass(frozen=True)
class StreamResult:
    """What a stream labelled since it was started: batches, rows read, accepted and quarantined."""

    to: str
    live: LiveRun
    batches: int
    read: int
    accepted: int
    quarantined: int


class Batches:
    """Writes each batch under `<to>/customers/batch=<id>/segment=<n>` and counts what it wrote.

    Spark gives a batch the same rows and the same id again until it is committed in the checkpoint, and a
    batch replaces whatever a killed one left under its id, customers and quarantine, whichever model that one
    had: so every row is there once. `batches/<id>.json` says that a batch is whole; it goes first.
    """

    def __init__(self, live: LiveRun, recipe: Recipe, table: data.Table, to: str) -> None:
        self.totals: Counter[str] = Counter()
        self.problem: CustsegError | None = None
        self._live, self._recipe, self._table, self._to = live, recipe, table, to

    def write(self, frame: DataFrame, batch: int) -> None:
        """Label and write one batch."""
        try:
            self._write(frame, batch)
        except CustsegError as problem:  # it reaches the stream's caller as an error of Spark's
            self.problem = problem
            raise

    def _write(self, frame: DataFrame, batch: int) -> None:
        marker, rejects = f"{self._to}/batches/{batch}.json", f"{self._to}/quarantine/batch={batch}"
        for left in (marker, rejects):
            data.remove(left)
        if self._recipe.input.filter is not None:
            frame = data.filter_rows(frame, self._recipe.input.filter)
        table = data.apply_privacy(replace(self._table, frame=frame), self._recipe.privacy)
        found, recipe = load_for_scoring.apply_run_recipe(table, self._live, self._recipe)
        accepted, observed = draw_sample.observe_contract(found)
        keep = [data.quote(name) for name in load_table.list_kept_columns(found.columns, recipe)]
        scored = self._live.model.score(accepted, keep)
        at = f"{self._to}/customers/batch={batch}"
        with (
            journal.stage("batch") as facts,
            explain_engine_errors(f"writing {at}", found, recipe, of_run=True),
        ):
            data.replace_customers(scored, at, "segment")
            counts = draw_sample.read_observation(observed, found)
            if counts[data.ACCEPTED] < counts[data.ROWS]:
                data.write_rows(found.rejected, rejects)
            # A batch is held to what the recipe says of each check, by `on_fail: stop` and `at_most`; not to
            # `max_quarantined`, of which one bad row in a batch of two would be too much. Its rejects stay.
            try:
                for line in data.tell_kept(data.check_bounds(counts, found.checks), counts[data.ROWS]):
                    journal.warn(line)
            except DataError:
                data.remove(at)
                raise
            facts.update(batch=batch, read=counts[data.ROWS], accepted=counts[data.ACCEPTED])
        record = runs.BatchRecord.model_validate({**counts, "batch": batch, "run_id": self._live.run.run_id})
        runs.write_file(marker, runs.to_json(record.model_dump()))
        self.totals.update(counts, batches=1)


@dataclass(frozen=True)
class StreamSettings:
    """What is asked of a stream. `once`: label what is there now, and end. `kafka`: the servers of which the
    path is a topic, a JSON object per message."""

    once: bool = False
    kafka: str | None = None


@keep_session
def stream(
    spark: SparkSession,
    run: runs.Run,
    path: str,
    to: str,
    settings: StreamSettings | None = None,
) -> StreamResult:
    """Label the files that arrive at `path`, by a run's model, until it is stopped.

    Every input row is in `<to>/customers` or `<to>/quarantine` once, however often the stream is killed and
    started again. A batch that breaks a check's own bound ends the stream with DataError and is not kept; it
    is tried again when the stream is started again. Raises the errors of errors.py.
    """
    require_spark(spark, "custseg stream")
    settings, to = settings or StreamSettings(), runs.make_absolute(to)
    live = live_run.read_live_run(run)
    recipe = load_for_scoring.read_recipe(live)
    load_for_scoring.refuse_row_numbers(recipe, live, "stream")
    table, arriving = _open_stream(spark, live, recipe, path, settings.kafka)
    batches = Batches(live, recipe, table, to)
    private = data.apply_privacy(table, recipe.privacy)
    load_for_scoring.apply_run_recipe(private, live, recipe)  # a missing column is told before anything runs
    writer = arriving.writeStream.option("checkpointLocation", f"{to}/{CHECKPOINT}").foreachBatch(
        carry_journal(batches.write)
    )
    if settings.once:
        writer = writer.trigger(availableNow=True)
    with translate_engine_errors(f"streaming {path}"):
        query = writer.start()
        try:
            query.awaitTermination()
        except Exception:
            if batches.problem is not None:
                raise batches.problem from None
            raise
        finally:
            query.stop()
    read, accepted = batches.totals[data.ROWS], batches.totals[data.ACCEPTED]
    return StreamResult(to, live, batches.totals["batches"], read, accepted, read - accepted)


def _open_stream(
    spark: SparkSession, live: LiveRun, recipe: Recipe, path: str, kafka: str | None
) -> tuple[data.Table, DataFrame]:
    """The table as it is now, for its columns and how it is read, and the stream of what arrives."""
    if kafka is not None:
        messages = build_messages_table(data.open_topic(spark, kafka, path), live, path)
        return messages, messages.frame
    known_ending = PurePosixPath(path).suffix.lower() in data.ENDINGS
    asked = recipe.input.format if recipe.input.format in ("csv", "parquet") and not known_ending else "auto"
    source = change(recipe, {"input.format": asked, "input.filter": None}).input
    try:
        table = data.open_table(spark, source, path)
    except data.NoFilesError:
        raise DataError(
            f"input {path} holds no file yet, and a stream reads all files as the first one is written",
            "put the first file there and start the stream: it labels that one too",
        ) from None
    table.warn_of_notes()
    return table, data.open_stream(spark, table)


def build_messages_table(messages: DataFrame, live: LiveRun, name: str) -> data.Table:
    """The customers in messages whose `value` is a JSON object: every column that the run's recipe uses."""
    recipe = load_for_scoring.read_recipe(live)
    wanted = [live.model.id, *live.model.columns, *live.record.types]
    wanted += [*recipe.privacy.drop, *recipe.privacy.hash]
    if recipe.input.filter is not None:
        wanted += sorted(find_columns(recipe.input.filter))
    by_key = {column.lower(): column for column in reversed(wanted)}
    return data.parse_messages(messages, list(by_key.values())[::-1], name)
