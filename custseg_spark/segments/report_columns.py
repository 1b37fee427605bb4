"""The columns that a profile shows: what each is for, its unit, and what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from custseg_spark import topics
from custseg_spark.made_words import Title
from custseg_spark.recipe.categories import LevelFeature
from custseg_spark.recipe.features import FeatureSection
from custseg_spark.recipe.models import Description, Outcome
from custseg_spark.wording import split_words

Role = Literal["feature", "description", "outcome"]
_SHARES = frozenset(["share", "shares", "rate", "percent", "percentage", "pct"])


@dataclass(frozen=True)
class ReportColumn:
    """A column of the profile.

    name: as in the recipe, and its column in the totals; a rate has two, `<name>[numerator]` and
    `<name>[denominator]`. unit: of its values, empty if none is given. additive: whether a share of the
    total makes sense. rate: whether it is a sum over a sum, which a single customer has not. label: what
    people call it, where that is not the name in words. category: of a level, 1 or 0, whose it is; title:
    what that is called; level: which it is.
    """

    name: str
    role: Role
    unit: str = ""
    additive: bool = False
    rate: bool = False
    label: str = ""
    category: str = ""
    title: str = ""
    level: str = ""

    @property
    def text(self) -> str:
        """What it is called in a sentence."""
        return Title(self.name, self.label).text

    @property
    def in_sample(self) -> str:
        """Its column in the sample frame."""
        return f"feature_{self.name}" if self.role == "feature" else self.name

    @property
    def is_named_share(self) -> bool:
        """Whether its name says that its values are shares, and no unit says otherwise."""
        return not self.unit and not _SHARES.isdisjoint(split_words(self.label or self.name))

    @property
    def counted_in(self) -> str:
        """The unit as it stands behind a figure: days, purchases; "" where it takes more than a word.

        Of a time only the time: days since the last purchase are days.
        """
        return topics.find_time(self.unit) or (
            "" if self.unit == "money" or " " in self.unit.strip() or self.unit[:1].isdigit() else self.unit
        )


def list_columns(
    segment_by: Mapping[str, FeatureSection],
    describe: Mapping[str, Description],
    check: Mapping[str, Outcome],
) -> tuple[ReportColumn, ...]:
    """The columns of a recipe that a profile shows, in recipe order: features, descriptions, outcomes."""
    columns: tuple[tuple[Role, Mapping[str, FeatureSection | Description | Outcome]], ...] = (
        ("feature", segment_by), ("description", describe), ("outcome", check),
    )  # fmt: skip
    return tuple(_describe(name, role, column) for role, some in columns for name, column in some.items())


def _describe(name: str, role: Role, column: FeatureSection | Description | Outcome) -> ReportColumn:
    rate = isinstance(column, Description) and column.rate is not None
    asked = None if isinstance(column, Outcome) else column.additive
    additive = not rate and is_additive(name, column.unit, asked)
    found = ReportColumn(name, role, column.unit, additive, rate, column.label)
    if isinstance(column, LevelFeature):
        return replace(found, category=column.of, title=column.title, level=column.level)
    return found


def is_additive(name: str, unit: str, asked: bool | None) -> bool:
    """Whether values of different customers add up to something: spend does, an age does not.

    What the recipe asks for wins; else its unit and the words of its name say it.
    """
    return topics.is_additive(name, unit) if asked is None else asked
