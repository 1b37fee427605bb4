"""The parts of records: rows, segments, the choice of k, what became of live segments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class RecordPart(BaseModel):
    """A part of a record, frozen and without other keys than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class EngineRecord(RecordPart):
    """What worked on the tables: `name` (spark or sail), its version, and why it and not the other."""

    name: str
    version: str
    why: str


class RowCounts(RecordPart):
    """Rows of a table; `by_reason`: those that fail each check, a row that fails two in both."""

    read: int
    accepted: int
    quarantined: int
    by_reason: dict[str, int]


class RunRows(RowCounts):
    """`missing`: accepted rows without a value, by feature."""

    missing: dict[str, int]


class SampleRecord(RecordPart):
    """The customers that the sweep worked on; `whole`: they are all. Where they have weights, `effective`:
    how many of equal weight say as much; `drawn`: how many of them evidence was gathered on."""

    rows: int
    whole: bool
    seed: int
    effective: float | None = None
    drawn: int | None = None


class SparkMlRecord(RecordPart):
    """The chosen k by Spark ML alone on the `rows` of the sample: see `results.SparkMlCheck`."""

    rows: int
    silhouette: float
    silhouette_by_spark_ml: float
    cost: float
    cost_of_spark_ml: float
    adjusted_rand: float
    agrees: bool
    why: str


class RunnerUpRecord(RecordPart):
    """A k that was not chosen, and why."""

    k: int
    why: str


class ChoiceRecord(RecordPart):
    """The chosen k, as `evidence.Choice` says it."""

    k: int
    method: str
    why: str
    passed: bool
    runners_up: tuple[RunnerUpRecord, ...]
    ranked_by: str | None
    close: bool
    chosen_again: tuple[int | None, ...]


class StructureRecord(RecordPart):
    """The verdict on the segments, as `evidence.Structure` says it."""

    kind: str
    why: str
    figures: dict[str, int | float]


class SegmentSize(RecordPart):
    """A segment with its customers."""

    segment: int
    name: str
    size: int


class SegmentShare(SegmentSize):
    """`share`: of all customers, 0 to 1. Where these have weights, size and share are of what they stand for,
    and `rows` says how many they are."""

    share: float
    rows: int | None = None


class SegmentMembers(RecordPart):
    """A segment's audience, in customers; `left`: those of the audience before who are in it no longer."""

    segment: int
    name: str
    members: int
    held_out: int
    entered: int
    stayed: int
    left: int


class EventRecord(RecordPart):
    """What became of live segments, as `segments.Event` says it."""

    kind: str
    live: tuple[int, ...]
    new: tuple[int, ...]
    similarity: float


class MovedRecord(RecordPart):
    """Shares of the customers who are in both runs."""

    share: float
    by_customers: float
    by_model: float


class DriftRecord(RecordPart):
    """fine, watch or retrain, and why."""

    verdict: str
    reasons: tuple[str, ...]


class LiveRecord(RecordPart):
    """A run held against the live one; `told`: a sentence per event. `moved`: None where nobody can be found
    again."""

    run_id: str
    events: tuple[EventRecord, ...]
    told: tuple[str, ...]
    moved: MovedRecord | None
    drift: DriftRecord


class LineCounts(RecordPart):
    """What became of order lines, as `transactions.Counts` says it."""

    read: int
    sales: int
    returns: int
    left_out: dict[str, int]


class CutsRecord(RecordPart):
    """Four values for each RFM score, as `transactions.Cuts` says them."""

    last_order: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]
