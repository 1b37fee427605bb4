"""profile -> report: the columns that were used, as they were found, and what was done to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from custseg_spark import segments
from custseg_spark.features import Treatment, list_places
from custseg_spark.recipe import OTHER_LEVEL, Recipe
from custseg_spark.recipe.categories import MISSING_LEVEL
from custseg_spark.recipe.features import MISSING
from custseg_spark.report.exploration import ColumnView, build_column_view
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.results import Sample, TrainingResult
from custseg_spark.steps.page_parts import list_views
from custseg_spark.steps.tell_far_values import FarColumn
from custseg_spark.wording import format_percent


def list_columns(result: TrainingResult, far: Mapping[str, FarColumn]) -> tuple[ColumnView, ...]:
    """Every column used, as it was found: features as they were before imputation and clipping. `far`: what
    is said of values far outside, by column."""
    recipe, sample, fitted = result.recipe, result.sample, result.segmentation
    everyone = result.quality.read
    views = {view.name: view for view in list_views(fitted, "feature", "description", "outcome")}
    found = [
        build_column_view(
            views[t.name],
            segments.clip_extremes(sample.raw[t.name].to_numpy(dtype=np.float64), recipe.privacy.min_cell),
            "cuts",
            sample.missing[t.name] / everyone,
            _write_treatment(t, recipe, sample),
        )
        for t in fitted.model.features
        if not t.category
    ]
    found += _list_categories(result, views)
    for shown in fitted.profile.shown:
        if shown.role != "feature" and shown.name in fitted.sample and not shown.rate:
            numbers = pd.to_numeric(fitted.sample[shown.name], errors="coerce")
            values = segments.clip_extremes(numbers.to_numpy(dtype=np.float64), recipe.privacy.min_cell)
            if np.isfinite(values).any():
                role = "checks" if shown.role == "outcome" else "describes"
                found.append(build_column_view(views[shown.name], values, role))
    cells = {name: told.cell for name, told in far.items()}
    return tuple(replace(one, far=cells.get(one.column.name, "")) for one in found)


def _list_categories(result: TrainingResult, views: Mapping[str, FeatureView]) -> Iterator[ColumnView]:
    """Each category with the shares of its levels, and what became of the values that are none."""
    figures = result.segmentation.profile.everyone.columns
    treatments = result.model.features
    for name, places in list_places(treatments).items():
        own = [views[treatments[place].name] for place in places if treatments[place].category]
        if not own:
            continue
        shares = tuple((view, figures[view.name].mean) for view in own)
        others = next((share for view, share in shares if view.level == OTHER_LEVEL), 0.0)
        yield ColumnView(
            FeatureView(name, label=own[0].category),
            "cuts",
            result.sample.missing[name] / result.quality.read,
            treatment=_write_levels(result.recipe, name, result.sample.missing[name], others),
            levels=shares,
        )


def _write_levels(recipe: Recipe, name: str, missing: int, others: float) -> str:
    """`3 levels kept, 2 are other (5 %); missing is a level`."""
    category = recipe.segment_by[name]
    kept = len(category.levels.keys() - {MISSING_LEVEL})
    rest = len(set(category.other or ()) - {MISSING})
    told = [f"{kept} level{'' if kept == 1 else 's'}{' kept' if rest else ''}"]
    if rest:
        told[0] += f", {rest} {'is' if rest == 1 else 'are'} other ({format_percent(others)})"
    if missing and category.impute == "most_frequent":
        told.append(f"{missing:,} missing -> {next(iter(category.levels))} (the most frequent)")
    elif missing and category.impute in ("level", "other"):
        told.append("missing is a level" if category.impute == "level" else "missing is other")
    return "; ".join(told)


def _write_treatment(treatment: Treatment, recipe: Recipe, sample: Sample) -> str:
    raw = sample.raw[treatment.name].to_numpy(dtype=np.float64)
    told = []
    missing = sample.missing.get(treatment.name, 0)
    if missing and treatment.fill is not None:
        how = recipe.features[treatment.name].impute
        source = f" ({how})" if isinstance(how, str) else ""
        told.append(f"{missing:,} missing -> {treatment.fill:,.6g}{source}")
    for bound, lies_beyond in ((treatment.lower, np.less), (treatment.upper, np.greater)):
        if bound is not None and (beyond := lies_beyond(raw, bound)).any():
            told.append(f"{beyond.mean():.1%} clipped at {bound:,.6g}")
    if treatment.transform != "none":
        told.append("logarithm")
    order = recipe.segment_by[treatment.name].order
    if order:
        told.append(f"ranks: {', '.join(f'{rank} {level}' for rank, level in enumerate(order))}")
    return "; ".join(told)
