"""What cuts, as the recipe says it: a number, or the levels of a category."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from custseg_spark.recipe.sections import Section

MOST_KEPT = 50
MISSING = ""
"""The value of a category that stands for none."""
OTHER_LEVEL = "other"
"""What the level is called that stands for the values without one."""
_QUANTILE = re.compile(r"^p(\d{1,2}(\.\d+)?|100)$")
OF_NUMBERS = ("clip", "transform", "unit", "words", "additive")
OF_CATEGORIES = ("keep", "order", "levels", "other")
"""Keys of one of both kinds alone."""
_FILLS = {
    "a number": ("median", "mean", "quarantine"),
    "an order": ("median", "quarantine"),
    "a category": ("level", "other", "most_frequent", "quarantine"),
}


def _write_value(value: Any) -> Any:
    """A value of a category as the engine writes it as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _spell_levels(value: Any) -> Any:
    """A list names levels by their values; one value of a level needs no list."""
    if isinstance(value, list | tuple):
        value = {_write_value(level): (level,) for level in value}
    if not isinstance(value, dict):
        return value
    spelt = {_write_value(name): values for name, values in value.items()}
    return {name: v if isinstance(v, list | tuple) else (v,) for name, v in spelt.items()}


Value = Annotated[str, BeforeValidator(_write_value)]
Levels = Annotated[dict[str, tuple[Value, ...]], BeforeValidator(_spell_levels)]


class FeatureSection(Section):
    """A column that cuts: `sql` gives a number, `category` the level of a category."""

    one_of = {"sql": "sql", "category": "category"}
    sql: str | None = None
    category: str | None = None
    """A column or an expression of text, whole numbers or truths: each level is told from the others."""
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    """How many times as far apart customers are by this feature as by another one."""
    impute: Literal["median", "mean", "quarantine", "level", "other", "most_frequent"] | float = "median"
    """Of a category `level` unless said otherwise: customers without one are a level of their own."""
    clip: Literal["iqr"] | tuple[float | str | None, float | str | None] | None = None
    """Bounds in the feature's unit: a number, a quantile such as p99.5, or null for none; `iqr`
    stands for Q1 - 1.5 IQR and Q3 + 1.5 IQR."""
    transform: Literal["none", "log1p"] = "none"
    unit: str = ""
    label: str = ""
    """What it is called wherever people read it, in any letters; made of the name if empty."""
    words: tuple[str | None, str | None, str | None] | None = None
    """What a low, a middle and a high value is called; null says nothing."""
    additive: bool | None = None
    """Whether a share of the total makes sense; null: unless the unit is a time or a rate."""
    allow_protected: bool = False
    """With the recipe's own `allow_protected`: this feature may use a protected column."""
    keep: Annotated[int, Field(ge=1, le=MOST_KEPT)] = 8
    """So many levels of a category at most, the most frequent ones; the others are one level, `other`."""
    order: tuple[Value, ...] = ()
    """The levels of a category from the lowest to the highest: it then counts as a number, their ranks."""
    levels: Levels = {}
    """Level -> the values that it stands for; found in the table if empty."""
    other: tuple[Value, ...] | None = None
    """The values that are no level of their own, as a run found them; null until then."""

    @property
    def expression(self) -> str:
        """What it is computed from."""
        return str(self.category if self.sql is None else self.sql)

    @property
    def values(self) -> tuple[str, ...]:
        """Every value that a level of a category stands for."""
        return tuple(value for some in self.levels.values() for value in some)

    @property
    def is_settled(self) -> bool:
        """Whether its numbers can be computed: a category's can when its levels are known."""
        return self.category is None or self.other is not None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """A category has a default of its own for who has none."""
        if isinstance(value, dict) and value.get("category") is not None:
            return {"impute": "median" if value.get("order") else "level", **value}
        return value

    @model_validator(mode="after")
    def _check_kind(self) -> FeatureSection:
        if self.sql is None and self.category is None:
            return self  # told by one_of
        kind = "a number" if self.category is None else "an order" if self.order else "a category"
        is_number = self.category is None
        default = type(self).model_fields
        for key in OF_CATEGORIES if is_number else OF_NUMBERS:
            is_ours = bool(self.order) and key == "words"  # ranks are low and high as numbers are
            if getattr(self, key) != default[key].default and not is_ours:
                whose = "categories, and this is a number" if is_number else "numbers, and this is a category"
                raise ValueError(f"{key} is for {whose}: leave {key} out")
        is_known = self.impute in _FILLS[kind] if isinstance(self.impute, str) else is_number
        if not is_known:
            takes = f"{', '.join(_FILLS[kind])}{' or a number' if is_number else ''}"
            raise ValueError(f"impute of {kind} takes {takes}; found {_write_value(self.impute)}")
        if self.order and (len(self.order) < 2 or len(set(self.order)) < len(self.order)):
            raise ValueError("order takes two or more different levels, the lowest first")
        if self.order and self.levels and set(self.order) != set(self.levels):
            apart = sorted(set(self.order) ^ set(self.levels))
            raise ValueError(
                f"order and levels name different levels: {apart[0]!r} stands in one of them alone"
            )
        return self

    @model_validator(mode="after")
    def _check_levels(self) -> FeatureSection:
        twice = next((value for value in self.values if self.values.count(value) > 1), None)
        if twice is not None:
            raise ValueError(f"levels: {twice!r} stands under two levels")
        if OTHER_LEVEL in self.levels:
            raise ValueError(f"levels: {OTHER_LEVEL} is what all other values are called: take another word")
        if self.other is not None and not self.levels:
            raise ValueError("other takes levels beside it, which say what the other values are not")
        empty = next((name for name, some in self.levels.items() if not some), None)
        if empty is not None:
            raise ValueError(f"levels: {empty!r} stands for no value")
        return self

    @model_validator(mode="after")
    def _check_bounds(self) -> FeatureSection:
        if isinstance(self.clip, tuple):
            for bound in self.clip:
                if isinstance(bound, str) and not _QUANTILE.match(bound):
                    raise ValueError(
                        f"clip takes numbers, quantiles such as p99, null or iqr; found {bound!r}"
                    )
            low, high = self.clip
            if _is_upside_down(low, high):
                raise ValueError(f"clip is upside down: {low} is not under {high}")
        return self


def _is_upside_down(low: float | str | None, high: float | str | None) -> bool:
    """Whether two bounds of one kind, both values or both quantiles, stand the wrong way round."""
    if isinstance(low, str) and isinstance(high, str):
        return float(low[1:]) >= float(high[1:])
    return isinstance(low, float) and isinstance(high, float) and low >= high
