"""read -> check -> label -> audience: whom a campaign may write to, per segment, and who stayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data, journal, runs
from custseg_spark.commands import keep_session
from custseg_spark.engine.expressions import compile_expression
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import RecipeError
from custseg_spark.recipe import Audience, change
from custseg_spark.results import LiveRun
from custseg_spark.sql import make_safe
from custseg_spark.steps import check_rows, draw_sample, live_run, load_for_scoring, write_run
from custseg_spark.steps.describe_engine import describe_engine
from custseg_spark.steps.explain_cast import explain_engine_errors
from custseg_spark.steps.load_for_scoring import Tonight

ELIGIBLE = "[eligible]"
HOLD_OUT_SEED = 20_000
"""Another one than any sample's, so that who is held out says nothing of who is in the sample."""
PARTS = 10_000
KEY = "_audience_id"
"""The customer's id as text, in `members/`: by it the next audience knows who was there."""
OURS = (KEY, "held_out", "previous", "change", "why")
"""What an audience writes of a customer, beside the labels."""
Format = Literal["csv", "parquet"]


@dataclass(frozen=True)
class AudienceResult:
    """A whole audience: where it is, by which run, and per segment id its counts: members, held_out, entered,
    stayed, left."""

    kept: runs.Run
    live: LiveRun
    counts: Mapping[int, Mapping[str, int]]
    quality: data.Quality
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class AudienceSettings:
    """What is asked of an audience.

    `asked`: who may be in it; as the run's own recipe says if null. `kind`: of the files for tools. `source`:
    keys of the recipe's `input` that are others for this table.
    """

    asked: Audience | None = None
    kind: Format = "csv"
    source: Mapping[str, Any] | None = None


@keep_session
def audience(
    spark: SparkSession,
    run: runs.Run,
    path: str,
    to: str,
    settings: AudienceSettings | None = None,
) -> AudienceResult:
    """Write the audiences of the customers at `path`, by a run's model, and publish them under `to`.

    `members/` (Parquet): one row per eligible customer with segment, margin, held_out, previous, change
    (entered or stayed). `audience/segment=<n>/`: those who are not held out, as CSV or Parquet. `left/`: who
    was in an audience the last time and is no longer, and why. Every row of a repeated id is quarantined: a
    campaign would write to that customer twice. Raises the errors of errors.py; then nothing is published.
    """
    with write_run.keep_run(to, path, kind="audiences") as kept:
        return _write_audience(spark, kept, live_run.read_live_run(run), path, settings or AudienceSettings())


def _write_audience(
    spark: SparkSession,
    kept: runs.Run,
    live: LiveRun,
    path: str,
    settings: AudienceSettings,
) -> AudienceResult:
    trained = load_for_scoring.read_recipe(live)
    load_for_scoring.refuse_row_numbers(trained, live, "audience")
    asked = (change(trained, {"audience": settings.asked}) if settings.asked else trained).audience
    _refuse_clashes(live.model.id, asked)
    eligible = make_safe(asked.eligible, "audience.eligible") if asked.eligible else "true"
    tonight = Tonight(asked.columns, {ELIGIBLE: eligible}, "exact", settings.source)
    table, recipe = load_for_scoring.load_for_scoring(spark, live, path, tonight)
    before = _read_members(spark, runs.find_latest(kept.output, "audiences"))
    at = kept.at("members")
    with journal.stage("members"), explain_engine_errors(f"writing {at}", table, recipe, of_run=True):
        accepted, observed = draw_sample.observe_contract(table)
        allowed = compile_expression(table.frame, table.described[ELIGIBLE], "audience.eligible")
        may = accepted.filter(F.coalesce(allowed, F.lit(False)))
        keep = [data.quote(name) for name in dict.fromkeys((recipe.input.id_column, *asked.columns))]
        scored = live.model.score(may, keep)
        data.write_rows(_keep_steady(scored, before, live, asked, recipe.input.id_column), at)
        counts = draw_sample.read_observation(observed, table)
    journal.scan("label and write")
    write_run.write_quarantine(kept, table, counts)
    quality = check_rows.judge_rows(table, counts, recipe)
    members = data.read_written(spark, kept.at("members"))
    with journal.stage("audience"), translate_engine_errors(f"writing {kept.at('audience')}"):
        sent = members.filter(~F.col("held_out")).drop(KEY, "previous", "held_out").repartition("segment")
        data.write_parts(sent, kept.at("audience"), "segment", settings.kind)  # a file each, as tools take it
        data.write_rows(_find_left(members, before), kept.at("left"))
        per_segment = _count_members(members, data.read_written(spark, kept.at("left")), live)
    with journal.stage("publish"):
        warnings = (*quality.warnings, *journal.current().warnings)
        result = AudienceResult(kept, live, per_segment, quality, warnings)
        kept.write_record(_build_record(result, path, asked, settings.kind))
        runs.publish_run(kept)
    return result


