"""The page of a run, report.html: one file, no network, that a stranger understands.

`Page` says what stands on it; every part but the first few may be missing, and a missing part leaves no
trace. `html.render_page` turns it into HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from custseg_spark.report.exploration import ColumnView
from custseg_spark.report.origins import Origins
from custseg_spark.report.profile_table import ProfileTable
from custseg_spark.report.tables import PageTable
from custseg_spark.report.view import Summary


@dataclass(frozen=True)
class RowTotals:
    """What was read and what was left out, by reason. A row may have several reasons."""

    read: int
    accepted: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class RuleCount:
    """A rule of the recipe and how many rows broke it."""

    name: str
    sql: str
    on_fail: str
    broken: int


@dataclass(frozen=True)
class ChoiceEvidence:
    """Why this k."""

    why: str
    sweep: pd.DataFrame
    """As sweep.csv."""
    chosen: int
    floor: float = 0.0
    runners_up: tuple[tuple[int, str], ...] = ()
    passed: bool = True
    """False where no k kept the method's own conditions."""
    recurrence: str = ""
    """How often redraws of the customers choose it."""


@dataclass(frozen=True)
class ProtectedColumn:
    """How strongly a protected column goes with the segments, though it took no part."""

    column: str
    strength: float
    measure: str
    sentence: str = ""


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
class Reproduction:
    """What it takes to get the same run again."""

    command: str
    seed: int | None = None
    source: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PageSection:
    """A further part of the page, such as movement or a comparison of algorithms."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[PageTable, ...] = ()
    figures: tuple[str, ...] = ()
    """Names in `Page.figures`."""
    source: str = "section"
    """What its figures come from."""


@dataclass(frozen=True)
class Page:
    """All that stands on the page."""

    summary: Summary
    """The first screen."""
    run_id: str
    when: str
    """A date for people, such as 23 November 2026, 12:30 UTC."""
    rows: RowTotals | None = None
    profile: ProfileTable | None = None
    evidence: ChoiceEvidence | None = None
    rules: tuple[RuleCount, ...] = ()
    columns: tuple[ColumnView, ...] = ()
    together: tuple[str, ...] = ()
    """A sentence for each group of features that say much the same."""
    protected: tuple[ProtectedColumn, ...] = ()
    plain_rules: PlainRules | None = None
    method: tuple[str, ...] = ()
    """How it was done, a sentence or two each."""
    recipe: str = ""
    """The explained recipe, every setting with its value."""
    reproduction: Reproduction | None = None
    sections: tuple[PageSection, ...] = ()
    origins: Origins = field(default_factory=Origins)
    """Where the numbers come from."""
    figures: Mapping[str, bytes] = field(default_factory=dict)
    """PNG by file name, as `figures.draw` writes them."""
    dark_figures: Mapping[str, bytes] = field(default_factory=dict)
    """The same for a dark page; a figure that has none is dimmed there."""
