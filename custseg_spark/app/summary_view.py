"""What the first screen of a run's report says, read back from its summary.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custseg_spark import wording
from custseg_spark.report.page import SHAKY
from custseg_spark.runs import RunRecord


@dataclass(frozen=True)
class ToldOutcome:
    """What counts as success. `is_rate`: its means are shares. `overall`: the mean of all customers."""

    name: str
    unit: str = ""
    is_rate: bool = True
    overall: float | None = None

    def said(self, mean: float | None, low: float | None = None, high: float | None = None) -> str:
        """A mean as people read it, with its interval where it is known: `46 % (41 to 51)`."""
        write = wording.format_percent if self.is_rate else wording.format_number
        if mean is None or low is None or high is None:
            return write(mean)
        lowest = write(low).removesuffix(f"{wording.NARROW}%")
        return f"{write(mean)} ({lowest} to {write(high).removesuffix(f'{wording.NARROW}%')})"


@dataclass(frozen=True)
class Mean:
    """A segment's mean of an outcome with its 95 percent interval; None where it is not known."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ToldSegment:
    """One segment in words; empty where the run, of an older version, does not say it."""

    segment: int
    name: str
    size: int
    share: float
    share_of_value: float | None = None
    fact: str = ""
    sentence: str = ""
    action: str = ""
    words: tuple[str, ...] = ()
    stability: float | None = None
    outcomes: tuple[Mean, ...] = ()

    @property
    def shaky(self) -> bool:
        """Whether it seldom comes back when the data is redrawn."""
        return self.stability is not None and self.stability < SHAKY


@dataclass(frozen=True)
class Told:
    """A run in words. `decides`: each feature with the share of its variance that lies between segments."""

    headline: tuple[str, ...]
    segments: tuple[ToldSegment, ...]
    verdict: str = ""
    trust: str = ""
    decides: tuple[tuple[str, float], ...] = ()
    careful: tuple[str, ...] = ()
    value: str = ""
    outcomes: tuple[ToldOutcome, ...] = ()

    def segment(self, number: int) -> ToldSegment:
        """The segment of that id."""
        return next(one for one in self.segments if one.segment == number)


def told_of(summary: bytes | None, record: RunRecord) -> Told:
    """The words of a summary.json, or what run.json alone can say."""
    found: dict[str, Any] = json.loads(summary) if summary else {}
    if not found:
        segments = tuple(ToldSegment(**one.model_dump()) for one in record.segments)
        return Told((f"{len(segments)} segments.",), segments)
    trust = found["trust"] or {}
    return Told(
        headline=tuple(found["headline"]),
        segments=tuple(_segment(one) for one in found["segments"]),
        verdict=trust.get("verdict", ""),
        trust=trust.get("sentence", ""),
        decides=tuple((one["feature"], one["share"]) for one in found["decides"] if one["share"] is not None),
        careful=tuple(found["careful"]),
        value=found["value"],
        outcomes=tuple(ToldOutcome(**one) for one in found.get("outcomes", ())),
    )


def _segment(found: Mapping[str, Any]) -> ToldSegment:
    outcomes = tuple(Mean(**one) for one in found.get("outcomes", ()))
    return ToldSegment(**{**found, "words": tuple(found["words"]), "outcomes": outcomes})
