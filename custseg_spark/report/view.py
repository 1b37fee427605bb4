"""What is said of a run and of each of its segments: the page shows it, the terminal and the app tell it, and
summary.json holds it for whoever shows a run elsewhere."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from custseg_spark import wording
from custseg_spark.quantities import Line
from custseg_spark.schema import find_version

SCHEMA_VERSION = 2
SHAKY = 0.6
"""A segment whose mean Jaccard is under this is not a segment to act on (Hennig 2007, section 4)."""


def _drop_unknown(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


Known = Annotated[float | None, BeforeValidator(_drop_unknown)]
"""A number, or None where it is missing or infinite."""


def _read_line(value: Any) -> Any:
    return Line(value) if isinstance(value, str) else value


Told = Annotated[Line, BeforeValidator(_read_line)]
"""A line with its quantities; of version 1 the text alone."""


class _View(BaseModel):
    """Frozen; what a later version adds is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MeanView(_View):
    """A segment's mean of an outcome with its 95 percent interval."""

    mean: Known = None
    low: Known = None
    high: Known = None


class OutcomeView(_View):
    """A column that says whether the segments are worth anything. `is_rate`: its means are shares, and shown
    as percentages. `overall`: the mean of all customers."""

    name: str
    unit: str = ""
    is_rate: bool = True
    overall: Known = None

    def write(self, mean: float | None, low: float | None = None, high: float | None = None) -> str:
        """A mean as people read it, with its interval where it is known: `46 % (41 to 51)`."""
        written = wording.format_percent(mean) if self.is_rate else wording.format_number(mean)
        interval = self.write_interval(low, high)
        return f"{written} ({interval})" if interval else written

    def write_interval(self, low: float | None, high: float | None) -> str:
        """`41 to 51`; nothing where it is not known."""
        if low is None or high is None:
            return ""
        lowest, highest = (self.write(end).removesuffix(f"{wording.NARROW}%") for end in (low, high))
        return f"{lowest} to {highest}"


class SegmentView(_View):
    """A segment in figures and words; a run of an older version may not say them all."""

    segment: int
    name: str
    size: int
    share: float
    share_of_value: Known = None
    """Its share of the total of `Summary.value`."""
    value_total: Known = None
    """The total itself over all its customers, where it is money that was spent; in `Summary.value_unit`."""
    value_each: Known = None
    """The same of one customer on average."""
    stake: Told = Line()
    """What is at stake, as it is told: `43 % of spend: 580,691 in 2 years, 1,079 a customer`."""
    fact: Told = Line()
    """What sets it apart, in a few words, for its line."""
    sentence: Told = Line()
    """What it is, in a sentence, for its card."""
    action: str = ""
    objection: str = ""
    """What the figures say against the action, in a sentence; empty: nothing."""
    words: tuple[str, ...] = ()
    """The words that are true of it, and why: `big spenders: spend z +0.8, 83 % above the median`."""
    stability: Known = None
    """Mean Jaccard over redraws."""
    outcomes: tuple[MeanView, ...] = ()
    """One per `Summary.outcomes`."""

    @property
    def shaky(self) -> bool:
        """Whether it seldom comes back in random samples of the customers."""
        return self.stability is not None and self.stability < SHAKY


class Trust(_View):
    """The verdict on structure, as a word (natural, reproducible, constructed, undecided) and its meaning."""

    verdict: str
    sentence: str
    meaning: str = ""
    """What it says, and what follows for whoever acts on the segments."""

    @model_validator(mode="before")
    @classmethod
    def _add_meaning(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {"meaning": wording.VERDICTS.get(given["verdict"], ""), **given}


class FeatureWeight(_View):
    """How much a feature decides: the share of its variance that lies between segments (eta squared), in what
    it is counted in, over all customers; `share_transformed`: of its logarithm, where that was cut, in the
    sample."""

    feature: str
    share: Known = None
    share_transformed: Known = None


class Summary(_View):
    """The first screen of a run."""

    schema_version: int = SCHEMA_VERSION
    title: str = ""
    """The table or the recipe, such as marketing_campaign."""
    headline: tuple[Told, ...]
    """The answer; the first sentence stands largest."""
    trust: Trust | None = None
    decides: tuple[FeatureWeight, ...] = ()
    careful: tuple[str, ...] = ()
    order_by: str = ""
    """The feature that orders the segments."""
    value: str = ""
    """The additive column whose share is shown, such as spend; empty: none."""
    value_unit: str = ""
    """Its unit with the period, such as `money in 2 years`, where it is money that was spent."""
    outcomes: tuple[OutcomeView, ...] = ()
    segments: tuple[SegmentView, ...]
    """In order of id."""
    labels: dict[str, str] = {}
    """What people call a column, where that is not its name in words."""
    shares: tuple[str, ...] = ()
    """Columns whose means are shares, and are written as percentages."""

    def say(self, name: str) -> str:
        """What a column is called where people read it."""
        return self.labels.get(name) or wording.humanize(name)

    def write(self, column: str, mean: float | None) -> str:
        """A mean of a column as people read it."""
        return wording.format_percent(mean) if column in self.shares else wording.format_number(mean)

    def segment(self, number: int) -> SegmentView:
        """The segment of that id."""
        return next(one for one in self.segments if one.segment == number)

    def to_json(self) -> str:
        """As summary.json."""
        return self.model_dump_json(indent=2) + "\n"


def read_summary(content: bytes | None, segments: Sequence[BaseModel]) -> Summary:
    """The summary.json of a run; without one, what the segments of its run.json say. Raises RunError for that
    of a newer version."""
    if content:
        found = json.loads(content)
        find_version(found, "summary.json", SCHEMA_VERSION)
        return Summary.model_validate(found)
    return Summary(
        headline=(Line(f"{len(segments)} segment{'' if len(segments) == 1 else 's'}."),),
        segments=tuple(SegmentView(**one.model_dump()) for one in segments),
    )
