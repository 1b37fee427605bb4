"""Records of whole runs, scores and customer tables, for tests that make none by the commands."""

from typing import Any

from custseg_spark import runs

VERSIONS = {"custseg_spark": "0.1.0", "spark": "4.1.0", "python": "3.12.0", "numpy": "2.3.0"}
LIVE = runs.LiveRecord(
    run_id="before",
    events=(),
    told=(),
    moved=runs.MovedRecord(share=0, by_customers=0, by_model=0),
    drift=runs.DriftRecord(verdict="fine", reasons=()),
)
"""Of a run that was held against another one."""


def make_run_record(run_id: str, *ids: int, **changes: Any) -> runs.RunRecord:
    """The record of a whole run whose segments have these ids, ten customers in each."""
    size, k = 10 * len(ids), len(ids)
    return runs.RunRecord(
        **{
            "run_id": run_id, "input": "customers.parquet", "recipe": {}, "engine": None,
            "versions": VERSIONS,
            "format": "parquet", "types": {}, "file": None, "k": k, "why": f"{k} segments",
            "rows": runs.RunRows(read=size, accepted=size, quarantined=0, by_reason={}, missing={}),
            "sample": runs.SampleRecord(rows=size, whole=True, seed=42),
            "choice": runs.ChoiceRecord(
                k=k, method="fixed", why=f"{k} segments", passed=True, runners_up=(),
                ranked_by=None, close=False, chosen_again=(),
            ),
            "scores": {"k": k}, "structure": None, "spark_ml": None, "replication": None,
            "segments": tuple(
                runs.SegmentShare(segment=i, name=f"segment {i}", size=10, share=1 / k) for i in ids
            ),
            "ids_used": ids, "live": None, "warnings": (), "seconds": {}, "scans": {"total": 0},
            **changes,
        }
    )  # fmt: skip


def make_score_record(score_id: str) -> runs.ScoreRecord:
    """The record of a whole score of nobody."""
    return runs.ScoreRecord(
        score_id=score_id, run_id="before", input="customers.parquet", engine=None, versions=VERSIONS,
        rows=runs.RowCounts(read=0, accepted=0, quarantined=0, by_reason={}), segments=(),
        drift=LIVE.drift, warnings=(), seconds={}, scans={"total": 1},
    )  # fmt: skip


def make_rfm_record(run_id: str) -> runs.RfmRecord:
    """The record of a whole customer table that was made of no lines."""
    return runs.RfmRecord(
        run_id=run_id, customers=f"runs/{run_id}/customers", input="lines.parquet", as_of="2011-12-10",
        rows=0, lines=runs.LineCounts(read=0, sales=0, returns=0, left_out={}),
        cuts=runs.CutsRecord(last_order=(), frequency=(), monetary=()), recipe={}, warnings=(),
        seconds={}, scans={"total": 1}, engine=None, versions=VERSIONS, days_of=None,
    )  # fmt: skip
