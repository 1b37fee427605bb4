"""docs/reliability.md, made from the corpus and from what the scripts found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from custseg_spark.runs import stores
from tests.corpus import GROUPS, Case

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
RESULTS = ROOT / "reliability" / "results"
OPENING = """\
# What holds when things go wrong

Made by `scripts/reliability-page` from the corpus of bad tables and from what the scripts named below found;
a test says whether it is up to date. Run a script to see its rows again on your own machine.
"""
CLUSTER = """\
## On a cluster

`scripts/cluster-test`, pyspark {spark}, {customers:,} customers. The packaged zip went through
`spark-submit`, and a Python that does not exist was named for the executors: none ran there. *Labels* says
whether every customer has the segment that local mode gives. With `conf/spark_ml.yaml` the centres are found
there too, by Spark ML on all customers of a table with the columns of marketing_campaign.
"""
FAULTS = """\
## Under faults

`scripts/fault-test`, {customers:,} customers. *Held* counts the tries of which everything in the row was
true. A run is *whole* when every file of it is there, `run.json` says done, and the customers and quarantined
rows are as many as it says.
"""
FAULTS_ON_SAIL = """\
## Under faults, on Sail

`scripts/fault-test --engine sail`, {customers:,} customers; the rest as above.
"""
STORES = """\
## What a store promises

`latest.json`, `live.json`, `rfm.json` and the record of a run are replaced while others read them. How
depends on the store (`custseg_spark/runs/stores.py`). *custseg* is every command, the page and
`custseg_spark.runs`; *others* open the file by its plain name: a sensor, a script, `hdfs dfs -cat`.
"""
STORES_NOTES = """\
A version is `.latest.json.<number>-<digest>-<random>`, hidden beside the file. The newest one whose content
has the digest of its name counts, and the plain file where there is none: what an older release left is read,
but an older release must not write there any more, and whoever puts a pointer back by hand takes its versions
away. A write cleans away all but the last few.

An object store that is mounted is a file system by its path: its rename is what the mount makes of it. S3
was tried over HTTP, against a server of the tests (`tests/jobs/test_s3.py`); nothing of this was tried on a
real HDFS or SFTP server: the tests play each by a class that shows every block as it is written, with a
rename that refuses, does nothing, replaces or copies.
"""
STREAM = """\
## A stream that is killed

`scripts/stream-test`: `custseg stream` got SIGKILL at {kills} random moments while files kept arriving, and
was started again each time, the last time to its end. Then its rows were counted, and its labels held
against those of `custseg score` on the same rows.
"""
BAD = """\
## Bad tables

