"""What is known of a run, a score, an audience or a customer table: its record, typed and versioned.

A record is whole when it is made, and holds exactly the keys of its class. Those without `schema_version`
were made before there was one; `_upgrade` gives them what they lack. Whoever adds, takes away or renames a
key raises SCHEMA_VERSION and adds to `_upgrade`.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import ConfigDict

from custseg_spark.errors import RunError
from custseg_spark.runs.files import to_json
from custseg_spark.runs.parts import (
    ChoiceRecord,
    CutsRecord,
    DriftRecord,
    EngineRecord,
    LineCounts,
    LiveRecord,
    RecordPart,
    RowCounts,
    RunRows,
    SampleRecord,
    SegmentMembers,
    SegmentShare,
    SegmentSize,
    SparkMlRecord,
    StructureRecord,
)
from custseg_spark.schema import find_version, tell_first

SCHEMA_VERSION = 6
Kind = Literal["runs", "scores", "audiences"]


class Record(RecordPart):
    """What every record says first."""

    schema_version: int = SCHEMA_VERSION
    status: Literal["running", "failed", "done"]

    def to_json(self) -> str:
        """The text of the file."""
        return to_json(self.model_dump())


class RunningRecord(Record):
    """Of a directory that is being written, or whose writer was killed."""

    status: Literal["running"] = "running"
    run_id: str


class FailedRecord(Record):
    """Of a directory whose writer gave up; `error`: what went wrong, in one line."""

    status: Literal["failed"] = "failed"
    run_id: str
    input: str
    recipe: dict[str, Any] | None
    engine: EngineRecord | None
    versions: dict[str, str]
    error: str


class RunRecord(Record):
    """run.json of a whole run of `train`: everything about it that is not a table.

    `recipe`: as `recipe.parse` takes it. `types`: Spark's, of the columns that the recipe uses. `file`: the
    size and checksum of the input where customers are known by the number of their row. `scores`: of the
    chosen k. `replication`: of what, where it is one; None where the best segments were looked for.
    `ids_used`: every segment id ever given under this output. `live`: None where there was no live run to be
    held against.
    """

    status: Literal["done"] = "done"
    run_id: str
    input: str
    recipe: dict[str, Any]
    engine: EngineRecord | None
    versions: dict[str, str]
    format: str
    types: dict[str, str]
    file: str | None
    rows: RunRows
    sample: SampleRecord
    k: int
    why: str
    choice: ChoiceRecord
    scores: dict[str, int | float | tuple[float, ...] | None]
    structure: StructureRecord | None
    spark_ml: SparkMlRecord | None
    replication: str | None
    segments: tuple[SegmentShare, ...]
    ids_used: tuple[int, ...]
    live: LiveRecord | None
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    scans: dict[str, int]

    @property
    def ids(self) -> set[int]:
        """The ids of its segments."""
        return {one.segment for one in self.segments}


class ScoreRecord(Record):
    """score.json of a whole score by the run `run_id`."""

    status: Literal["done"] = "done"
    score_id: str
    run_id: str
    input: str
    engine: EngineRecord | None
    versions: dict[str, str]
    rows: RowCounts
    segments: tuple[SegmentSize, ...]
    drift: DriftRecord
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    scans: dict[str, int]


class AudienceRecord(Record):
    """audience.json of whole audiences by the run `run_id`. `rows`: None in those of version 1, which did not
    say it."""

    status: Literal["done"] = "done"
    audience_id: str
    run_id: str
    input: str
    engine: EngineRecord | None
    versions: dict[str, str]
    settings: dict[str, Any]
    format: str
    rows: RowCounts | None
    segments: tuple[SegmentMembers, ...]
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    scans: dict[str, int]


class RfmRecord(Record):
    """rfm.json, and run.json of a whole run of `rfm`: a customer table made of order lines.

    `customers`: where it is, from rfm.json on. `as_of`: a day. `rows`: customers. `days_of`: the run whose
    kept days count; None where none are kept.
    """

    status: Literal["done"] = "done"
    run_id: str
    customers: str
    input: str
    as_of: str
    rows: int
    lines: LineCounts
    cuts: CutsRecord
    recipe: dict[str, Any]
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    scans: dict[str, int]
    engine: EngineRecord | None
    versions: dict[str, str]
    days_of: str | None


class BatchRecord(RecordPart):
    """batches/<n>.json of a stream: the batch is whole. Its other keys are its rows: those read and accepted,
    and those that fail each check, by the check."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]

    schema_version: int = SCHEMA_VERSION
    batch: int
    run_id: str


def parse_record(content: bytes, path: str, kind: Kind) -> Record:
    """The record that `content`, the file at `path`, holds, whichever version wrote it.

    Raises RunError for a text that is none, and for one that a newer version wrote.
    """
    found = load_object(content, path)
    try:
        version = find_version(found, path, SCHEMA_VERSION)
        form = _find_form(found, kind)
        return form.model_validate(found if version == SCHEMA_VERSION else _upgrade(found, form))
    except (ValueError, TypeError, AttributeError) as problem:
        raise RunError(
            f"{path} can't be read: {tell_first(problem)}", "put back the file as it was written"
        ) from None


def load_object(content: bytes, path: str) -> dict[str, Any]:
    """The JSON object in a file. Raises RunError where it is not JSON; an empty one where it is no object."""
    try:
        found = json.loads(content)
    except ValueError as problem:
        raise RunError(f"{path} is not JSON: {problem}", "put back the file as it was written") from None
    return found if isinstance(found, dict) else {}


def _find_form(found: dict[str, Any], kind: Kind) -> type[Record]:
    """The class of a record. A run of `rfm` lies where one of `train` does, and names its customers."""
    match found.get("status"):
        case "running":
            return RunningRecord
        case "failed":
            return FailedRecord
        case "done" if kind == "runs":
            return RfmRecord if "customers" in found else RunRecord
        case "done":
            return ScoreRecord if kind == "scores" else AudienceRecord
    raise ValueError(f"its status is {found.get('status')!r}")


def _upgrade(found: dict[str, Any], form: type[Record]) -> dict[str, Any]:
    """A record of an older version with what it lacks, and without keys that nobody knows any more."""
    lacking: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION, "engine": None, "versions": {}, "warnings": (), "scans": {}
    }  # fmt: skip
    if form is RunRecord:
        ids = [one.get("segment") for one in found.get("segments", ())]
        choice = {"chosen_again": (), **found.get("choice", {})}
        found = found | {"choice": choice, "spark_ml": None}  # which was another check
        lacking |= {
            "types": {},
            "structure": None,
            "replication": None,
            "ids_used": ids,
            "live": None,
            "file": None,
        }
    elif form is RfmRecord:
        lacking["days_of"] = found.get("run_id")
    elif form is FailedRecord:
        lacking |= {"input": "", "recipe": None, "error": ""}
    elif form is AudienceRecord:
        lacking["rows"] = None
    known = lacking | found | {"schema_version": SCHEMA_VERSION}
    return {key: value for key, value in known.items() if key in form.model_fields}
