"""Plain rules: they find planted borders, stay readable, and agree as far as they say they do."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from custseg_spark.segments.rules import Condition, find_rules


def customers(n: int = 2000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    spend, recency = rng.integers(0, 1000, n).astype(float), rng.integers(0, 100, n).astype(float)
    segment = np.where(spend <= 512, 2, np.where(recency <= 49, 1, 0))
    return pd.DataFrame({"feature_spend": spend, "feature_recency": recency, "segment": segment})


def test_planted_borders_are_found_and_told() -> None:
    found = find_rules(customers(), ["spend", "recency"])
    assert found.fidelity >= 0.995
    assert [rule.segment for rule in found.rules] == [0, 1, 2]
    gone, here, small = (rule.conditions for rule in found.rules)
    assert [c.feature for c in gone] == ["spend", "recency"]
    assert (gone[1], here[1]) == (Condition("recency", over=49), Condition("recency", at_most=49))
    assert small == (Condition("spend", at_most=gone[0].over),)
    assert gone[0].over == pytest.approx(512, abs=4)
    assert sum(rule.share for rule in found.rules) == pytest.approx(1)


def noisy() -> pd.DataFrame:
    """Four segments with borders askew to the axes, so that no tree is exact."""
    rng = np.random.default_rng(1)
    points = rng.normal(size=(3000, 3))
    segment = (points[:, 0] + points[:, 1] > 0) * 2 + (points[:, 1] - points[:, 2] > 0.3)
    frame = pd.DataFrame(points * [311.7, 0.0123, 9.87], columns=["feature_a", "feature_b", "feature_c"])
    return frame.assign(segment=segment.astype(int))


def test_the_sql_repeats_as_many_labels_as_the_rules_say() -> None:
    sample = noisy()
    found = find_rules(sample, ["a", "b", "c"])
    case = found.sql({name: f"coalesce(feature_{name}, 0)" for name in "abc"})
    given = duckdb.execute(f"SELECT {case} AS given, segment FROM sample").df()
    assert (given["given"] == given["segment"]).mean() == pytest.approx(found.fidelity)
    for rule in found.rules:
        where = " AND ".join(c.sql(f"feature_{c.feature}") for c in rule.conditions)
        held = duckdb.execute(f"SELECT segment FROM sample WHERE {where}").df()["segment"]
        assert len(held) / len(sample) == pytest.approx(rule.share)
        assert (held == rule.segment).mean() == pytest.approx(rule.right)


def test_rounding_keeps_the_labels_and_shortens_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    rounded = find_rules(noisy(), ["a", "b", "c"])
    monkeypatch.setattr("custseg_spark.segments.rules._shorten", lambda number: iter([number]))
    exact = find_rules(noisy(), ["a", "b", "c"])
    assert len(rounded.rules) <= 8
    assert rounded.fidelity >= exact.fidelity - 0.005
    bounds = [
        b for rule in rounded.rules for c in rule.conditions for b in (c.over, c.at_most) if np.isfinite(b)
    ]
    assert max(len(f"{abs(bound):.10g}".strip("0.").replace(".", "")) for bound in bounds) <= 3


def test_exactly_one_rule_holds_for_any_customer() -> None:
    found = find_rules(noisy(), ["a", "b", "c"])
    values = np.random.default_rng(2).normal(size=(500, 3)) * [900, 0.05, 30]
    anyone = pd.DataFrame(values, columns=["a", "b", "c"])
    wheres = [" AND ".join(c.sql(c.feature) for c in rule.conditions) for rule in found.rules]
    held = duckdb.execute(
        f"SELECT {' + '.join(f'({where})::INT' for where in wheres)} AS held FROM anyone"
    ).df()
    assert len(anyone) == len(held)
    assert (held["held"] == 1).all()


def test_rules_side_by_side_are_told_as_one() -> None:
    """The tree cuts c first, for that explains most, and then a at 1 on both sides."""
    sample = pd.DataFrame({"feature_a": [1.0, 2, 2, 2, 2] * 40, "feature_c": [0.0] * 100 + [1.0] * 100})
    sample["segment"] = [0, 1, 1, 1, 1] * 20 + [0, 2, 2, 2, 2] * 20
    found = find_rules(sample, ["a", "c"])
    assert [(rule.text(), rule.segment, rule.share, rule.right) for rule in found.rules] == [
        ("a at most 1", 0, 0.2, 1.0),
        ("a over 1 and c at most 0.5", 1, 0.4, 1.0),
        ("a over 1 and c over 0.5", 2, 0.4, 1.0),
    ]


def test_rules_with_another_between_them_stay_two() -> None:
    sample = pd.DataFrame({"feature_a": [1.0, 2, 3] * 50, "segment": [0, 1, 0] * 50})
    texts = [rule.text() for rule in find_rules(sample, ["a"]).rules]
    assert sorted(texts) == ["a at most 1", "a over 1 and at most 2", "a over 2"]


def test_a_missing_value_has_no_rule_and_one_segment_needs_none() -> None:
    found = find_rules(customers(), ["spend", "recency"])
    case = found.sql({"spend": "CAST(NULL AS DOUBLE)", "recency": "1.0"})
    assert duckdb.execute(f"SELECT {case} AS s").fetchall() == [(None,)]
    alone = find_rules(customers().assign(segment=3), ["spend", "recency"])
    assert [(rule.text(), rule.right) for rule in alone.rules] == [("everyone", 1.0)]
    assert duckdb.execute(f"SELECT {alone.sql({})} AS s").fetchall() == [(3,)]


def test_conditions_in_words_and_sql() -> None:
    both = Condition("total_spend", over=1000, at_most=2500.5)
    assert both.text() == "total spend over 1,000 and at most 2,500.5"
    assert both.sql("a + b") == "(a + b) > 1000 AND (a + b) <= 2500.5"
