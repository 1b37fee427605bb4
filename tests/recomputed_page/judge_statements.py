"""Whether the numbers of a sentence stand in what the sentence comes from."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

import pandas as pd

from tests.recomputed_page.cautions import list_cautions, list_objections
from tests.recomputed_page.compute import read_leaves
from tests.recomputed_page.read_page import Statement
from tests.recomputed_page.truth import Truth


def judge_statement(statement: Statement, truth: Truth) -> list[str]:
    """The numbers of a sentence that stand nowhere in what it comes from."""
    sources: dict[str, Callable[[], list[float]]] = {
        "structure": lambda: list_structure(truth),
        "chosen again": lambda: [*truth.record["choice"]["chosen_again"], *range(101)],
        "rule": lambda: list_bounds(truth),
        "treatment": lambda: list_treatments(truth.sample),
        "method": lambda: [*list_settings(truth), *list_spark_ml(truth)],
        "since live": lambda: list_records(truth),
        "comparison": lambda: list_records(truth),
        "careful": lambda: [*list_choice_figures(truth), *list_settings(truth), *list_cautions(truth.sample)],
        "objection": lambda: [*list_objections(truth), *list_objections(truth.sample)],
        "action": lambda: [*list_objections(truth), *list_objections(truth.sample)],
    }
    text = re.sub(r"“[^”]*”|'[^']*'|run \S+|\S*/\S+", "", statement.text)
    for name in truth.list_level_texts():
        text = text.replace(name, "")
    known = sources.get(statement.origin, lambda: list_choice_figures(truth))()
    words = re.findall(r"(?<![\w.-])\d[\d,]*\.?\d*(?:[\u00a0 ]?%)?", text)
    texts = [word.rstrip(",.") for word in words]
    return [
        f"{text} in {statement.text!r} ({statement.origin})"
        for text in texts
        if not any(fits_some(text, value) for value in known)
    ]


def list_choice_figures(truth: Truth) -> list[float]:
    """The scores of every k, what is asked of them, and how far each cost lies under the chord."""
    scores = truth.sweep.select_dtypes("number").to_numpy().ravel().tolist()
    ks, costs = truth.sweep.index.to_numpy(), truth.sweep["cost"].to_numpy()
    along, height = (
        (ks - ks[0]) / max(ks[-1] - ks[0], 1),
        (costs - costs[-1]) / max(costs[0] - costs[-1], 1e-12),
    )
    found = [*scores, 0.75, 0.5, truth.recipe["segments"]["smallest_share"], *ks, *(1 - along - height)]
    if "explained_independent" in truth.sweep:
        found += [0.01, *(truth.sweep["explained"] - truth.sweep["explained_independent"])]
    return [float(one) for one in found if one == one]


def list_structure(truth: Truth) -> list[float]:
    """The figures of the verdict, two of each error, and what is asked."""
    figures = truth.record["structure"]["figures"]
    doubled = (2 * one for name, one in figures.items() if name.endswith("_se"))
    return [*figures.values(), *doubled, 0.5, figures["valley_cloud"] - 0.1, 0.75, 1, 3]


def list_bounds(truth: Truth) -> list[float]:
    """The bounds of the plain rules, which the shares under them check."""
    return [
        float(word.replace(",", ""))
        for rule, _ in read_leaves(truth)
        for word in re.findall(r"-?\d[\d,]*\.?\d*", rule)
    ]


def list_treatments(truth: Truth) -> list[float]:
    """Fills and bounds of the features, how many were missing, and the shares beyond the bounds."""
    found: list[float] = []
    for one in truth.model["features"]:
        known = truth.values(f"raw {one['name']}")
        ends = [one["lower"], one["upper"]]
        found += [end for end in (one["fill"], *ends) if end is not None]
        found += [float((known < ends[0]).mean())] if ends[0] is not None else []
        found += [float((known > ends[1]).mean())] if ends[1] is not None else []
        found.append(truth.record["rows"]["missing"][one["category"] or one["name"]])
    return [*found, *list_level_counts(truth)]


def list_level_counts(truth: Truth) -> list[float]:
    """How many levels a category has, how many values are none, the share of customers with these, and
    ranks."""
    found: list[float] = []
    for name, one in truth.recipe["segment_by"].items():
        values = {value for some in one["levels"].values() for value in some}
        rest = [value for value in one["other"] or () if value and value not in values]
        found += [len([level for level in one["levels"] if level != "missing"]), len(rest)]
        found += [float(rank) for rank in range(len(one["order"]))]
        found += [truth.mean(c, "all") for c, pair in truth.levels.items() if pair == (name, "other")]
    return found


def list_records(truth: Truth) -> list[float]:
    """All that the run says of its live run and of other algorithms, and the sums of its flows."""
    found = (
        [truth.record["live"], json.loads((truth.run / "drift.json").read_text())]
        if truth.record["live"]
        else []
    )
    wanted = (0.02, truth.recipe["segments"]["smallest_share"])
    numbers = [*re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", json.dumps(found)), *range(20), *wanted]
    for name in ("movement.csv", "comparison.csv"):
        if (truth.run / name).exists():
            table = pd.read_csv(truth.run / name)
            numbers += table.select_dtypes("number").to_numpy().ravel().tolist()
    if (truth.run / "movement.csv").exists():
        numbers += sum_flows(pd.read_csv(truth.run / "movement.csv"))
    return [float(one) for one in numbers if one == one]


def sum_flows(flows: pd.DataFrame) -> list[float]:
    """Customers there on both nights, new and gone; shares of them that moved, and by whom. Estimated flows
    are rounded one by one, so that the counts may be some off."""
    came, left = flows["from_segment"].isna(), flows["to_segment"].isna()
    both = flows[~came & ~left]
    moved = both[both["from_segment"] != both["to_segment"]]
    known = both["customers"].sum()
    sums = [moved["customers"].sum(), both["customers_changed"].sum(), both["model_changed"].sum()]
    counts = (known, flows[came]["customers"].sum(), flows[left]["customers"].sum())
    whole = [count + off for count in counts for off in range(-len(flows), len(flows) + 1)]
    return [*whole, *(one / known for one in sums), moved["value"].sum()]


def list_settings(truth: Truth) -> list[float]:
    """Settings of the sweep, rows of the sample, small counts, and values that were missing."""
    sweep, rows = truth.recipe["sweep"], truth.record["sample"]["rows"]
    missing = truth.record["rows"]["missing"].values()
    effective = truth.weights.sum() ** 2 / (truth.weights**2).sum()
    weighted = [truth.weights.sum(), effective, truth.count_sampled()]
    return [sweep["restarts"], sweep["seed"], len(truth.labels), rows, *range(20), *missing, *weighted]


def list_spark_ml(truth: Truth) -> list[float]:
    """What a run on Spark says of Spark ML: its silhouette, which scikit-learn has too, and what its own
    KMeans costs beside ours."""
    found = truth.record["spark_ml"] or {}
    known = [float(one) for one in found.values() if isinstance(one, int | float)]
    costs = [one / other - 1 for one in known for other in known if other]
    return [*known, *costs, *truth.sweep["silhouette"].tolist()]


def fits_some(text: str, value: float) -> bool:
    return math.isfinite(value) and (fits(text, value) or fits(text, value + 1e-9) or cuts(text, value))


def cuts(text: str, value: float) -> bool:
    """Whether the text is the value cut off, as a figure under its threshold is written."""
    digits = len(text.rstrip("%").partition(".")[2])
    scale = 100.0 if text.endswith("%") else 1.0
    return math.isclose(
        math.floor(value * scale * 10**digits) / 10**digits, float(text.rstrip("%\u00a0").replace(",", ""))
    )


def fits(text: str, value: float) -> bool:
    """Whether the text is the value, rounded to the digits that it has."""
    plain = text.replace(",", "").replace("−", "-").replace("\u00a0", "")
    scale = 100.0 if plain.endswith("%") else 1.0
    written = float(plain.rstrip("%"))
    digits = len(plain.rstrip("%").partition(".")[2].partition("e")[0])
    reach = 0.5 * 10.0**-digits * (10.0 ** int(plain.partition("e")[2]) if "e" in plain else 1)
    return abs(written - value * scale) <= reach * (1 + 1e-9)
