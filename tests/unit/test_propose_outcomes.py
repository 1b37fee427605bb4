"""What segments are checked by, and the columns that would give it away."""

import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from custseg_spark.propose.choose_features import choose_features
from custseg_spark.propose.column_kinds import ColumnKind, look_at_column, look_at_columns
from custseg_spark.propose.outcomes import FEWEST, TELLS, find_outcome_words, is_outcome, measure_telling
from custseg_spark.propose.write_yaml import write_recipe

ROWS = 800
SCRIPT = Path(__file__).parents[2] / "scripts" / "outcome-bound"
pytestmark = pytest.mark.usefixtures("no_trial")


def build_table(**more: Any) -> pd.DataFrame:
    random = np.random.default_rng(1)
    churned = random.random(ROWS) < 0.2
    table = {
        "customer_id": np.arange(1000, 1000 + ROWS),
        "spend": random.lognormal(4, 1, ROWS).round(2),
        "visits": random.poisson(15, ROWS),
        "churn": np.where(churned, "Yes", "No"),
    }
    return pd.DataFrame(table | {name: make(churned, random) for name, make in more.items()}).astype(str)


def choose(table: pd.DataFrame) -> Any:
    return choose_features(look_at_columns(table.drop(columns="customer_id")))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("y", ["yes", "no"]),
        ("Attrition_Flag", ["Existing Customer", "Attrited Customer"]),
        ("Risk", ["good", "bad"]),
        ("loan default", [0, 1]),
        ("Revenue", [True, False]),
        ("churn ", ["True", "False"]),
        ("Exited", [0, 1]),
        ("Award?", [0, 1]),
        ("credit_risk", [1, 2]),
        ("Abwanderung", ["ja", "nein"]),
    ],
)
def test_what_is_named_like_an_answer_of_two_values(name: str, values: list[Any]) -> None:
    assert is_outcome(look_at_column(name, pd.Series(values * 50)))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("churn_reason", ["price", "moved", "service"]),
        ("response_time", [1.5, 2.5, 7.0]),
        ("left_handed", [0, 1]),
        ("revenue", [10.0, 20.0, 30.0]),
        ("newsletter", ["yes", "no"]),
    ],
)
def test_what_is_no_outcome(name: str, values: list[Any]) -> None:
    assert not is_outcome(look_at_column(name, pd.Series(values * 50)))


@pytest.mark.parametrize(
    ("name", "outcome", "expected"),
    [
        ("Naive_Bayes_Classifier_Attrition_Flag_Card_Category_1", ("attrition", "flag"), ("attrition",)),
        ("model_p_churn_inactive", (), ("churn",)),
        ("ChurnScore", (), ("churn",)),
        ("risk_score", ("risk",), ("risk",)),
        ("risk_score", ("churn",), ()),
        ("response_time", ("y",), ()),
        ("flag_count", ("attrition", "flag"), ()),
    ],
)
def test_a_name_carries_an_outcome(name: str, outcome: tuple[str, ...], expected: tuple[str, ...]) -> None:
    words = look_at_column(name, pd.Series([1.0, 2.0])).words
    assert find_outcome_words(words, [outcome]) == expected


def test_a_classifiers_output_neither_cuts_nor_describes() -> None:
    table = build_table(
        model_p_churn_inactive=lambda churned, random: 0.9 * churned + random.random(ROWS) / 20
    )
    proposal = write_recipe(table, path="t.csv", format="csv", options={})
    assert "#   model_p_churn_inactive: carries an outcome in its name (churn)" in proposal.text
    assert proposal.text.count("model_p_churn_inactive") == 2, "there and in the notice"
    assert "model_p_churn_inactive: carries an outcome in its name (churn), so that no" in proposal.notices[0]


