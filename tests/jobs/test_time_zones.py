"""A session of any time zone gives the same run, and is found as it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from pyspark.sql import SparkSession

from custseg_spark import cli, data
from custseg_spark.engine.sail import get_session
from custseg_spark.model import Model, write_segments_sql
from custseg_spark.runs import find_latest
from tests.jobs.conftest import RECIPE, planted
from tests.tables.saved import load_from_run

ZONE = "spark.sql.session.timeZone"
ZONES = ("UTC", "Pacific/Auckland", "America/Sao_Paulo")
TIMES: dict[str, Any] = {
    **RECIPE,
    "input": {"id": "id", "filter": "joined >= '2019-12-31 12:00:00'"},
    "rules": {"in_time": "seen < timestamp '2024-06-30 15:30:00'"},
    "segment_by": {
        **RECIPE["segment_by"],
        "hour": {"sql": "hour(seen)", "unit": "o'clock"},
        "tenure": {"sql": "datediff(date '2024-12-31', joined)", "unit": "days"},
        "since": {"sql": "(cast(seen as bigint) - unix_timestamp(written)) / 3600", "unit": "hours"},
    },
    "describe": {"day": "cast(seen as date)", "month": "month(joined)"},
    "segments": {"k": 3, "choose": "fixed", "order_by": "spend"},
}


@pytest.fixture
def zones(spark: SparkSession) -> Iterator[SparkSession]:
    before = spark.conf.get(ZONE)
    assert before
    yield spark
    spark.conf.set(ZONE, before)


def customers(path: Path) -> str:
    """Times at all hours, many around midnight in UTC: as moments, and as text with and without a zone."""
    table = planted(400)
    moments = pd.Timestamp("2019-12-31", tz="UTC") + pd.to_timedelta(range(0, 400 * 37, 37), unit="h")
    hours = pd.to_timedelta(table["group"] * 8 + table.index % 3, unit="h")
    table["joined"] = moments
    table["seen"] = (
        pd.Timestamp("2024-06-28 22:00", tz="UTC") + hours + pd.to_timedelta(table.index % 2, unit="D")
    )
    table["written"] = ["2024-06-01 00:30:00" if i % 2 else "2024-06-01T02:30:00+02:00" for i in table.index]
    for name in ("joined", "seen"):
        table[name] = table[name].astype("datetime64[us, UTC]")
    file = path / "customers.parquet"
    table.drop(columns="group").to_parquet(file, index=False)
    return str(file)


def read_moments(path: str) -> pd.DataFrame:
    """Parquet whose moments are shown by the clock of UTC: Sail notes the session's zone beside them."""
    table = pd.read_parquet(path)
    for name in table.select_dtypes("datetimetz"):
        table[name] = table[name].dt.tz_convert("UTC")
    return table


def test_labels_profiles_and_rejected_rows_do_not_depend_on_the_zone(
    zones: SparkSession, tmp_path: Path
) -> None:
    table, recipe = customers(tmp_path), tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(TIMES))
    runs = {}
    for zone in ZONES:
        zones.conf.set(ZONE, zone)
        output = str(tmp_path / zone.replace("/", "-"))
        assert cli.main(["train", "--recipe", str(recipe), "--input", table, "--output", output]) == 0
        assert zones.conf.get(ZONE) == zone
        run = find_latest(output)
        assert run is not None
        runs[zone] = run
        labels = read_moments(run.at("customers")).sort_values("id", ignore_index=True)
        if zone == "UTC":
            expected, profile, sweep = labels, run.read("profile.csv"), run.read("sweep.csv")
            assert 0 < run.read_record().rows.quarantined < 20
            assert labels["segment"].nunique() == 3
        pd.testing.assert_frame_equal(labels, expected)
        assert (run.read("profile.csv"), run.read("sweep.csv")) == (profile, sweep)
        assert run.read_record().rows == runs["UTC"].read_record().rows
    # What the UTC run left labels the table in a session of another zone: model, SQL and score.
    zones.conf.set(ZONE, "Pacific/Auckland")
    raw = zones.read.parquet(table).filter("joined >= timestamp '2019-12-31 12:00:00Z'")
    labelled = load_from_run(Path(runs["UTC"].path)).transform(raw).select("id", "segment")
    by_sql = labelled
    if not get_session():  # Sail is never given Spark's SQL as it stands
        raw.createOrReplaceTempView("customers")
        model = Model.from_json(runs["UTC"].read("model.json").decode())
        by_sql = zones.sql(write_segments_sql(model, "spark")).select("id", "segment")
    scored = str(tmp_path / "scored")
    assert cli.main(["score", "--output", str(tmp_path / "UTC"), "--input", table, "--to", scored]) == 0
    by_score = data.read_written(zones, find_latest(scored, "scores").at("customers"))  # type: ignore[union-attr]
    wanted = dict(zip(expected["id"], expected["segment"], strict=True))
    for found in (labelled, by_sql, by_score):
        labels_found = {row["id"]: row["segment"] for row in found.collect()}
        assert {key: labels_found[key] for key in wanted} == wanted