{count} small tables, written by `scripts/make_bad_tables DIRECTORY` with their recipes. Each has twenty
customers (a few have one row more or less) and one thing wrong; the bound on rejected rows is raised to half
of the table. The tests take every one of them as far as `custseg train` does before it looks for segments,
and compare each figure below. Exit 0 is accepted, 2 a wrong recipe, 3 a table that breaks the contract; then
nothing is published, and the last column has words of the message.
"""


def build_page() -> str:
    """The whole page."""
    faults = [_faults("spark", FAULTS), _faults("sail", FAULTS_ON_SAIL)]
    parts = [OPENING, _cluster(), *faults, _stores(), _stream(), _bad()]
    return "\n".join(part for part in parts if part)


def write_page() -> None:
    """Write the page anew."""
    PAGE.write_text(build_page(), encoding="utf-8")


def _read_results(name: str) -> dict[str, Any] | None:
    file = RESULTS / name
    return json.loads(file.read_text()) if file.exists() else None


def _cluster() -> str:
    found = _read_results("cluster.json")
    if found is None:
        return ""
    rows = [
        (
            one["kind"] + (f", `{one['recipe']}`" if one["recipe"] else ""),
            str(one["exit"]),
            "equal" if one["same"] else "NOT equal",
            f"{one['seconds']:.0f} s",
        )
        for one in found["runs"]
    ]
    said = CLUSTER.format(spark=found["spark"], customers=found["runs"][0]["customers"])
    return said + "\n" + _table(("Spark", "exit", "labels", "whole command"), rows)


def find_faults(engine: str) -> Path:
    """Where the results of scripts/fault-test on that engine stand."""
    return RESULTS / ("faults.json" if engine == "spark" else f"faults_{engine}.json")


def _faults(engine: str, said: str) -> str:
    found = _read_results(find_faults(engine).name)
    if found is None:
        return ""
    rows = [(one["fault"], one["holds"], f"{one['held']} of {one['tries']}") for one in found["faults"]]
    return said.format(customers=found["customers"]) + "\n" + _table(("fault", "what holds", "held"), rows)


def _stores() -> str:
    heads = ("store", "by URL", "how a file is replaced", "custseg sees", "others see", "what that rests on")
    old_or_new = "the old or the new"
    copy = (
        "a whole one, but for an instant none, until the next write if the writer is killed in it; of two "
        "writers at once perhaps the first one's"
    )
    rows = [
        (
            *("a local or mounted disk", f"a path, {_protocols(*stores.RENAME[:2])}"),
            *("written beside it, renamed over it", old_or_new, old_or_new),
            "rename of POSIX",
        ),
        (
            *("SFTP", _protocols(*stores.RENAME[2:]), "the same", old_or_new, old_or_new),
            "a server with `posix-rename@openssh.com`; another one ends the command with exit 4",
        ),
        (
            *("object stores", _protocols(*stores.PUT), "one put", old_or_new, old_or_new),
            "a put shows when it is whole, and is read by whoever comes after it",
        ),
        (
            *("HDFS", _protocols("hdfs", "webhdfs"), "a version beside it, then a copy", old_or_new, copy),
            "whoever lists a directory sees what was made in it before",
        ),
        (
            *("DBFS, SMB, FTP, any other", "all others", "the same", old_or_new),
            f"{copy}; where a rename is a copy, also a part",
            "the same; where a rename is a copy, no two first writes of a file at once",
        ),
    ]
    return STORES + "\n" + _table(heads, rows) + "\n" + STORES_NOTES


def _protocols(*names: str) -> str:
    return ", ".join(f"`{name}:`" for name in names)


def _stream() -> str:
    found = _read_results("stream.json")
    if found is None:
        return ""
    rows = [
        ("kills, seconds after each start", ", ".join(f"{second:g}" for second in found["kills_at_seconds"])),
        ("batches", f"{found['batches']:,}"),
        ("rows that arrived", f"{found['rows_in']:,}"),
        ("rows that were written", f"{found['rows_out']:,}"),
        ("ids among them", f"{found['ids_out']:,}"),
        ("labels unlike those of `score`", f"{found['labels_unlike_score']:,}"),
    ]
    said = STREAM.format(kills=len(found["kills_at_seconds"]))
    return said + "\n" + _table(("what was counted", "found"), rows)


def _bad() -> str:
    parts = [BAD.format(count=sum(len(cases) for cases in GROUPS.values()))]
    for title, cases in GROUPS.items():
        rows = [
            (f"`{case.name}`", case.wrong, str(case.code), *_counts(case), _write_answer(case))
            for case in cases
        ]
        heads = ("table", "what is wrong", "exit", "accepted", "quarantined", "reasons, or what is said")
        parts.append(f"### {title}\n\n" + _table(heads, rows))
    return "\n".join(parts)


def _counts(case: Case) -> tuple[str, str]:
    return ("", "") if case.code else (str(case.accepted), str(case.rejected))


def _write_answer(case: Case) -> str:
    if case.code:
        return case.says
    reasons = [f"{reason} ({count})" for reason, count in case.reasons.items()]
    if case.reasons and case.rejected == 0:
        reasons = [f"warned: {reason}" for reason in reasons]
    missing = [f"{count} {name} missing" for name, count in case.missing.items()]
    return "; ".join(reasons if reasons else missing)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    """Text as it is, not as Markdown or HTML: names and messages of the corpus are hostile."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return escaped.replace("\n", " ")
