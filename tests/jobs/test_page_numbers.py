"""Every number of a page is what the customers beside it say; a headline is what few tables would say."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from tests.jobs.conftest import RECIPE, Train, planted, train_in
from tests.recomputed_page.judge import find_differences
from tests.recomputed_page.read_texts import find_faults, judge_text

RECIPES = ("marketing_campaign", "published_six")
EVIDENCE = {"evidence": {"bootstraps": 5}, "sweep": {"restarts": 3}}


def judge(spark: SparkSession, run: Path) -> list[str]:
    """What differs on the page of a run, and what is written badly."""
    numbers, wrong = find_differences(spark, run)
    assert numbers > 100
    return wrong + find_faults((run / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", RECIPES)
def test_the_shipped_recipes_on_the_real_table(
    name: str, train: Train, spark: SparkSession, shared_data: Path
) -> None:
    found = train(shared_data / "marketing_campaign.csv", Path(f"conf/{name}.yaml"))
    assert judge(spark, found.run) == []


def test_another_night_and_other_algorithms(train: Train, spark: SparkSession) -> None:
    recipe = {**RECIPE, **EVIDENCE, "protected": ["age"]}
    train(planted(400), recipe)
    found = train(planted(400, seed=1).iloc[50:], recipe, "--set", "evidence.compare=true")
    assert judge(spark, found.run) == []


def test_customers_with_weights(train: Train, spark: SparkSession) -> None:
    """Unequal ones, some missing values, a rate, text, and what is protected."""
    rng = np.random.default_rng(6)
    table = planted(600).assign(weight=rng.lognormal(1, 0.8, 600), town=rng.choice(["Ulm", "Bonn"], 600))
    table["age"] = table["age"].where(rng.random(600) < 0.9).astype(float)
    describe = {"age": "age", "town": "town", "per_visit": {"rate": ["answered", "visits"]}}
    recipe = {**RECIPE, **EVIDENCE, "describe": describe, "protected": ["age"]}
    found = train(table, {**recipe, "customers": {"weight": "weight"}})
    assert judge(spark, found.run) == []
    record = json.loads((found.run / "run.json").read_text())
    assert sum(one["size"] for one in record["segments"]) == pytest.approx(table["weight"].sum(), abs=2)
    assert sum(one["rows"] for one in record["segments"]) == 600
    assert 200 < record["sample"]["effective"] < 500


def test_a_page_that_says_what_the_customers_do_not_is_found(
    train: Train, spark: SparkSession, tmp_path: Path
) -> None:
    run = train(planted(), {**RECIPE, **EVIDENCE}).run
    html = (run / "report.html").read_text(encoding="utf-8")
    marked = re.search(r'<data value="([^"]*)" data-of="mean\|spend\|0"[^>]*>([^<]*)</data>', html)
    assert marked
    whole, value, told = marked.group(0, 1, 2)
    changed = {
        "a text": html.replace(whole, whole.replace(f">{told}<", ">1,234<")),
        "a value": html.replace(whole, whole.replace(value, "1")),
        "an origin": html.replace(whole, whole.replace("mean|spend", "mode|spend")),
        "no origin": html.replace(whole, told),
        "a sentence": html.replace("have the best silhouette (0.", "have the best silhouette (7."),
    }
    for what, text in changed.items():
        copied = tmp_path / what
        shutil.copytree(run, copied)
        (copied / "report.html").write_text(text, encoding="utf-8")
        assert text != html
        assert find_differences(spark, copied)[1], what


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_a_table_without_structure_the_sizes_alone_stand_in_the_headline(
    seed: int, spark: SparkSession, tmp_path: Path
) -> None:
    rng = np.random.default_rng(seed)
    n = 1_500
    table = pd.DataFrame(
        {
            "id": np.arange(n),
            "spend": rng.lognormal(5, 1, n).round(2),
            "visits": rng.uniform(0, 100, n).round(),
            "age": rng.integers(18, 80, n),
            "answered": rng.binomial(1, 0.15, n),
        }
    )
    recipe = {**RECIPE, "evidence": {}, "sweep": {"restarts": 5}, "segments": {"k": [2, 6]}}
    found = train_in(tmp_path, table, recipe)
    summary = json.loads((found.run / "summary.json").read_text())
    (headline,) = summary["headline"]
    assert summary["trust"]["verdict"] in ("constructed", "undecided")
    measures = {(one["measure"], one["of"]) for one in headline["quantities"]}
    assert measures == {("share", "")}, headline["text"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1 persons", "a plural behind one"),
        ("It holds 12 customer.", "a singular behind many"),
        ("Reach them: many many orders", "a word twice"),
        ("complained 0", "an old claim"),
        ("not Year_Birth >= 1930", "a condition turned around"),
        ("redrawn, it comes back", "jargon"),
        ("a mean of 52237", "thousands run together"),
        ("On average: spend nan (all 3)", "a value that is none"),
        ("It brings ( ) of spend", "a hole"),
    ],
)
def test_a_fault_of_a_text_is_found(text: str, fault: str) -> None:
    assert any(told.startswith(fault) for told in judge_text(text)), judge_text(text)


@pytest.mark.parametrize("text", ["1 day (1.90)", "1,079 (all customers 606)", "52 % is less", "1 is whole"])
def test_a_text_without_fault_is_let_be(text: str) -> None:
    assert judge_text(text) == []