def test_others_who_compute_in_the_session_meanwhile_see_their_own_zone(
    zones: SparkSession, tmp_path: Path
) -> None:
    table, recipe = customers(tmp_path), tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(TIMES))
    zones.conf.set(ZONE, "Asia/Tokyo")
    before = dict(zones.conf.getAll)
    ended, seen = threading.Event(), set()

    def ask() -> None:
        while not ended.wait(0.05):
            seen.add(zones.conf.get(ZONE))

    other = threading.Thread(target=ask)
    other.start()
    try:
        output = str(tmp_path / "out")
        assert cli.main(["train", "--recipe", str(recipe), "--input", table, "--output", output]) == 0
        broken = ["--set", "segment_by.hour.sql=no_such_column"]
        again = ["train", "--recipe", str(recipe), "--input", table, "--output", output, *broken]
        assert cli.main(again) == 3
    finally:
        ended.set()
        other.join()
    assert seen == {"Asia/Tokyo"}
    assert dict(zones.conf.getAll) == before


def test_days_of_order_lines_are_those_of_utc(zones: SparkSession, tmp_path: Path) -> None:
    lines = pd.DataFrame(
        {
            "who": ["a", "a", "b", "b", "c"],
            "order": range(5),
            "at": pd.to_datetime(
                [
                    "2024-01-01 23:30",
                    "2024-01-02 00:30",
                    "2024-01-01 12:00",
                    "2024-03-31 01:30",
                    "2024-01-02 00:00",
                ],
                utc=True,
            ).astype("datetime64[us, UTC]"),
            "amount": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )
    file, recipe = tmp_path / "lines.parquet", tmp_path / "orders.yaml"
    lines.to_parquet(file, index=False)
    document = {
        "lines": {"customer": "who", "order": "order", "date": "at", "amount": "amount"},
        "aggregates": {
            "late": "count_if(hour(at) >= 23)",
            "last_time": "max(at)",
            "span": "datediff(max(at), min(at))",
        },
    }
    recipe.write_text(yaml.safe_dump(document))
    made = {}
    for zone in ZONES:
        zones.conf.set(ZONE, zone)
        for mode in ((), ("--incremental",)):
            to = str(tmp_path / f"{zone.replace('/', '-')}{len(mode)}")
            asked = ["rfm", "--recipe", str(recipe), "--input", str(file), "--to", to, *mode]
            assert cli.main(asked) == 0
            table = next(Path(to).glob("runs/*/customers"))
            made[zone, mode] = read_moments(str(table)).sort_values("who", ignore_index=True)
    first, *others = made.values()
    assert first["late"].tolist() == [1, 0, 0]
    assert first["span"].tolist() == [1, 90, 0]
    assert str(first["first_order"].iloc[1]) == "2024-01-01"
    for other in others:
        pd.testing.assert_frame_equal(other, first)
