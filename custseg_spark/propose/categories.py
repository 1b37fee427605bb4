"""Categories that customers could be cut by: which columns are some, and which of these go with what else
cuts.

A category that goes with nothing, neither with a number that cuts nor with another category, would part each
segment into its levels in the same way: it is offered in a comment. One that says the same as what cuts
already is so too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from custseg_spark.propose.column_kinds import MOST_LEVELS, ColumnKind
from custseg_spark.propose.column_names import read_name
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.level_orders import find_order
from custseg_spark.propose.name_words import ID, PRODUCT
from custseg_spark.propose.outcomes import may_tell_outcome
from custseg_spark.propose.unfit import explain_given, is_of_calendar
from custseg_spark.recipe import plain_yaml
from custseg_spark.segments.association import measure_cramers_v
from custseg_spark.sql.parse import quote_name
from custseg_spark.statistics import REDUNDANT, measure_eta_squared
from custseg_spark.wording import fold_text

MOST_LIVE = 3
"""Categories that cut where a person says nothing."""
GOES_WITH = 0.2
"""Cramer's V, its bias taken out, from which a category goes with something: by chance it is under .17 in 299
of 300 tables of 300 customers."""
SAME = 0.9
"""Two categories with this V and more say the same."""
_NEARLY_ALL = 0.95
_MOSTLY_MISSING = 0.5
_LONGEST = 30
"""Signs of a level that are shown in a comment."""
_PARTS = 4
"""A number goes with a category by its quarters."""
_CUT_BY = frozenset(
    ["tier", "tiers", "plan", "plans", "channel", "city", "town", "region", "country", "store", "shop",
     "state", "province", "county", "branch", "market", "contract", "payment", "method", "device",
     "membership", "member", "level", "loyalty", "subscription", "package", "tariff", "rate", "platform",
     "browser", "category", "source", "medium", "acquisition", "referral", "shipping", "delivery", "grade",
     "class", "type", "status", "zone", "territory", "area", "education", "segment", "product", "service",
     "tarif", "kanal", "stadt", "land", "filiale", "vertrag", "zahlungsart", "zahlung", "stufe",
     "mitgliedschaft", "gerat", "kategorie", "bundesland", "ville", "pays", "magasin", "canal", "contrat",
     "paiement", "niveau", "abonnement", "forfait", "appareil", "categorie", "ciudad", "pais", "tienda",
     "contrato", "pago", "nivel", "plano", "dispositivo", "categoria", "cidade", "loja", "pagamento",
     "citta", "paese", "negozio", "contratto", "livello", "piano", "stad", "winkel", "betaling",
     "betaalwijze", "kota", "toko", "pembayaran"]
)  # fmt: skip
"""Words of what people cut by: such a number is a code of it, such a yes or no is one of two kinds of
customers."""


@dataclass(frozen=True)
class OfferedCategory:
    """A column whose levels could cut. `strength`: how far it goes with what else cuts, in all. `is_live`:
    whether the recipe cuts by it; `why`, or why not."""

    column: ColumnKind
    strength: float = 0.0
    is_live: bool = False
    why: str = ""

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def title(self) -> str:
        """What it is called beside others, in a comment: one line."""
        return "_".join(self.column.words) or str(plain_yaml.inline(self.name))

    @property
    def sql(self) -> str:
        """What stands under `category`."""
        name, column = quote_name(self.name), self.column
        may_be_fraction = column.kind != "category" and column.counted is None and column.declared is None
        return f"cast({name} as int)" if may_be_fraction else name  # a level is 3, not 3.0

    @property
    def named(self) -> dict[str, str]:
        """Its label, where a name of ASCII words would say less."""
        label = read_name(self.name).label
        return {"label": label} if label else {}

    @property
    def section(self) -> dict[str, str]:
        """What stands under segment_by."""
        return {"category": self.sql, **self.named}

    @property
    def order(self) -> tuple[str, ...]:
        """Its levels in the order that everybody knows; empty where there is none."""
        if self.column.kind != "category":
            return ()
        counts = self.column.known.astype(str).value_counts()
        spelt: dict[str, str] = {}
        for level in counts.index:  # the commonest spelling of each
            spelt.setdefault(fold_text(level), level)
        return find_order(list(spelt.values()))

    @property
    def levels(self) -> pd.Series[Any]:
        """The level of each row; a missing value is one."""
        values = self.column.values
        if self.column.kind != "category":
            return values.fillna(-1)
        return values.map(fold_text, na_action="ignore").fillna("")


@dataclass(frozen=True)
class CategoryTrial:
    """`offered`: the categories, those live with which segments come back. `sentence`: how far they do; empty
    where nothing was tried."""

    offered: tuple[OfferedCategory, ...]
    sentence: str = ""


def list_categories(columns: Iterable[ColumnKind]) -> tuple[list[OfferedCategory], dict[str, str]]:
    """The columns that could cut by their levels, what people cut by first; and of the others that are
    categories, why not."""
    found: list[OfferedCategory] = []
    remarks: dict[str, str] = {}
    for column in columns:
        if not _has_levels(column) or column.is_protected or column.is_personal:
            continue
        why = _explain_unfit(column)
        if why:
            remarks[column.name] = why
        else:
            found.append(OfferedCategory(column))
    return sorted(found, key=lambda one: not _is_cut_by(one.column)), remarks


def name_category(column: ColumnKind) -> tuple[str, ...]:
    """The words of a category beside its description, which has the column's own name where that is a
    number."""
    return column.words if column.kind == "category" else (*column.words, "level")


def hold_categories(
    found: Sequence[OfferedCategory], numbers: Sequence[ProposedFeature]
) -> list[OfferedCategory]:
    """The categories held against the `numbers` that cut and against each other, the strongest first; those
    that may cut are live."""
    held: list[OfferedCategory] = []
    kept: list[OfferedCategory] = []
    for one in found:
        if why := _explain_same(one, numbers, kept):
            held.append(replace(one, why=why))
        else:
            kept.append(one)
    for one in kept:
        values = _measure_each(one, numbers, [other for other in kept if other is not one])
        other = max(values, key=lambda name: values[name], default="")
        strength = values.get(other, 0.0)
        said = f"Cramér's V {strength:.2f}"
        if not numbers:
            held.append(replace(one, strength=strength, is_live=True))
        elif strength >= GOES_WITH:
            share = sum(value for value in values.values() if value >= GOES_WITH)
            held.append(replace(one, strength=share, is_live=True, why=f"goes with {other} ({said})"))
        else:
            why = f"goes with nothing that cuts: it would part every segment alike ({said} at most)"
            held.append(replace(one, strength=strength, why=why))
    ranked = sorted(held, key=lambda one: (not one.is_live, -one.strength if numbers else 0.0))
    passed = [
        replace(one, is_live=False, why="could cut as well") for one in ranked[MOST_LIVE:] if one.is_live
    ]
    return [*ranked[:MOST_LIVE], *passed, *(one for one in ranked[MOST_LIVE:] if not one.is_live)]


def measure_dependence(one: pd.Series[Any], other: pd.Series[Any]) -> float:
    """Cramer's V of two columns of levels; 0 where one of them has a single level."""
    value = measure_cramers_v(pd.crosstab(one.to_numpy(), other.to_numpy()).to_numpy())
    return 0.0 if math.isnan(value) else value


