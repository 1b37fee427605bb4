"""The columns that a profile shows: what each is for, its unit, and what may be said of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from custseg_spark.recipe.models import Description, FeatureSection, Outcome

Role = Literal["feature", "description", "outcome"]

_TIME = re.compile(
    r"\W*(\d+\W*)?(seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|ages?)\b", re.IGNORECASE
)
_RATIO = re.compile(
    r"%|/|\b(per|percent|percentage|share|rate|ratio|score|index|average|mean|median|rank|level)\b",
    re.IGNORECASE,
)
_STATE = re.compile(r"(^|_)(age|recency|tenure|year|birth|date|days?|since)(_|$)", re.IGNORECASE)


@dataclass(frozen=True)
class ReportColumn:
    """A column of the profile.

    name: as in the recipe, and its column in the totals; a rate has two, `<name>[numerator]` and
    `<name>[denominator]`. unit: of its values, empty if none is given. additive: whether a share of the
    total makes sense. rate: whether it is a sum over a sum, which a single customer has not.
    """

    name: str
    role: Role
    unit: str = ""
    additive: bool = False
    rate: bool = False

    @property
    def in_sample(self) -> str:
        """Its column in the sample frame."""
        return f"feature_{self.name}" if self.role == "feature" else self.name

    @property
    def counted_in(self) -> str:
        """The unit as it stands behind a figure: days, purchases; "" where it takes more than a word.

        Of a time only the time: days since the last purchase are days.
        """
        time = _TIME.match(self.unit)
        return time.group(2).lower() if time else "" if " " in self.unit.strip() else self.unit


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
    return ReportColumn(name, role, column.unit, not rate and is_additive(name, column.unit, asked), rate)


def is_additive(name: str, unit: str, asked: bool | None) -> bool:
    """Whether values of different customers add up to something: spend does, an age does not.

    What the recipe asks for wins. Otherwise everything adds up but a time (a unit that begins with
    days, months, years ...; "money in 2 years" is an amount), a percentage, rate, score or average,
    and, where no unit is given, a name such as age, recency or tenure.
    """
    if asked is not None:
        return asked
    said = unit or name.replace("_", " ")
    if unit:
        return not (_TIME.match(unit) or _RATIO.search(unit))
    return not (_STATE.search(name) or _RATIO.search(said))
