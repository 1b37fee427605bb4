"""read -> check: the checks of a table's ids, and the verdict on its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from custseg_spark import data, features, journal
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError, InputChangedError
from custseg_spark.recipe import Recipe, find_columns_used
from custseg_spark.results import CountedTable, CustomerTable
from custseg_spark.steps.draw_even_sample import check_weights
from custseg_spark.steps.explain_rejection import explain_rejection
from custseg_spark.steps.find_order_lines import find_order_lines
from custseg_spark.steps.warn_of_outcomes import warn_of_outcomes


def check_ids(found: CustomerTable, recipe: Recipe, path: str) -> tuple[CustomerTable, int]:
    """The intake with its id checks, and the rows of the table. Raises DataError where there are none."""
    with translate_engine_errors(f"input {path}"):
        rows = found.frame.count()
        journal.scan("count")
        if rows == 0:
            if recipe.input.filter:
                what = f"input {path}: the table has no row that passes input.filter"
                raise DataError(what, f"look at the filter: {recipe.input.filter}")
            raise DataError(
                f"input {path}: the table has no rows", "check the path and the job that writes it"
            )
        unique = "trust" if recipe.input.numbers_rows else recipe.input.unique  # no two rows have one number
        frame, checks = data.build_id_checks(found.frame, recipe.input.id_column, unique, rows)
        if unique == "exact" or (unique == "auto" and rows <= data.EXACT_UP_TO):
            journal.scan("ids")
    return replace(found, frame=frame, checks=apply_rule_bounds([*checks, *found.checks], recipe)), rows


def apply_rule_bounds(checks: Sequence[data.Check], recipe: Recipe) -> tuple[data.Check, ...]:
    """The checks with the bounds of `rules.reasons`. A reason that the recipe could give of a table in
    another format, or of a column that this command does not look at, is known and applies to nothing."""
    possible = [
        *data.list_cast_reasons(find_columns_used(recipe), recipe.input.types),
        *features.list_value_reasons(recipe.segment_by),
        *([features.WEIGHT_REASON] if recipe.customers.weight is not None else []),
    ]
    return data.apply_bounds(checks, recipe.rules.reasons, possible)


def check_rows(counted: CountedTable) -> data.Quality:
    """The verdict on a table, and warnings of what the sample shows: order lines in place of customers, an
    outcome that cuts. Raises DataError where the contract is broken."""
    recipe = counted.recipe
    orders = find_order_lines(counted)
    if orders is not None:
        journal.warn(
            f"input {counted.source}: this looks like order lines, not customers ({orders}): "
            f"custseg init {counted.source} writes a recipe for custseg rfm, which makes customers of them"
        )
    try:
        quality = judge_rows(counted.table, counted.counts, recipe)
    except DataError as problem:
        if orders is None or problem.code != data.REJECTED:
            raise
        remedy = "make customers of the order lines first, with custseg init and custseg rfm"
        raise DataError(problem.what, remedy, code=problem.code, facts=problem.facts) from None
    refuse_change(counted.rows, quality.read)
    if recipe.input.unique == "auto" and counted.rows > data.EXACT_UP_TO:
        repeats = data.find_repeats(
            counted.sample.described["id"].tolist(),
            recipe.rules.max_quarantined,
            data.find_bound(recipe.rules.reasons, data.ID_REPEATED),
        )
        if repeats:
            journal.warn(repeats)
    warn_of_outcomes(recipe, counted.sample)
    if counted.sample.weights is not None:
        check_weights(counted.sample.weights, str(recipe.customers.weight))
    return quality


def judge_rows(table: CustomerTable, counts: Mapping[str, int], recipe: Recipe) -> data.Quality:
    """The verdict on counted rows. Raises DataError where the contract is broken; where too many rows are
    rejected, with one of the values that were."""
    try:
        return data.judge_counts(counts, table.checks, recipe.rules.max_quarantined)
    except DataError as problem:
        if problem.code != data.REJECTED:
            raise
        with translate_engine_errors("reading the input"):
            raise explain_rejection(problem, table, recipe) from None


def refuse_change(before: int, now: int) -> None:
    """Raises DataError where two passes over the table saw different numbers of rows."""
    if now != before:
        raise InputChangedError(f"{now:,} rows were read where {before:,} were before")
