"""Audiences: the same customers are held out every night, nobody flaps, and nobody is written to twice."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.jobs.conftest import RECIPE, Say, Train, planted

KEY = "_audience_id"


def audience(to: Path) -> tuple[pd.DataFrame, pd.DataFrame, Path]:
    """The newest one: members by id, who left, and where it is."""
    pointer = json.loads((to / "audiences" / "latest.json").read_text())
    at = to / "audiences" / pointer["run_id"]
    return pd.read_parquet(at / "members").set_index(KEY), pd.read_parquet(at / "left"), at


def test_audiences_hold_out_the_same_customers_and_do_not_flap(
    train: Train, say: Say, tmp_path: Path
) -> None:
    table = planted(600).assign(email="=cmd()")
    recipe = {
        **RECIPE,
        "audience": {"eligible": "age < 80", "hold_out": 0.2, "margin": 0.5, "columns": ["email"]},
    }
    outcome = train(table, recipe)
    path = tmp_path / "customers.csv"
    arguments = ("audience", "--output", outcome.output, "--input", path, "--to", tmp_path / "a")
    assert say(*arguments)[0] == 0
    first, left, at = audience(tmp_path / "a")
    assert set(first.index) == set(table.loc[table["age"] < 80, "id"])
    assert len(left) == 0
    assert first["held_out"].mean() == pytest.approx(0.2, abs=0.05)
    sent = pd.concat(pd.read_csv(file, dtype=str) for file in (at / "audience").rglob("*.csv"))
    assert set(sent["id"]) == set(first.index[~first["held_out"]])
    assert set(sent["email"]) == {"'=cmd()"}

    later = table.copy()
    group = later["group"]
    young = later["age"] < 80
    barely, clearly = (later.index[young & (group == 0)][start : start + 30] for start in (0, 30))
    middle = later.loc[group == 2, ["spend", "visits"]].median().round()
    small = later.loc[group == 0, ["spend", "visits"]].median()
    later.loc[barely, "spend"] = (small["spend"] * middle["spend"] ** 1.2) ** (1 / 2.2)  # in logarithms
    later.loc[barely, "visits"] = round(0.45 * small["visits"] + 0.55 * middle["visits"])
    later.loc[clearly, ["spend", "visits"]] = middle.tolist()
    gone = later.index[young & (group == 1)][:10]
    later.loc[gone, "age"] = 90
    later.to_csv(path, index=False)
    scored = ("score", "--output", outcome.output, "--input", path, "--to", tmp_path / "s")
    assert say(*scored)[0] == 0
    pointer = json.loads((tmp_path / "s" / "scores" / "latest.json").read_text())
    nearest = pd.read_parquet(tmp_path / "s" / "scores" / pointer["run_id"] / "customers").set_index("id")
    code, out, err = say(*arguments)
    assert code == 0, err
    second, left, _ = audience(tmp_path / "a")

    was, now = first["segment"].astype(int), second["segment"].astype(int)
    over = nearest["segment"].astype(int)
    barely_ids, clearly_ids = table.loc[barely, "id"], table.loc[clearly, "id"]
    assert (over[barely_ids] != was[barely_ids]).all(), "their nearest centre is another one tonight"
    assert (nearest.loc[barely_ids, "margin"] < 0.5).all()
    assert (over[clearly_ids] != was[clearly_ids]).all()
    assert (nearest.loc[clearly_ids, "margin"] >= 0.5).all()
    assert (now[barely_ids] == was[barely_ids]).all()
    assert (now[clearly_ids] == over[clearly_ids]).all()
    assert set(second.index[second["change"] == "entered"]) == set(clearly_ids)
    assert dict(zip(left[KEY], left["why"], strict=True)) == {
        **dict.fromkeys(clearly_ids, "moved"),
        **dict.fromkeys(table.loc[gone, "id"], "not in the table or not eligible"),
    }
    assert (second["held_out"] == first["held_out"].reindex(second.index)).all()
    assert "held out" in out


def test_a_repeated_id_is_quarantined_and_does_not_multiply(train: Train, say: Say, tmp_path: Path) -> None:
    table = planted()
    outcome = train(table)
    path = tmp_path / "twice.csv"
    twice = pd.concat([table, table.head(1).assign(spend=4000.0)])
    arguments = ("audience", "--output", outcome.output, "--input", path, "--to", tmp_path / "a")
    for night, rows in enumerate((table, twice, twice, table)):
        rows.to_csv(path, index=False)
        code, _, err = say(*arguments)
        assert code == 0, err
        members, _, at = audience(tmp_path / "a")
        whole = rows is table
        assert members.index.is_unique, night
        assert len(members) == (300 if whole else 299)
        rejected = pd.read_parquet(at / "quarantine")
        assert [list(reasons) for reasons in rejected["reasons"]] == [["id: repeated"]] * (0 if whole else 2)


def test_columns_may_be_called_anything_but_what_an_audience_writes(
    train: Train, say: Say, tmp_path: Path
) -> None:
    table = planted().rename(columns={"id": "_id"}).assign(now="x", change="y")
    recipe = {**RECIPE, "input": {"id": "_id"}, "audience": {"columns": ["now"]}}
    outcome = train(table, recipe)
    assert outcome.code == 0, outcome.err
    path = tmp_path / "customers.csv"
    arguments = ("audience", "--output", outcome.output, "--input", path, "--to", tmp_path / "a")
    for _ in range(2):
        code, _, err = say(*arguments)
        assert code == 0, err
    members, left, _ = audience(tmp_path / "a")
    assert len(members) == 300
    assert set(members["change"]) == {"stayed"}
    assert len(left) == 0

    asked = tmp_path / "asked.yaml"
    asked.write_text((tmp_path / "recipe.yaml").read_text().replace("- now", "- Change"))
    code, _, err = say(*arguments, "--recipe", asked)
    assert code == 2
    assert "audience.columns: 'Change' is a name that an audience writes itself" in err
