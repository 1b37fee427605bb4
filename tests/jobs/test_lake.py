"""The whole command on a lake: nobody's id where it should not be, bounds on every check, a day published."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import Observation

from custseg_spark import cli
from custseg_spark.results import CustomerTable
from custseg_spark.steps import draw_sample
from tests.jobs.conftest import RECIPE, Train, planted

SECRET = "sixteen signs or more"
TELLING = "XYZZY-"


def telling() -> pd.DataFrame:
    """Ids and addresses that can be recognised, two rows that are quarantined, and a small fourth group."""
    table = planted()
    table["id"] = TELLING + table["id"]
    table["email"] = table["id"] + "@example.org"
    table = table.astype({"visits": object})
    table.loc[0, "visits"] = "often"
    table.loc[2, "id"] = table.loc[1, "id"]
    return table


def everything_but(run: Path, *tables: str) -> dict[str, bytes]:
    return {
        str(file.relative_to(run)): file.read_bytes()
        for file in run.rglob("*")
        if file.is_file() and file.relative_to(run).parts[0] not in tables
    }


def test_ids_stand_in_tables_alone(train: Train) -> None:
    outcome = train(telling(), {**RECIPE, "protected": ["group"]})
    assert outcome.code == 0, outcome.err
    found = everything_but(outcome.run, "customers", "quarantine")
    assert {"report.html", "run.json", "profile.csv", "model.json", "plots/pca_2d.png"} <= set(found)
    assert [name for name, content in found.items() if TELLING.encode() in content] == []
    assert TELLING not in outcome.err + outcome.out


def test_a_private_table_leaves_nothing_that_can_be_told(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTSEG_SECRET", SECRET)
    lake = tmp_path / "lake" / "customers"
    private: dict[str, Any] = {"privacy": {"drop": ["email"], "hash": ["id"]}}
    published = {"publish": {"path": str(lake), "date": "2026-11-24"}}
    outcome = train(telling(), {**RECIPE, **private, **published})
    assert outcome.code == 0, outcome.err
    found = everything_but(outcome.run) | everything_but(lake)
    assert [name for name, content in found.items() if TELLING.encode() in content] == []
    assert [name for name, content in found.items() if SECRET.encode() in content] == []
    assert SECRET not in outcome.err + outcome.out
    written = pd.read_parquet(outcome.run / "customers")
    assert "email" not in written
    assert hashlib.sha256(f"{SECRET}{TELLING}00007".encode()).hexdigest() in set(written["id"])
    quarantined = pd.read_parquet(outcome.run / "quarantine")
    assert len(quarantined) == 3
    assert quarantined["id"].str.fullmatch("[0-9a-f]{64}").all()
    in_the_lake = pd.read_parquet(lake)
    assert set(in_the_lake["id"]) == set(written["id"])
    assert set(in_the_lake["run_date"].astype(str)) == {"2026-11-24"}
    assert set(in_the_lake["run_id"]) == {outcome.latest}


def test_figures_of_few_customers_are_withheld(train: Train) -> None:
    """Seven customers of their own kind among three hundred, and a recipe that shows nobody under ten."""
    few = planted(7, seed=3).assign(id=[f"few{n}" for n in range(7)], spend=77_777.5, visits=99, age=41)
    table = pd.concat([planted().assign(age=30), few])
    chosen = {"segments": {"k": 4, "choose": "fixed", "smallest_share": 0}, "describe": {"age": "age"}}
    private = {"privacy": {"min_cell": 10}}
    shown, kept = train(table, {**RECIPE, **chosen}), train(table, {**RECIPE, **chosen, **private})
    assert (shown.code, kept.code) == (0, 0), kept.err
    open_profile, profile = (pd.read_csv(one.run / "profile.csv") for one in (shown, kept))
    assert open_profile.loc[open_profile["size"] == 7, "mean_spend"].item() == 77_777.5
    small = profile["size"] == 7
    assert small.sum() == 1
    told = [
        name
        for name in map(str, profile)
        if name.partition("_")[0] in ("mean", "std", "q1", "median", "low", "z")
    ]
    assert {"mean_spend", "mean_visits", "mean_age", "mean_answered"} <= set(told)
    assert profile.loc[small, told].isna().all().all()
    assert profile.loc[~small, "mean_spend"].notna().all()
    assert not [name for name in map(str, profile) if name.startswith(("min_", "max_"))]
    page = (kept.run / "report.html").read_text()
    assert "Fewer than 10 customers: figures are withheld." in page
    for figure in ("77,777", "77,778", "78,000", "77.8"):
        assert figure not in page
    assert "77,778" in (shown.run / "report.html").read_text(), "which a page without min_cell shows"


def test_the_lake_has_the_labels_of_the_live_run(train: Train, tmp_path: Path) -> None:
    """The first run publishes, a candidate does not, a score does with the run that is live then."""
    lake = tmp_path / "lake" / "customers"
    recipe = {**RECIPE, "publish": {"path": str(lake), "date": "2026-11-24"}, "output": {"columns": ["age"]}}

    def days() -> dict[str, set[str]]:
        found = pd.read_parquet(lake)
        return {str(day): set(rows["run_id"]) for day, rows in found.groupby("run_date", observed=True)}

    def score(day: str, *more: str) -> None:
        asked = ["--output", str(first.output), "--input", str(tmp_path / "customers.csv")]
        assert cli.main(["score", *asked, "--to", str(tmp_path / "s"), "--run-date", day, *more]) == 0

    first = train(planted(), recipe)
    assert (first.code, days()) == (0, {"2026-11-24": {first.latest}}), first.err
    second = train(planted(seed=1), recipe)
    assert (second.code, days()) == (0, {"2026-11-24": {first.latest}}), "a candidate is nobody's yet"
    score("2026-11-25")
    assert days() == {"2026-11-24": {first.latest}, "2026-11-25": {first.latest}}
    score("2026-11-26", "--run", second.run.name)
    assert "2026-11-26" not in days(), "a run that is not live scores for whoever asks"
    third = train(planted(seed=2), recipe, "--promote")
    score("2026-11-25")
    assert days() == {"2026-11-24": {third.latest}, "2026-11-25": {third.latest}}
    table = pd.read_parquet(lake)
    named = {"id", "age", "segment_name", "distance_to_centre", "segment", "run_id", "run_date"}
    assert set(table) == named, "the same columns, whoever wrote them"
    kept = tmp_path / "s" / "scores"
    newest = json.loads((kept / "latest.json").read_text())["run_id"]
    labels = pd.read_parquet(kept / newest / "customers").set_index("id")["segment"].astype(int)
    today = table[table["run_date"].astype(str) == "2026-11-25"].set_index("id")["segment"].astype(int)
    assert today.sort_index().equals(labels.sort_index())


def test_a_fan_out_that_the_recipe_bounds_is_looked_for_every_night(train: Train, tmp_path: Path) -> None:
    """A bound of repeated ids holds for score as for train; each night may have a filter of its own."""
    recipe = {
        **RECIPE,
        "input": {"id": "id", "filter": "day = '1'"},
        "rules": {"reasons": {"id: repeated": {"at_most": 0.1}}},
    }
    both = pd.concat([planted().assign(day=1), pd.concat([planted(), planted().head(60)]).assign(day=2)])
    outcome = train(both, recipe)
    assert outcome.code == 0, outcome.err
    asked = ["score", "--output", str(outcome.output), "--input", str(tmp_path / "customers.csv")]
    assert cli.main([*asked, "--to", str(tmp_path / "s")]) == 0
    kept = json.loads((tmp_path / "s" / "scores" / "latest.json").read_text())
    assert cli.main([*asked, "--to", str(tmp_path / "s"), "--filter", "day = '2'"]) == 3, (
        "120 of 360 stand twice"
    )
    assert json.loads((tmp_path / "s" / "scores" / "latest.json").read_text()) == kept


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--output", "out", "--input", "customers.csv", "--to", "s", "--run-date", "2026-13-01"]
    with pytest.raises(SystemExit, match="2"):
        cli.main(["score", *asked])
    assert "a day is written like 2026-11-24; found '2026-13-01'" in capsys.readouterr().err


def test_a_failed_publish_leaves_the_pointer_as_it_was(train: Train, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = train(planted(), {**RECIPE, "publish": {"path": str(tmp_path / "file" / "lake")}})
    assert outcome.code == 4, outcome.err
    assert "publish" in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.latest is None


@pytest.mark.parametrize(
    "reasons,code,said",
    [
        ({}, 3, "rules.max_quarantined"),
        ({"id: repeated": {"at_most": 0.5}}, 0, "200 quarantined"),
        ({"id: repeated": {"at_most": 0.3}}, 3, "more than its at_most (30.0%)"),
        ({"id: repeated": {"on_fail": "stop"}}, 3, "on_fail is stop"),
        ({"id: repaeted": {"at_most": 0.5}}, 2, "did you mean 'id: repeated'"),
        ({"spend: infinite": {"on_fail": "warn"}}, 2, "can't be kept"),
    ],
)
def test_a_fan_out_costs_what_the_recipe_allows(train: Train, reasons: Any, code: int, said: str) -> None:
    """A hundred of four hundred and fifty customers stand twice."""
    fanned = pd.concat([planted(450), planted(450).head(100)])
    outcome = train(fanned, {**RECIPE, "rules": {"reasons": reasons}})
    assert outcome.code == code, outcome.err
    assert said in outcome.err + outcome.out
    assert "Traceback" not in outcome.err


def test_a_fan_out_that_only_warns_keeps_its_rows(train: Train) -> None:
    reasons = {"id: repeated": {"on_fail": "warn"}}
    outcome = train(pd.concat([planted(), planted().head(30)]), {**RECIPE, "rules": {"reasons": reasons}})
    assert outcome.code == 0, outcome.err
    assert outcome.record["rows"]["accepted"] == 330
    assert any("id: repeated: 60 of 330 rows, kept" in line for line in outcome.record["warnings"])


def test_a_bound_of_a_check_that_a_table_lacks_applies_to_nothing(train: Train, tmp_path: Path) -> None:
    """Outcomes that score does not look at, checks of text on Parquet: the recipe holds for every command."""
    reasons = {
        "answered: not a number": {"on_fail": "warn"},
        "row: too few or too many fields": {"at_most": 0.1},
        "spend: not a number": {"at_most": 0.1},
    }
    table = planted().astype({"answered": object})
    table.loc[0, "answered"] = "perhaps"
    outcome = train(table, {**RECIPE, "rules": {"reasons": reasons}})
    assert outcome.code == 0, outcome.err
    assert outcome.record["rows"]["accepted"] == 300
    planted().to_parquet(tmp_path / "tonight.parquet")
    for tonight in ("customers.csv", "tonight.parquet"):
        asked = ["--output", str(outcome.output), "--input", str(tmp_path / tonight), "--to", str(tmp_path)]
        assert cli.main(["score", *asked]) == 0
    again = train(tmp_path / "tonight.parquet", {**RECIPE, "rules": {"reasons": reasons}})
    assert again.code == 0, again.err


def test_statistics_that_get_lost_on_the_way_are_taken_again(
    train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Observation, "get", property(lambda self: {}))
    table = planted().astype({"visits": object})
    table.loc[0, "visits"] = "often"
    table["spend"] = table["spend"].where(np.arange(len(table)) > 4)
    outcome = train(table)
    assert outcome.code == 0, outcome.err
    rows = outcome.record["rows"]
    assert (rows["read"], rows["accepted"], rows["missing"]["spend"]) == (300, 299, 5)
    assert outcome.record["scans"]["statistics"] == 1


def test_a_table_that_goes_away_is_told(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the pass that counts its rows and the next one."""
    (tmp_path / "t").mkdir()
    planted().to_parquet(tmp_path / "t" / "a.parquet")
    copy = draw_sample.copy_small_table

    def gone(*given: Any) -> CustomerTable:
        (tmp_path / "t" / "a.parquet").unlink()
        return copy(*given)

    monkeypatch.setattr("custseg_spark.api.training.copy_small_table", gone)
    outcome = train(tmp_path / "t")
    assert outcome.code == 3, outcome.err
    assert "went away during the run" in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.latest is None


def test_a_table_that_grows_while_it_is_scored_is_told(
    train: Train, tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "spark":
        pytest.skip("the pass that labels counts")
    (tmp_path / "t").mkdir()
    planted().to_parquet(tmp_path / "t" / "a.parquet")
    outcome = train(tmp_path / "t")
    assert outcome.code == 0, outcome.err
    read = draw_sample.read_observation

    def grown(*given: Any) -> Any:
        planted(50).assign(id=[f"new{n}" for n in range(50)]).to_parquet(tmp_path / "t" / "b.parquet")
        return read(*given)

    monkeypatch.setattr(draw_sample, "read_observation", grown)
    asked = ["--output", str(outcome.output), "--input", str(tmp_path / "t"), "--to", str(tmp_path / "s")]
    assert cli.main(["score", *asked]) == 3
    assert not (tmp_path / "s" / "scores" / "latest.json").exists()
