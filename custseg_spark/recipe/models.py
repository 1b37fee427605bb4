"""The recipe as frozen, validated models: what each key means, its default and its bounds."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from custseg_spark.recipe.categories import expand_features
from custseg_spark.recipe.column_types import ColumnType
from custseg_spark.recipe.features import FeatureSection
from custseg_spark.recipe.key_places import NAMES
from custseg_spark.recipe.reader_options import READER_OPTIONS
from custseg_spark.recipe.sections import (
    Audience,
    Customers,
    Evidence,
    Output,
    Privacy,
    Publish,
    Section,
    Share,
    Sweep,
)

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
ROW_NUMBER = "row_number"
"""The column with the number of a row in its file, where that is the id."""


class RowNumberId(Section):
    """In place of an id column: the number of the row in the file, which is one file."""

    row_number: Literal[True]


class Source(Section):
    """Where a table is and how to read it."""

    path: str | None = None
    """A path or URI, or a catalog table's name with `format: table`; `--input` wins over it."""
    format: str = "auto"
    """auto (by the ending, or what a file begins with), parquet, csv, excel, json, feather, zip, table, or
    any format the Spark session knows."""
    options: Annotated[
        dict[str, str | int | float | bool], Field(json_schema_extra={NAMES: READER_OPTIONS})
    ] = {}
    """Reader options, as Spark names them; `skip_rows`: the rows above the header; for Excel `sheet`."""
    filter: str | None = None
    """A SQL predicate over the columns as they are stored: rows of which it is not true are not read. Over
    partition columns, other partitions are not even opened."""
    types: dict[str, ColumnType] = {}
    """Types of columns that arrive as text. What the recipe uses and is not declared is found
    from the first rows; what it does not use passes through as read."""

    @property
    def numbers_rows(self) -> bool:
        """Whether rows get the column ROW_NUMBER."""
        return False


class Input(Source):
    """The customer table."""

    id: str | RowNumberId
    """The column that names a customer; `{row_number: true}` where none does."""
    unique: Literal["auto", "exact", "trust"] = "auto"
    """How repeated ids are looked for: exactly up to 200,000 rows and by the sample beyond
    (auto), always exactly, or not at all."""

    @property
    def numbers_rows(self) -> bool:
        return isinstance(self.id, RowNumberId)

    @property
    def id_column(self) -> str:
        """The column that names a customer."""
        return self.id if isinstance(self.id, str) else ROW_NUMBER


class Rule(Section):
    """A SQL predicate every row must satisfy; null counts as failed."""

    sql: str
    on_fail: Literal["quarantine", "warn", "stop"] = "quarantine"
    at_most: Share | None = None
    """The command fails when more than this share of the rows break the rule."""


class Bound(Section):
    """What happens to the rows that fail a check which every table gets, and how many may."""

    on_fail: Literal["quarantine", "warn", "stop"] = "quarantine"
    at_most: Share | None = None
    """The command fails when more than this share of the rows fail the check."""


