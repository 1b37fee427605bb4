"""Numbers and names of a run that categories cut are what the customers' texts say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from tests.brought_tables.true_names import find_false_words
from tests.jobs.conftest import Outcome, Train
from tests.recomputed_page.judge import find_differences
from tests.recomputed_page.read_texts import find_faults

QUICK = {"evidence": {"bootstraps": 5}, "sweep": {"restarts": 3}}
CASES = Path(__file__).parents[2].parent / "shared" / "cases"


def draw_customers(n: int = 600, seed: int = 3) -> pd.DataFrame:
    """Four groups that differ in spend and in categories: ten regions, an ordered tier with values missing, a
    newsletter of 0 and 1, and two categories that share a level."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 4, n)
    other = random.choice(
        [f"R{i}" for i in range(9)], n, p=[0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05, 0.04, 0.02]
    )
    region = np.where((group == 1) | (random.random(n) < 0.1), "North", other).astype(object)
    region[random.random(n) < 0.07] = None
    tier = np.array(["Bronze", "Silver", "Gold"], dtype=object)[np.clip(group - 1, 0, 2)]
    tier[random.random(n) < 0.03] = None
    return pd.DataFrame(
        {
            "id": [f"c{i:04d}" for i in range(n)],
            "spend": np.exp(random.normal(np.array([3, 6, 6, 4.5])[group], 0.4)).round(2),
            "region": region,
            "tier": tier,
            "newsletter": ((group == 2) | (random.random(n) < 0.1)).astype(int),
            "klass": random.choice(["A", "B"], n),
            "grade": np.where(group > 1, "A", "C"),
            "churned": (random.random(n) < 0.1 + 0.1 * (group == 3)).astype(int),
        }
    )


RECIPE: dict[str, Any] = {
    "input": {"id": "id"},
    "segment_by": {
        "spend": {"sql": "spend", "transform": "log1p"},
        "region": {"category": "region", "keep": 3},
        "tier": {"category": "tier", "order": ["Bronze", "Silver", "Gold"]},
        "newsletter": {"category": "cast(newsletter as bigint)"},
    },
    "check": {"churned": "churned"},
    "segments": {"k": [2, 5]},
    **QUICK,
}
ONLY = {
    **RECIPE,
    "segment_by": {
        "klass": {"category": "klass", "label": "class"},
        "grade": "grade",
        "region": {"category": "region", "keep": 3, "impute": "other"},
    },
    "check": {},
    "privacy": {"min_cell": 20},
    "segments": {"k": [3, 5]},
}
ONLY["segment_by"]["grade"] = {"category": "grade"}
FILLED = {
    **RECIPE,
    "segment_by": {
        "region": {"category": "region", "keep": 4, "impute": "most_frequent", "weight": 0.5},
        "newsletter": RECIPE["segment_by"]["newsletter"],
        "takes_it": {"category": "case when newsletter = 1 then 'yes' else 'no' end"},
        "spend": RECIPE["segment_by"]["spend"],
    },
}


def judge(spark: SparkSession, found: Outcome) -> list[str]:
    """What differs on the page, is written badly, or is not true of a segment that is called so."""
    numbers, wrong = find_differences(spark, found.run)
    assert numbers > 100
    customers = spark.read.parquet(str(found.run / "customers")).toPandas()
    wrong += find_false_words(found.record["recipe"], customers, {"spend"}, set())
    return wrong + find_faults((found.run / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("recipe", [RECIPE, ONLY, FILLED], ids=["mixed", "categories alone", "filled"])
def test_every_number_and_name_is_what_the_customers_say(
    recipe: dict[str, Any], train: Train, spark: SparkSession
) -> None:
    found = train(draw_customers(), recipe)
    assert found.code == 0, found.err
    assert judge(spark, found) == []


@pytest.mark.parametrize("table", ["mixed_cat.csv", "categorical_only.csv"])
def test_tables_that_people_bring(table: str, train: Train, spark: SparkSession) -> None:
    if not (CASES / table).exists():
        pytest.skip("the tables that people bring are not on this machine")
    cuts: dict[str, Any] = {"tier": {"category": "tier"}, "city": {"category": "city"}}
    if table == "mixed_cat.csv":
        cuts = {
            "spend": {"sql": "spend", "transform": "log1p"},
            "tier": cuts["tier"],
            "channel": {"category": "channel"},
        }
    found = train(CASES / table, {**RECIPE, "input": {"id": "customer_id"}, "segment_by": cuts, "check": {}})
    assert judge(spark, found) == []


def test_education_beside_spend_and_recency(train: Train, spark: SparkSession, shared_data: Path) -> None:
    spend = "MntWines + MntFruits + MntMeatProducts + MntFishProducts + MntSweetProducts + MntGoldProds"
    recipe = {
        **RECIPE,
        "input": {"id": "ID", "format": "csv", "options": {"sep": "\t"}},
        "segment_by": {
            "spend": {"sql": spend, "transform": "log1p", "unit": "money in 2 years"},
            "recency": {"sql": "Recency", "unit": "days"},
            "education": {"category": "Education"},
        },
        "check": {"answered": "Response"},
        "protected": ["Marital_Status"],
    }
    assert judge(spark, train(shared_data / "marketing_campaign.csv", recipe)) == []


def test_what_the_page_says_of_categories(train: Train) -> None:
    html = (train(draw_customers(), RECIPE).run / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html)).replace("\u00a0", " ")
    assert "3 levels kept, 7 are other (" in text
    assert "; missing is a level" in text
    assert "ranks: 0 Bronze, 1 Silver, 2 Gold" in text
    assert "Region: North" in text
    assert "Cut the segments: newsletter" in text
    assert re.search(r"(region|newsletter) is (not )?(North|0|1)", text)
    assert "over 0.5" not in text.replace("tier over 0.5", "")
    assert "times all (" in text
    decides = html[html.index("What decides") : html.index("What was left out")]
    assert len(re.findall("<li>", decides)) == 4
    assert "__" not in text


def test_a_share_and_a_lift_that_are_not_the_customers_are_found(
    train: Train, spark: SparkSession, tmp_path: Path
) -> None:
    run = train(draw_customers(), RECIPE).run
    html = (run / "report.html").read_text(encoding="utf-8")
    for measure in ("mean", "lift", "lift low", "lift high"):
        marked = re.search(rf'<data value="([^"]*)" data-of="{measure}\|region__north\|0"', html)
        assert marked
        copied = tmp_path / measure
        shutil.copytree(run, copied)
        changed = html.replace(marked[0], marked[0].replace(marked[1], "0.123"))
        (copied / "report.html").write_text(changed, encoding="utf-8")
        assert find_differences(spark, copied)[1], measure


def test_lifts_stand_in_the_profile(train: Train) -> None:
    run = train(draw_customers(), RECIPE).run
    profile = pd.read_csv(run / "profile.csv").set_index("segment")
    customers = pd.read_parquet(run / "customers")
    has = customers["feature_region"] == "North"
    for segment, row in profile.iterrows():
        own = has[customers["segment"].astype(int) == segment].mean()
        assert row["mean_region__north"] == pytest.approx(own)
        assert row["lift_region__north"] == pytest.approx(own / has.mean())
        assert row["lift_low_region__north"] <= row["lift_region__north"] <= row["lift_high_region__north"]
