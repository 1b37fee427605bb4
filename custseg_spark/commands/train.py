"""`custseg train`: read a customer table, find its segments, publish them as a run."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import SparkSession

from custseg_spark import journal, runs
from custseg_spark.api.training import count_table, fit_table, publish_result
from custseg_spark.commands import keep_session
from custseg_spark.recipe import Recipe
from custseg_spark.results import TrainingResult
from custseg_spark.steps.live_run import find_live_run
from custseg_spark.steps.segment_ids import read_ids_used
from custseg_spark.steps.summarize_run import find_cautions
from custseg_spark.steps.write_run import build_live_record, keep_run, write_quarantine


@dataclass(frozen=True)
class TrainResult:
    """A whole run: where it is, what was found, and whether it is the one that scores."""

    run: runs.Run
    found: TrainingResult
    is_live: bool

    @property
    def live(self) -> runs.LiveRecord | None:
        """The run held against the live one, as run.json has it; None where there was none."""
        return build_live_record(self.found.since_live) if self.found.since_live else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before acting on the segments."""
        return (*self.found.warnings, *find_cautions(self.found).sentences)


@keep_session
def train(
    spark: SparkSession, recipe: Recipe, path: str, output: str, *, promote: bool = False
) -> TrainResult:
    """Make a run of `recipe` on the table at `path`, and publish it under `output` when it is whole.

    The first run goes live; a later one is a candidate, held against the live run, until it is promoted.

    Args:
        spark: Any Spark 4 session; its settings are left as they were found.
        recipe: As `recipe.load` reads it.
        path: The customer table, one row per customer: a path, a URI or a name of the catalog.
        output: Where runs are kept.
        promote: Whether the run goes live at once.

    Returns:
        The run, everything that was found, and whether it is live.

    Raises:
        RecipeError: The recipe does not fit the table.
        DataError: The table breaks its contract, or can't be cut.
        RunError: The output can't be written, or a run there can't be read. After any error nothing is
            published, and what was written of the run says so.
    """
    with keep_run(output, path, recipe) as run:
        counted = count_table(spark, recipe, path, find_live_run(run.output))
        with journal.stage("quarantine"):  # before the verdict: whoever mends the table wants to see them
            write_quarantine(run, counted.table, counted.counts)
        result = fit_table(spark, counted, read_ids_used(run.output))
        return TrainResult(run, result, publish_result(spark, run, result, promote))
