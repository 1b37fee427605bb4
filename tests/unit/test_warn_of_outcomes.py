"""`train` says where a recipe cuts by an outcome, or by what gives one away."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.recipe import Recipe, parse
from custseg_spark.steps.warn_of_outcomes import find_carriers

ROWS = 600


def build_recipe(features: dict[str, str], check: dict[str, str]) -> Recipe:
    return parse({"input": {"path": "t.csv", "id": "id"}, "segment_by": features, "check": check})


@pytest.fixture
def churned() -> np.ndarray[Any, Any]:
    return np.random.default_rng(3).random(ROWS) < 0.2


def find(recipe: Recipe, raw: dict[str, Any], outcome: Any) -> list[str]:
    described = pd.DataFrame(dict.fromkeys(recipe.check, outcome), index=range(ROWS))
    return list(find_carriers(recipe, pd.DataFrame(raw), described))


def test_a_column_that_carries_an_outcome_in_its_name(churned: Any) -> None:
    random = np.random.default_rng(4)
    raw = {"activity": random.random(ROWS), "spend": random.random(ROWS), "score": random.random(ROWS)}
    features = {"activity": "model_p_churn_inactive / 2", "spend": "spend", "score": "response_score"}
    recipe = build_recipe(features, {"answered": "Response"})
    assert find(recipe, raw, churned.astype(int)) == [
        "segment_by.activity: model_p_churn_inactive carries an outcome in its name (churn)",
        "segment_by.score: response_score carries an outcome in its name (response)",
    ]


def test_a_feature_that_tells_an_outcome(churned: Any) -> None:
    random = np.random.default_rng(5)
    raw = {
        "last_call": np.where(churned, 1, 3) + random.random(ROWS),
        "spend": churned + 2 * random.random(ROWS),
    }
    recipe = build_recipe({"last_call": "last_call", "spend": "spend"}, {"left_us": "left_us"})
    assert find(recipe, raw, churned) == ["segment_by.last_call tells left_us almost by itself (AUC 1.00)"]


def test_a_number_under_check_is_no_outcome_of_two_values(churned: Any) -> None:
    spend = np.random.default_rng(6).random(ROWS)
    recipe = build_recipe({"spend": "spend_2024"}, {"spend_after": "spend"})
    assert find(recipe, {"spend": spend}, spend * 2) == []
