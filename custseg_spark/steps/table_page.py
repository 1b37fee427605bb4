"""profile -> report: what the page says of the table as it was read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from custseg_spark import data, segments
from custseg_spark.features import Treatment
from custseg_spark.recipe import Recipe
from custseg_spark.report import exploration, page
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.results import Sample, TrainingResult


def list_rules(result: TrainingResult) -> tuple[page.RuleCount, ...]:
    """Every rule of the recipe, with the rows that broke it."""
    broken = result.quality.by_reason
    return tuple(
        page.RuleCount(name, rule.sql, rule.on_fail, broken.get(data.name_reason(name, rule), 0))
        for name, rule in result.recipe.rules.named.items()
    )


def list_columns(result: TrainingResult) -> tuple[exploration.ColumnView, ...]:
    """Every column used, as it was found: features as they were before imputation and clipping."""
    recipe, sample, fitted = result.recipe, result.sample, result.segmentation
    everyone = result.quality.read
    found = [
        exploration.build_column_view(
            FeatureView(t.name, t.unit, t.transform),
            segments.clip_extremes(sample.raw[t.name].to_numpy(dtype=np.float64), recipe.privacy.min_cell),
            "cuts",
            sample.missing[t.name] / everyone,
            _treatment(t, recipe, sample),
        )
        for t in fitted.model.features
    ]
    for shown in fitted.profile.shown:
        if shown.role != "feature" and shown.name in fitted.sample and not shown.rate:
            numbers = pd.to_numeric(fitted.sample[shown.name], errors="coerce")
            values = segments.clip_extremes(numbers.to_numpy(dtype=np.float64), recipe.privacy.min_cell)
            if np.isfinite(values).any():
                role = "checks" if shown.role == "outcome" else "describes"
                found.append(exploration.build_column_view(FeatureView(shown.name, shown.unit), values, role))
    return tuple(found)


def _treatment(treatment: Treatment, recipe: Recipe, sample: Sample) -> str:
    raw = sample.raw[treatment.name].to_numpy(dtype=np.float64)
    told = []
    missing = sample.missing[treatment.name]
    if missing and treatment.fill is not None:
        how = recipe.segment_by[treatment.name].impute
        source = f" ({how})" if isinstance(how, str) else ""
        told.append(f"{missing:,} missing -> {treatment.fill:,.6g}{source}")
    for bound, lies_beyond in ((treatment.lower, np.less), (treatment.upper, np.greater)):
        if bound is not None and (beyond := lies_beyond(raw, bound)).any():
            told.append(f"{beyond.mean():.1%} clipped at {bound:,.6g}")
    if treatment.transform != "none":
        told.append(treatment.transform)
    return "; ".join(told)
