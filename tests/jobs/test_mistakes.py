"""Mistakes that newcomers make: one line of what and where, one line of what to do, and no traceback."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.jobs.conftest import RECIPE, Say, Train, planted


def brought() -> pd.DataFrame:
    """A table with a category, a day as text and a column that never differs."""
    table = planted(60)
    return table.assign(
        tier=np.array(["Gold", "Bronze", "Silver"])[table["group"]],
        joined=pd.date_range("2020-01-01", periods=60).strftime("%d.%m.%Y"),
    )


def cut_by(**features: Any) -> dict[str, Any]:
    return {**RECIPE, "segment_by": features}


@dataclass(frozen=True)
class Mistake:
    """A recipe, and what the first and the second line of its error hold."""

    recipe: dict[str, Any]
    code: int
    what: str
    remedy: str


MISTAKES = {
    "category": Mistake(
        cut_by(tier="tier"),
        3,
        "segment_by.tier: what cuts is a number; tier is text, such as 'Bronze' (id 00000)",
        "cut by its levels: segment_by: {tier: {category: tier}}; or describe by it: describe: {tier: tier}",
    ),
    "date": Mistake(
        cut_by(spend="spend", since="joined"),
        3,
        "segment_by.since: what cuts is a number; joined is a date, such as '01.01.2020' (id 00000)",
        "since: datediff(current_date(), joined), with input: {types: {joined: {date: dd.MM.yyyy}}}",
    ),
    "date in an expression": Mistake(
        cut_by(since="datediff(current_date(), joined)"),
        2,
        "segment_by.since: '01.01.2020' is no DATE in datediff(current_date(), joined)",
        "declare the column: input: {types: {joined: {date: dd.MM.yyyy}}}",
    ),
    "rule": Mistake(
        {**RECIPE, "rules": {"rich": "spend > 1e9", "max_quarantined": 1.0}},
        3,
        "all 60 rows are rejected: rich: not spend > 1e9 (60)",
        "mend the table, or the rule: rules.rich",
    ),
    "logarithm": Mistake(
        cut_by(spend={"sql": "spend - 500", "transform": "log1p"}),
        3,
        "log1p takes values above -1",
        "segment_by.spend: clip: [0, null]",
    ),
    "id": Mistake(
        {**RECIPE, "input": {"id": "group"}}, 3, "id: repeated (60)", "custseg rfm makes one of order lines"
    ),
}


OF_SPARK = {"date in an expression": "datediff(date, string) is not computed the same on Sail"}
"""What Sail leaves to Spark, and what it says of it."""


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_recipe(train: Train, engine: str, name: str) -> None:
    mistake = MISTAKES[name]
    if engine == "sail" and name in OF_SPARK:
        mistake = replace(mistake, code=2, what=OF_SPARK[name], remedy="--engine spark")
    outcome = train(brought(), mistake.recipe)
    assert outcome.code == mistake.code
    *_, first, second = outcome.err.splitlines()
    assert first.startswith("error: ")
    assert mistake.what in first
    assert mistake.remedy in second
    assert "UserWarning" not in outcome.err
    assert outcome.latest is None


def test_a_value_that_does_not_fit_is_shown_with_its_customer(train: Train) -> None:
    table = brought().astype({"spend": str})
    table.loc[5:25:2, "spend"] = "three"
    outcome = train(table)
    assert outcome.code == 3
    assert "spend: not a number (11), such as 'three' (id 00005)" in outcome.err
    assert "mend such values, or raise rules.max_quarantined" in outcome.err


def test_a_row_of_too_many_fields_is_shown(train: Train, tmp_path: Path) -> None:
    brought().to_csv(tmp_path / "ragged.csv", index=False)
    header, *rows = (tmp_path / "ragged.csv").read_text().splitlines()
    torn = [f"{row},too,many" if place % 5 == 0 else row for place, row in enumerate(rows)]
    (tmp_path / "ragged.csv").write_text("\n".join([header, *torn]))
    outcome = train(tmp_path / "ragged.csv")
    assert outcome.code == 3
    assert f"row: too few or too many fields (12), such as '{torn[0][:40]}" in outcome.err


def test_what_may_be_wrong_with_what_cuts_is_said(train: Train) -> None:
    table = planted(60).assign(twin=lambda found: found["spend"] * 2, number=range(60))
    table.loc[::3, "visits"] = None
    recipe = {**cut_by(spend="spend", twin="twin", visits="visits", id_itself="id"), "check": {}}
    recipe["segments"] = {"k": 2, "choose": "fixed", "names": {9: "VIP"}}
    outcome = train(table, recipe)
    assert outcome.code == 0, outcome.err
    assert "segment_by.visits: 33% of the customers have no value and count as" in outcome.out
    assert "segment_by.id_itself: cuts by id, the id, which says nothing" in outcome.out
    assert "segments.names.9: no segment has this id; there are 0, 1" in outcome.out
    assert (
        "warning: spend and twin go together (rank correlation 1.00): what they share counts 2.0 times."
        in outcome.out
    )


def test_an_output_in_its_input_is_refused(say: Say, tmp_path: Path, train: Train) -> None:
    folder = tmp_path / "customers"
    folder.mkdir()
    brought().to_csv(folder / "a.csv", index=False)
    (tmp_path / "recipe.yaml").write_text("input: {id: id}\nsegment_by: {spend: spend}\n")
    asked = ("train", "--recipe", tmp_path / "recipe.yaml", "--input", folder, "--output")
    code, _, err = say(*asked, folder / "out")
    assert code == 2
    assert "out lies in the input" in err
    assert list(folder.iterdir()) == [folder / "a.csv"]


def test_a_recipe_is_written_only_where_there_is_a_directory(say: Say, tmp_path: Path) -> None:
    brought().to_csv(tmp_path / "a.csv", index=False)
    code, _, err = say("init", tmp_path / "a.csv", "--to", tmp_path / "nowhere" / "a.yaml")
    assert code == 2
    assert f"there is no directory {tmp_path / 'nowhere'}" in err


@pytest.mark.spark_only("roots of texts, and streams")
def test_a_score_names_the_value_that_an_expression_can_not_take(
    train: Train, say: Say, tmp_path: Path
) -> None:
    table = brought().assign(code=lambda found: "0" + (found["group"] + 1).astype(str))
    recipe = cut_by(spend="spend", root="sqrt(code)")
    recipe["segments"] = {"k": 3, "choose": "fixed"}
    outcome = train(table, recipe)
    assert outcome.code == 0, outcome.err
    table.loc[41, "code"] = "x7"
    table.to_csv(tmp_path / "tonight.csv", index=False)
    asked = ("--output", outcome.output, "--input", tmp_path / "tonight.csv", "--to")
    for command, to in (("score", "scores"), ("stream", "streamed")):
        path = tmp_path / "tonight.csv"
        if command == "stream":
            path = tmp_path / "arriving"
            path.mkdir()
            table.to_csv(path / "tonight.csv", index=False)
        once = ("--once",) if command == "stream" else ()
        code, _, err = say(command, *asked[:2], "--input", path, "--to", tmp_path / to, *once)
        assert code == 2
        assert "segment_by.root: 'x7' is no DOUBLE in sqrt(code) (id 00041)" in err
        assert "train again: declare the column: input: {types: {code: double}}" in err
