"""Of many numbers of segments those that the floor refuses are not redrawn, and say so."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.clustering import sweep
from custseg_spark.recipe import Recipe
from custseg_spark.results import Decision, TreatedSample
from custseg_spark.steps import choose_k

ASKED: dict[str, Any] = {
    "input": {"id": "id"},
    "segment_by": {"a": "a", "b": "b"},
    "segments": {"k": [2, 5], "smallest_share": 0.2},
    "sweep": {"restarts": 3},
    "evidence": {"bootstraps": 3},
}


def decide(many: int, monkeypatch: pytest.MonkeyPatch, **segments: object) -> Decision:
    """Three clouds of a third each: 4 and 5 cut one of them."""
    monkeypatch.setattr(choose_k, "MANY", many)
    monkeypatch.setattr(choose_k, "propose_names", lambda *_: ("one",))
    rng = np.random.default_rng(1)
    points = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], 60, axis=0) + rng.normal(size=(180, 2))
    recipe = Recipe.model_validate({**ASKED, "segments": {**ASKED["segments"], **segments}})
    partitions = sweep(None, points, range(2, 6), recipe.sweep)  # type: ignore[arg-type]
    treated = TreatedSample((), pd.DataFrame(), points, None, None, len(points))
    return choose_k.choose_k(treated, partitions, recipe)


def test_who_is_under_the_floor_is_not_redrawn_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = decide(4, monkeypatch), decide(3, monkeypatch)
    assert (few.choice.k, many.choice.k, many.choice.why) == (3, 3, few.choice.why)
    assert [c.lowest_jaccard is None for c in few.candidates] == [False] * 4
    for one, other in zip(few.candidates, many.candidates, strict=True):
        under = one.smallest_share < 0.2
        assert under == (one.k > 3)
        gone: dict[str, Any] = {
            "lowest_jaccard": None,
            "lowest_jaccard_se": None,
            "jaccards": (),
            "redraws": (),
            "silhouette_redrawn_se": None,
            "valley_se": None,
            "gap": None,
            "gap_se": None,
            "gap_one": None,
            "gap_one_se": None,
        }
        gone |= {"prediction_strength": None, "prediction_strength_se": None}
        gone |= {"same_names": None, "same_names_se": None}
        assert other == (replace(one, **gone) if under else one)
    said = {k.k: k.why for k in many.choice.runners_up}
    assert said[4].endswith("(at least 20.0% is wanted), so whether it comes back was not asked")
    assert [k for k, why in said.items() if "not asked" in why and k < 4] == []
    assert not any("so whether it comes back was not asked" in k.why for k in few.choice.runners_up)


def test_the_gap_is_taken_of_all_where_it_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = decide(4, monkeypatch, choose="gap"), decide(3, monkeypatch, choose="gap")
    assert [c.gap for c in many.candidates] == [c.gap for c in few.candidates]
    assert few.choice.k == many.choice.k