@pytest.mark.parametrize(
    "make",
    [
        lambda churned, random: churned * 2.0 + random.random(ROWS),
        lambda churned, random: 5 - churned * 2.0 + random.random(ROWS),
        lambda churned, random: np.where(
            churned, random.choice([1, 4], ROWS), random.choice([2, 3, 5], ROWS)
        ),
        lambda churned, random: np.where(churned, random.choice(["price", "moved"], ROWS), ""),
        lambda churned, random: np.where(churned, random.choice(["2024-03-01", "2024-04-30"], ROWS), ""),
        lambda churned, random: (churned ^ (random.random(ROWS) < 0.005)).astype(int),
    ],
    ids=["high", "low", "codes", "a reason", "a date", "a flag"],
)
def test_what_tells_an_outcome_whatever_it_is_called(make: Any) -> None:
    choice = choose(build_table(note=make))
    assert choice.left["note"].startswith("tells churn almost by itself (AUC ")
    assert choice.notices[0].startswith("note: tells churn almost by itself")


def test_an_honest_predictor_stays() -> None:
    table = build_table(calls=lambda churned, random: (churned * 1.5 + random.normal(size=ROWS)).round(3))
    choice = choose(table)
    calls, churn = (look_at_column(name, table[name]) for name in ("calls", "churn"))
    assert 0.8 < measure_telling(calls.values, churn.values) < TELLS
    assert not choice.left
    assert "calls" in {feature.columns[0] for feature in choice.features} | {*choice.remarks}


def test_the_telling_of_an_order_is_the_area_under_the_curve() -> None:
    rng = np.random.default_rng(5)
    truth = pd.Series(rng.integers(0, 2, 400).astype(float))
    values = pd.Series((rng.normal(size=400) + truth).round(1))  # with ties
    found = measure_telling(values, truth)
    assert found == pytest.approx(roc_auc_score(truth, values), abs=1e-12)


def test_of_few_answers_nothing_is_said() -> None:
    truth = pd.Series([1.0] * (FEWEST - 1) + [0.0] * 100)
    assert np.isnan(measure_telling(truth, truth))
    truth = pd.Series([1.0] * FEWEST + [0.0] * 100)
    assert measure_telling(truth, truth) == 1


def test_chance_does_not_tell_an_outcome() -> None:
    random = np.random.default_rng(8)
    truth = pd.Series([1.0] * FEWEST + [0.0] * 300).sample(frac=1, random_state=1, ignore_index=True)
    columns = [pd.Series(random.integers(0, levels, 330)) for levels in (2, 8, 30, 300) for _ in range(25)]
    assert max(measure_telling(column, truth) for column in columns) < 0.75


def test_several_outcomes_are_checked_and_do_not_betray_each_other() -> None:
    table = build_table(exited=lambda churned, random: churned.astype(int))
    choice = choose(table)
    assert [outcome.name for outcome in choice.outcomes] == ["churn", "exited"]
    assert not choice.left


def test_of_an_outcome_of_two_numbers_the_higher_is_counted() -> None:
    table = build_table(risk=lambda churned, random: 1 + churned.astype(int)).drop(columns="churn")
    text = write_recipe(table, path="t.csv", format="csv", options={}).text
    assert "check:\n  risk: cast(risk = 2 as int)\n" in text
    assert "    risk: int\n" in text


def test_what_must_not_decide_stays_shown_though_it_tells() -> None:
    table = build_table(age=lambda churned, random: 30 + 30 * churned)
    kinds: list[ColumnKind] = look_at_columns(table)
    assert choose_features(kinds).left == {}
    text = write_recipe(table, path="t.csv", format="csv", options={}).text
    assert "protected: [age]" in text


def test_a_sum_that_tells_an_outcome_is_not_offered() -> None:
    def share(churned: Any, random: Any) -> Any:
        return (10 * churned + random.integers(0, 12, ROWS)).astype(int)

    table = build_table(amt_a=share, amt_b=share, amt_c=share)
    choice = choose(table)
    assert all(len(feature.columns) == 1 for feature in choice.features)


def test_the_script_prints_what_each_column_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = build_table(score=lambda churned, random: churned + random.normal(0, 0.1, ROWS))
    table.to_csv(tmp_path / "t.csv", index=False)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(tmp_path / "t.csv"), "churn"])
    monkeypatch.setenv("CUSTSEG_ENGINE", "spark")  # which the program sets, and other tests are not to find
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert ended.value.code == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "1.000  score  left out"
    assert len(told) == 4
    assert not any(line.endswith("left out") for line in told[1:])
