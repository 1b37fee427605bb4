"""The page of a run, report.html: one file, no network, that a stranger understands.

`Page` says what stands on it; every part but the first few may be missing, and a missing part leaves no
trace. `html.render` turns it into HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from custseg_spark.report.exploration import ColumnView, Correlation
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.tables import Table

SHAKY = 0.6
"""A segment whose mean Jaccard is under this is not a segment to act on (Hennig 2007, section 4)."""


@dataclass(frozen=True)
class Outcome:
    """A column that says whether the segments are worth anything, over all customers."""

    name: str
    unit: str = ""
    rate: bool = True
    """Whether its mean is a share (a 0/1 column) and is shown as a percentage."""
    overall: float | None = None


@dataclass(frozen=True)
class Interval:
    """A segment's mean of an outcome with its 95 percent interval."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Apart:
    """A column that sets a segment apart: its mean there and over all customers, and z."""

    column: FeatureView
    mean: float
    overall: float | None
    z: float


@dataclass(frozen=True)
class Segment:
    """One segment: its line on the first screen and its card."""

    id: int
    name: str
    size: int
    share: float
    value_share: float | None = None
    """Its share of the total of `Page.value`."""
    fact: str = ""
    """What sets it apart, in a few words, for its line."""
    sentence: str = ""
    """What it is, in a sentence, for its card."""
    action: str = ""
    outcomes: tuple[Interval, ...] = ()
    """One per `Page.outcomes`."""
    apart: tuple[Apart, ...] = ()
    """Ranked, the strongest first."""
    typical: tuple[tuple[FeatureView, float], ...] = ()
    """The median customer: a median per column, none of them missing."""
    words: tuple[str, ...] = ()
    """The words that are true of it, and why: `big spenders: spend z +0.8, 83 % above the median`."""
    stability: float | None = None
    """Mean Jaccard over redraws."""
    profile: Table | None = None
    """Mean, spread, quartiles and bounds of every column."""

    @property
    def shaky(self) -> bool:
        return self.stability is not None and self.stability < SHAKY


@dataclass(frozen=True)
class Trust:
    """The verdict on structure, in a word (natural, reproducible, constructed) and what it means here."""

    verdict: str
    sentence: str


@dataclass(frozen=True)
class Rows:
    """What was read and what was left out, by reason. A row may have several reasons."""

    read: int
    accepted: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule of the recipe and how many rows broke it."""

    name: str
    sql: str
    on_fail: str
    broken: int


@dataclass(frozen=True)
class Evidence:
    """Why this k."""

    why: str
    sweep: pd.DataFrame
    """As sweep.csv."""
    chosen: int
    floor: float = 0.0
    runners_up: tuple[tuple[int, str], ...] = ()
    passed: bool = True
    """False where no k kept the method's own conditions."""


@dataclass(frozen=True)
class Profile:
    """Every column for every segment: profile.csv, the columns that cut and those that describe."""

    table: pd.DataFrame
    features: tuple[FeatureView, ...]
    descriptions: tuple[FeatureView, ...] = ()
    overall: Mapping[str, float] = field(default_factory=dict)
    """Mean over all customers by column."""


@dataclass(frozen=True)
class Association:
    """How strongly a protected column goes with the segments, though it took no part."""

    column: str
    strength: float
    measure: str
    sentence: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class Leaf:
    """A plain rule: the segment it says, the condition, how many customers it holds and gets right."""

    segment: int
    text: str
    share: float
    right: float


@dataclass(frozen=True)
class PlainRules:
    """The shallow tree that best reproduces the labels."""

    leaves: tuple[Leaf, ...]
    sql: str
    reproduced: float


@dataclass(frozen=True)
class Reproduce:
    """What it takes to get the same run again."""

    command: str
    seed: int | None = None
    source: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """A further part of the page, such as movement or a comparison of algorithms."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[str, ...] = ()
    """Names in `Page.figures`."""


@dataclass(frozen=True)
class Page:
    """All that stands on the page."""

    title: str
    """The table or the recipe, such as marketing_campaign."""
    run_id: str
    when: str
    """A date for people, such as 23 November 2026, 12:30 UTC."""
    headline: tuple[str, ...]
    """The answer; the first sentence stands largest."""
    segments: tuple[Segment, ...]
    """In order of id."""
    order_by: str = ""
    """The feature that orders the segments."""
    value: str = ""
    """The additive column whose share is shown, such as spend; empty: none."""
    outcomes: tuple[Outcome, ...] = ()
    trust: Trust | None = None
    decides: tuple[tuple[str, float], ...] = ()
    """Feature and eta squared: the share of its variance that lies between segments."""
    rows: Rows | None = None
    careful: tuple[str, ...] = ()
    profile: Profile | None = None
    evidence: Evidence | None = None
    rules: tuple[Rule, ...] = ()
    columns: tuple[ColumnView, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    """The pairs worth a warning."""
    protected: tuple[Association, ...] = ()
    plain_rules: PlainRules | None = None
    method: tuple[str, ...] = ()
    """How it was done, a sentence or two each."""
    recipe: str = ""
    """The explained recipe, every setting with its value."""
    reproduce: Reproduce | None = None
    more: tuple[Section, ...] = ()
    figures: Mapping[str, bytes] = field(default_factory=dict)
    """PNG by file name, as `figures.draw` writes them."""
    dark_figures: Mapping[str, bytes] = field(default_factory=dict)
    """The same for a dark page; a figure that has none is dimmed there."""

    def segment(self, number: int) -> Segment:
        """The segment of that id."""
        return next(segment for segment in self.segments if segment.id == number)