def _has_levels(column: ColumnKind) -> bool:
    """Whether it is a category; a code of few numbers and a yes or no are, under names that people cut by."""
    if not 2 <= column.distinct <= MOST_LEVELS or not column.is_nearly_clean:
        return False
    if column.kind == "category":
        return True
    if column.kind == "flag":
        return _is_cut_by(column)
    return column.kind == "number" and column.is_whole and _is_cut_by(column) and column.is_clean


def _is_cut_by(column: ColumnKind) -> bool:
    return not _CUT_BY.isdisjoint(column.words)


def _explain_unfit(column: ColumnKind) -> str:
    """Why a category never cuts; empty where it could."""
    if not ID.isdisjoint(column.words[-1:]) and not _is_cut_by(column):
        return "an id or a code"
    if is_of_calendar(column):
        return "a place in the calendar, not a kind of customers"
    if PRODUCT.isdisjoint(column.words) and (why := explain_given(column)):
        return why
    if may_tell_outcome(column):
        return "may be an outcome, or tell one"
    if column.missing > _MOSTLY_MISSING:
        return f"{column.missing:.0%} of it is missing"
    counts = column.known.value_counts(normalize=True)
    if counts.iloc[0] > _NEARLY_ALL:
        value = "the same" if column.kind == "flag" else _write_level(counts.index[0])
        return f"{value} in {counts.iloc[0]:.0%} of the rows"
    return ""


def _write_level(value: Any) -> str:
    """A level for a comment, which is one line."""
    return f"{value:g}" if isinstance(value, float) else str(plain_yaml.inline(value[:_LONGEST]))


def _explain_same(
    one: OfferedCategory, numbers: Sequence[ProposedFeature], kept: Sequence[OfferedCategory]
) -> str:
    """What it says the same as; empty where nothing."""
    for number in numbers:
        squared = measure_eta_squared(number.values.rank(), one.levels)
        if not math.isnan(squared) and math.sqrt(squared) > REDUNDANT:
            return f"says the same as {'_'.join(number.words)} (eta {math.sqrt(squared):.2f})"
    for other in kept:
        value = measure_dependence(one.levels, other.levels)
        if value >= SAME:
            return f"says the same as {other.title} (Cramér's V {value:.2f})"
    return ""


def _measure_each(
    one: OfferedCategory, numbers: Sequence[ProposedFeature], others: Sequence[OfferedCategory]
) -> dict[str, float]:
    """Cramer's V with each that may cut as well."""
    quarters = {
        "_".join(number.words): pd.qcut(number.values, _PARTS, labels=False, duplicates="drop").fillna(-1)
        for number in numbers
    }
    against = quarters | {other.title: other.levels for other in others}
    return {name: measure_dependence(one.levels, levels) for name, levels in against.items()}