class Rules(Section):
    """The named rules beside the bound on all of them together."""

    max_quarantined: Share = 0.05
    reasons: dict[str, Bound] = {}
    """Bounds of the checks that every table gets, by the reason that the quarantine gives."""
    named: dict[Name, Rule] = {}

    @model_validator(mode="before")
    @classmethod
    def _collect_names(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "named" in value:
            return value
        own = {key: value[key] for key in ("max_quarantined", "reasons") if key in value}
        return {**own, "named": {key: rule for key, rule in value.items() if key not in own}}


class Description(Section):
    """A column or expression shown per segment that never cuts: `sql`, or a rate as sum over sum."""

    one_of = {"sql": "sql", "rate": "rate"}
    sql: str | None = None
    rate: tuple[str, str] | None = None
    """Numerator and denominator: each a description's or feature's name, or an expression."""
    unit: str = ""
    label: str = ""
    additive: bool | None = None


class Outcome(Section):
    """A column that says whether the segments are worth anything; never cuts."""

    sql: str
    unit: str = ""
    label: str = ""


class Segments(Section):
    """How many segments, in what order, under which names."""

    k: tuple[int, int] | int = (2, 10)
    smallest_share: Share = 0.05
    choose: Literal["evidence", "silhouette", "elbow", "gap", "fixed"] = "evidence"
    order_by: str | None = None
    """The feature by which segments are ordered, highest first, and named; if null, money that was spent
    where it tells the segments apart, else what tells them apart best."""
    names: dict[int, str] = {}
    """Names pinned to segment ids; the others are found by rule."""

    @property
    def range(self) -> tuple[int, int]:
        return (self.k, self.k) if isinstance(self.k, int) else self.k

    @model_validator(mode="after")
    def _check_range(self) -> Segments:
        low, high = self.range
        if low > high:
            raise ValueError(f"k is upside down: {low} is over {high}")
        if low < 2 or high > 100:
            raise ValueError(f"k lies between 2 and 100; found {low}..{high}")
        if self.choose == "fixed" and low != high:
            raise ValueError(f"choose: fixed takes one k, such as k: 5; found {low}..{high}")
        if low * self.smallest_share > 1:
            raise ValueError(f"smallest_share {self.smallest_share} leaves no room for {low} segments")
        return self


class Action(Section):
    """What to do with a segment of which all these words are true."""

    when: tuple[str, ...]
    do: str


class Recipe(Section):
    """One segmentation. The example with every key is in docs/recipe.md."""

    input: Input
    customers: Customers = Customers()
    rules: Rules = Rules()
    segment_by: dict[Name, FeatureSection] = Field(min_length=1)
    scale: Literal["standard", "population", "robust"] = "standard"
    """By the sample standard deviation, as Spark's StandardScaler; the population's, as scikit-learn's; or
    the interquartile range."""
    describe: dict[Name, Description] = {}
    check: dict[Name, Outcome] = {}
    protected: tuple[str, ...] = ()
    allow_protected: tuple[str, ...] = ()
    segments: Segments = Segments()
    sweep: Sweep = Sweep()
    evidence: Evidence = Evidence()
    privacy: Privacy = Privacy()
    output: Output = Output()
    audience: Audience = Audience()
    promote: Literal["asked", "always"] = "asked"
    """Whether a new run takes over from the live one when a person asks for it, or at once."""
    publish: Publish | None = None
    actions: tuple[Action, ...] = ()

    @cached_property
    def features(self) -> dict[str, FeatureSection]:
        """What cuts, as numbers: a category is a feature for each level, once these are known."""
        return expand_features(self.segment_by)

    @property
    def categories(self) -> dict[str, FeatureSection]:
        """What cuts and is no number."""
        return {name: feature for name, feature in self.segment_by.items() if feature.category is not None}

    @property
    def order_by(self) -> str:
        """The feature that orders the segments; while the recipe names none and none was found, the first
        that has a highest value."""
        ordered = (n for n, f in self.segment_by.items() if f.category is None or f.order)
        return self.segments.order_by or next(ordered, next(iter(self.features or self.segment_by)))

    @model_validator(mode="after")
    def _check_names(self) -> Recipe:
        named = self.segment_by.get(self.order_by)
        if self.order_by not in self.segment_by and self.order_by not in self.features:
            here = ", ".join(self.segment_by)
            raise ValueError(
                f"segments.order_by: {self.order_by!r} is not under segment_by, where {here} stand"
            )
        if self.segments.order_by and named and named.category is not None and not named.order:
            raise ValueError(f"segments.order_by: {self.order_by} is a category without an order")
        seen: dict[str, str] = {}
        for section in ("segment_by", "describe", "check"):
            for name in getattr(self, section):
                if name.lower() in seen:
                    raise ValueError(f"{section}.{name}: the name stands already under {seen[name.lower()]}")
                seen[name.lower()] = section
        for name in self.features:
            if name not in self.segment_by and name.lower() in seen:
                raise ValueError(f"{seen[name.lower()]}.{name}: a level of a category has this name")
        return self
