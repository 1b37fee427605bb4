"""The form of a table, filled with the proposal, and the way from its choices to a recipe.

The person who brings a table chooses among columns and fixed treatments, and types no expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from custseg_spark import recipe as recipes
from custseg_spark.app.offers import (
    FeatureChoice,
    Offer,
    list_categories,
    list_offers,
    write_category,
    write_feature,
)
from custseg_spark.app.uploads import UploadPreview
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.recipe import ROW_NUMBER, plain_yaml
from custseg_spark.recipe.models import Recipe

MOST_SEGMENTS = 12


@dataclass(frozen=True)
class Choices:
    """All that the form asks. `cut`, `describe`, `check`: names of offers. `segments`: the range of k that is
    tried, or one number twice. `smallest`, `left_out`: shares of the customers."""

    id: str
    cut: tuple[str, ...]
    describe: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    treated: Mapping[str, FeatureChoice] = field(default_factory=dict)
    segments: tuple[int, int] = (2, 8)
    smallest: float = 0.05
    left_out: float = 0.05
    categories: tuple[str, ...] = ()
    """Names of categories that cut."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Of a category, how many times as far apart its levels are; 1 if not given."""


@dataclass(frozen=True)
class Form:
    """The form of one table: what it offers and proposes, which columns could be the customer's id, and, in
    `doubts`, why one of them could not."""

    offers: Mapping[str, Offer]
    proposed: Choices
    ids: tuple[str, ...]
    protected: tuple[str, ...]
    document: Mapping[str, Any]
    doubts: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, Offer] = field(default_factory=dict)
    """What can cut by its levels."""
    may_number: bool = False
    """Whether ROW_NUMBER, the last of the ids where it is not proposed, stands for the number of the row."""

    def build_recipe(self, chosen: Choices, name: str) -> Recipe:
        """The recipe of these choices for the table `name`. Raises RecipeError for choices that can't be."""
        cut = [self.offers[one] for one in chosen.cut if one in self.offers]
        describe = [self.offers[one] for one in chosen.describe if one not in chosen.cut]
        check = [self.offers[one] for one in chosen.check if one not in {*chosen.cut, *chosen.describe}]
        levels = [self.categories[one] for one in chosen.categories if one in self.categories]
        types = dict(self.document["input"].get("types", {}))
        identity = {ROW_NUMBER: True} if self.may_number and chosen.id == ROW_NUMBER else chosen.id
        for offer in (*cut, *levels, *describe, *check):
            types |= offer.types
        low, high = chosen.segments
        first = self.document["segments"].get("order_by")
        document = {
            **({"output": self.document["output"]} if "output" in self.document else {}),
            "input": {**self.document["input"], "path": name, "id": identity, "types": types},
            "rules": {"max_quarantined": chosen.left_out},
            "segment_by": {
                offer.name: write_feature(offer, chosen.treated.get(offer.name, offer.treated))
                for offer in cut
            }
            | {offer.name: write_category(offer, chosen.weights.get(offer.name, 1.0)) for offer in levels},
            "describe": {offer.name: {"sql": offer.sql, **offer.named} for offer in describe},
            "check": {offer.name: {"sql": offer.sql, **offer.named} for offer in check},
            "protected": [column for column in self.protected if column != chosen.id],
            "segments": {
                "k": low if low == high else [low, high],
                "choose": "fixed" if low == high else "evidence",
                "smallest_share": min(chosen.smallest, 1 / high),
                "order_by": first if first in chosen.cut else None,
            },
        }
        return recipes.parse(document)


def build_form(preview: UploadPreview) -> Form:
    """The form of a table that was looked into."""
    document = plain_yaml.read(preview.recipe, "the proposal")
    proposed = recipes.parse(document)
    if preview.options:
        document["input"]["options"] = dict(preview.options)
    if preview.ours:  # the run writes these itself
        document["output"] = {"columns": [column.name for column in preview.columns]}
    columns = {column.name: column for column in preview.columns}
    offers = list_offers(proposed, columns)
    categories = list_categories(proposed, columns, offers)
    choices = Choices(
        id=proposed.input.id_column,
        cut=tuple(name for name in proposed.segment_by if name in offers),
        describe=tuple(name for name in proposed.describe if name in offers),
        check=tuple(proposed.check),
        treated={name: offers[name].treated for name in proposed.segment_by if name in offers},
        segments=proposed.segments.range,
        smallest=proposed.segments.smallest_share,
        left_out=proposed.rules.max_quarantined,
        categories=tuple(proposed.categories),
    )
    ids = [column.name for column in preview.columns if column.kind in ("number", "text", "category")]
    ids.sort(key=lambda name: (name != choices.id, -columns[name].distinct))
    doubts = {name: why for name in ids if (why := _write_doubt(columns[name], preview.rows))}
    may_number = ROW_NUMBER not in map(str.lower, columns)
    if may_number:
        ids.insert(0 if choices.id == ROW_NUMBER else len(ids), ROW_NUMBER)
    return Form(offers, choices, tuple(ids), proposed.protected, document, doubts, categories, may_number)


def _write_doubt(column: ColumnKind, rows: int) -> str:
    """Why a column is no customer's number; nothing where it may be one."""
    if column.kind == "number" and bool((column.values.dropna() % 1 != 0).any()):
        return f"“{column.name}” has decimals: it measures something and tells no customers apart"
    if column.distinct < rows:
        return f"“{column.name}” has {column.distinct:,} different values in {rows:,} rows"
    return ""
