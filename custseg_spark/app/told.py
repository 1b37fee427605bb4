"""What the first screen of a run's report says, read back from its summary.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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

    def segment(self, number: int) -> ToldSegment:
        """The segment of that id."""
        return next(one for one in self.segments if one.segment == number)


def told_of(summary: bytes | None, record: Mapping[str, Any]) -> Told:
    """The words of a summary.json, or what run.json alone can say."""
    found: dict[str, Any] = json.loads(summary) if summary else {}
    if not found:
        segments = tuple(ToldSegment(**segment) for segment in record["segments"])
        return Told((f"{len(segments)} segments.",), segments)
    trust = found["trust"] or {}
    return Told(
        headline=tuple(found["headline"]),
        segments=tuple(ToldSegment(**{**one, "words": tuple(one["words"])}) for one in found["segments"]),
        verdict=trust.get("verdict", ""),
        trust=trust.get("sentence", ""),
        decides=tuple((one["feature"], one["share"]) for one in found["decides"] if one["share"] is not None),
        careful=tuple(found["careful"]),
        value=found["value"],
    )
