"""What the form offers of a table: its columns, the sums that the proposal made, and how each may be treated.

Expressions are made here or by the proposal, of column names that are quoted; none is typed, and none is read
from the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from custseg_spark import recipe as recipes
from custseg_spark.app.uploads import ADDED
from custseg_spark.propose import categories
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.words import describe_name
from custseg_spark.recipe.models import Description, Outcome, Recipe
from custseg_spark.sql import find_columns, quote_name
from custseg_spark.wording import humanize

Missing = Literal["median", "mean", "quarantine"]
Extremes = Literal["keep", "p99.5", "iqr"]
Spread = Literal["none", "log1p"]
MISSING: dict[Missing, str] = {
    "median": "take the middle value",
    "mean": "take the average",
    "quarantine": "leave the customer out",
}
EXTREMES: dict[Extremes, str] = {
    "keep": "keep them as they are",
    "p99.5": "cut the highest 0.5 % back",
    "iqr": "cut back what lies far outside",
}
SPREAD: dict[Spread, str] = {
    "none": "as they are: 10 to 20 is as far as 110 to 120",
    "log1p": "by ratio: 10 to 20 is as far as 100 to 200",
}
_UNSAID = {"impute": "median", "clip": [None, None], "transform": "none"}
"""What the form decides of a column that cuts, and the answers that a recipe does not write down."""


@dataclass(frozen=True)
class FeatureChoice:
    """What is done to a column that cuts, before customers are compared by it."""

    missing: Missing = "median"
    extremes: Extremes = "keep"
    spread: Spread = "none"


@dataclass(frozen=True)
class Offer:
    """A column, or a sum or share that the proposal made of columns, under its name in the recipe.

    `says`: what the form calls it. `feature`: its keys under segment_by beside those of the form. `cuts`:
    whether customers can be told apart by it. `signed`: it has values under zero, which no ratio takes.
    `types`: what `input.types` should say of its columns.
    """

    name: str
    says: str
    sql: str
    feature: Mapping[str, Any] = field(default_factory=dict)
    treated: FeatureChoice = FeatureChoice()
    cuts: bool = True
    signed: bool = False
    types: Mapping[str, Any] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, Any]:
        """Its unit and its label, which stand wherever it is shown."""
        return {key: self.feature[key] for key in ("unit", "label") if key in self.feature}


def list_offers(proposed: Recipe, columns: Mapping[str, ColumnKind]) -> dict[str, Offer]:
    """What the proposal uses, and every other column of numbers."""
    single = {quote_name(name): column for name, column in columns.items()}
    found: dict[str, Offer] = {}
    for name, feature in proposed.segment_by.items():
        entry = feature.model_dump(exclude_unset=True, mode="json", exclude={"sql", *_UNSAID})
        if feature.category is not None:
            continue
        sql = feature.expression
        says, column = _describe(name, sql, columns), single.get(sql)
        signed = column is not None and _may_be_negative(column)
        found[name] = Offer(name, says, sql, entry, _read_choice(feature), signed=signed)
    sections: dict[str, Description | Outcome] = {**proposed.describe, **proposed.check}
    for name, shown in sections.items():
        if shown.sql is None:  # a rate is no column
            continue
        sql = shown.sql
        if column := single.get(sql):
            found[name] = _make_offer(name, sql, column)
        else:
            named = shown.model_dump(exclude_unset=True, exclude={"sql"})
            found[name] = Offer(name, _describe(name, sql, columns), sql, named, cuts="datediff(" in sql)
    used = {offer.sql for offer in found.values()}
    for name, column in columns.items():
        left = column.kind in ("number", "flag") and quote_name(name) not in used and column.is_clean
        if left and name != proposed.input.id_column and name not in proposed.protected:
            key = _choose_key(column.words, {*found, *ADDED})
            found[key] = _make_offer(key, quote_name(name), column)
    return found


def list_categories(
    proposed: Recipe, columns: Mapping[str, ColumnKind], taken: Collection[str]
) -> dict[str, Offer]:
    """The categories of the proposal, and every other column that could cut by its levels. `taken`: names of
    other offers."""
    found: dict[str, Offer] = {}
    for name, feature in proposed.categories.items():
        named = {"label": feature.label} if feature.label else {}
        (column,) = find_columns(feature.expression)
        found[name] = Offer(name, column, feature.expression, named)
    used = {offer.says for offer in found.values()}
    outcomes = {column for one in proposed.check.values() for column in find_columns(one.sql)}
    apart = {*used, *outcomes, *proposed.protected, proposed.input.id_column}
    offered, _ = categories.list_categories([column for name, column in columns.items() if name not in apart])
    for one in offered:
        key = _choose_key(categories.name_category(one.column), {*found, *taken, *ADDED})
        types = {one.name: one.column.declared} if one.column.declared else {}
        found[key] = Offer(key, one.name, one.sql, one.named, types=types)
    return found


def write_category(offer: Offer, weight: float) -> dict[str, Any]:
    """What stands under segment_by of a category."""
    return {"category": offer.sql, **offer.named, **({} if weight == 1 else {"weight": weight})}


def _make_offer(name: str, sql: str, column: ColumnKind) -> Offer:
    """The offer of one column as it is."""
    types = {column.name: column.declared} if column.declared else {}
    numbers, treated = column.kind == "number", FeatureChoice()
    if numbers:
        candidate = ProposedFeature(column.words, sql, (column.name,), column.values)
        extremes: Extremes = "keep" if candidate.far_out is None else "p99.5"
        treated = FeatureChoice(extremes=extremes, spread="log1p" if candidate.is_skewed else "none")
    cuts = numbers and not column.ambiguous  # a number that may be two is shown, and cuts nothing
    named = describe_name(column)
    return Offer(name, column.name, sql, named, treated, cuts, _may_be_negative(column), types)


def write_feature(offer: Offer, treated: FeatureChoice) -> dict[str, Any]:
    spread = "none" if offer.signed else treated.spread
    floor = 0 if spread == "log1p" else None  # the logarithm takes nothing under zero
    clip: Any = {"keep": [floor, None], "p99.5": [floor, "p99.5"], "iqr": "iqr"}[treated.extremes]
    asked = {"impute": treated.missing, "clip": clip, "transform": spread}
    said = {key: value for key, value in asked.items() if value != _UNSAID[key]}
    return {"sql": offer.sql, **said, **offer.feature}


def _read_choice(feature: recipes.FeatureSection) -> FeatureChoice:
    extremes: Extremes = "iqr" if feature.clip == "iqr" else "keep"
    if isinstance(feature.clip, tuple) and feature.clip[1] == "p99.5":
        extremes = "p99.5"
    known: dict[object, Missing] = {"median": "median", "mean": "mean", "quarantine": "quarantine"}
    missing = known.get(feature.impute, "median")
    return FeatureChoice(missing, extremes, feature.transform)


def _may_be_negative(column: ColumnKind) -> bool:
    return column.kind == "number" and bool(column.values.min() < 0)


def _describe(name: str, sql: str, columns: Mapping[str, ColumnKind]) -> str:
    """The column's own name, or what the proposal made of it or of several."""
    used = [columns[column] for column in find_columns(sql) if column in columns]
    if len(used) != 1:
        return f"{humanize(name)} (sum of {len(used)} columns)"
    if sql == quote_name(used[0].name):
        return used[0].name
    if used[0].kind == "date":
        return f"days since {used[0].name}"
    return f"{used[0].name} is {used[0].counted}"


def _choose_key(words: Sequence[str], taken: Collection[str]) -> str:
    plain = "_".join(words)
    plain = plain if plain[:1].isalpha() else f"column_{plain}".rstrip("_")
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}_{number}", number + 1
    return name