def _build_record(result: AudienceResult, path: str, asked: Audience, kind: Format) -> runs.AudienceRecord:
    model = result.live.model
    return runs.AudienceRecord(
        audience_id=result.kept.run_id,
        run_id=result.live.run.run_id,
        input=path,
        **describe_engine(journal.current().engine),
        settings=asked.model_dump(mode="json"),
        format=kind,
        rows=runs.RowCounts.model_validate(result.quality),
        segments=tuple(
            runs.SegmentMembers(segment=i, name=model.name_of(i), **result.counts[i]) for i in model.ids
        ),
        warnings=result.warnings,
        seconds=journal.current().seconds,
        scans=journal.current().count_scans(),
    )


def _refuse_clashes(id_column: str, asked: Audience) -> None:
    clashing = next((name for name in (id_column, *asked.columns) if name.lower() in OURS), None)
    if clashing:
        key = "input.id" if clashing == id_column else "audience.columns"
        raise RecipeError(
            f"{key}: {clashing!r} is a name that an audience writes itself",
            "give the column of the table another name",
        )


def _read_members(spark: SparkSession, last: runs.Run | None) -> DataFrame:
    """Who was in which audience the last time: KEY and `previous`, a row per customer; nobody the first
    time."""
    if last is None:
        return spark.range(0).select(
            F.col("id").cast("string").alias(KEY), F.col("id").cast("int").alias("previous")
        )
    members = data.read_written(spark, last.at("members"))
    return members.select(KEY, F.col("segment").alias("previous")).dropDuplicates([KEY])


def _keep_steady(
    scored: DataFrame, before: DataFrame, live: LiveRun, asked: Audience, id_column: str
) -> DataFrame:
    """The eligible customers in their audience: the one they were in, unless they clearly left it."""
    wavering = F.col("previous").isin(*live.model.ids) & (F.col("margin") < asked.margin)
    steady = F.when(wavering, F.col("previous")).otherwise(F.col("segment"))
    drawn = F.pmod(F.xxhash64(KEY, F.lit(HOLD_OUT_SEED)), F.lit(PARTS))
    names = F.create_map(
        *[F.lit(part) for pair in zip(live.model.ids, live.model.names, strict=True) for part in pair]
    )
    return (
        scored.withColumn(KEY, data.column(id_column).cast("string"))
        .join(before, on=KEY, how="left")
        .withColumn("segment", steady)
        .withColumn("segment_name", names[F.col("segment")])
        .withColumn("held_out", drawn < round(asked.hold_out * PARTS))
        .withColumn("change", F.when(F.col("previous") == F.col("segment"), "stayed").otherwise("entered"))
    )


def _find_left(members: DataFrame, before: DataFrame) -> DataFrame:
    """Who is no longer in the audience of the last time: KEY, segment (of then), why."""
    now = members.select(KEY, F.col("segment").alias("now"))
    gone = F.when(F.col("now").isNull(), "not in the table or not eligible").otherwise("moved")
    return (
        before.join(now, on=KEY, how="left")
        .filter(F.col("now").isNull() | (F.col("now") != F.col("previous")))
        .select(KEY, F.col("previous").alias("segment"), gone.alias("why"))
    )


def _count_members(members: DataFrame, left: DataFrame, live: LiveRun) -> dict[int, dict[str, int]]:
    gone = left.select("segment", F.lit(False).alias("held_out"), F.lit("left").alias("change"))
    changes = {change: F.count_if(F.col("change") == change) for change in ("entered", "stayed", "left")}
    counts = {"members": F.count_if(F.col("change") != "left"), "held_out": F.count_if("held_out"), **changes}
    everyone = members.select("segment", "held_out", "change").union(gone).groupBy("segment")
    rows = everyone.agg(*[count.alias(name) for name, count in counts.items()]).collect()
    found = {i: dict.fromkeys(counts, 0) for i in live.model.ids}
    found |= {row["segment"]: {name: row[name] for name in counts} for row in rows}
    return found
