"""The segments as plain rules: a shallow tree that best repeats the labels, in readable numbers.

The rules explain, they do not label: the model does that. How far they agree with it is measured on
the sample after the numbers were rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.trees import TreeNodes, grow_tree
from custseg_spark.wording import write_label
from custseg_spark.workers import run_each

MOST_LEAVES = 8
LEAST_SHARE = 0.005
"""A rule that holds for a smaller share of the customers is not made."""
ROUNDING_COST = 0.005
"""Rounding may cost at most this share of the labels."""
_Box = NDArray[np.float64]
"""(d, 2): what the values of each feature are over, and what they are at most."""
Levels = Mapping[str, tuple[str, str]]
_NO_LABELS: Mapping[str, str] = MappingProxyType({})
_NO_LEVELS: Levels = MappingProxyType({})


@dataclass(frozen=True)
class Condition:
    """A feature's value is over `over` and at most `at_most`, in its unit; infinity is no bound."""

    feature: str
    over: float = -math.inf
    at_most: float = math.inf

    def text(self, labels: Mapping[str, str] = _NO_LABELS, levels: Levels = _NO_LEVELS) -> str:
        """spend over 512; recency at most 49; spend over 100 and at most 512; tier is not Gold. `labels`:
        what features are called, where not by their names in words; `levels`: what the category of each level
        is called, and the level."""
        if self.feature in levels:
            category, level = levels[self.feature]
            return f"{category} is {level}" if math.isfinite(self.over) else f"{category} is not {level}"
        bounds = [("over", self.over), ("at most", self.at_most)]
        between = " and ".join(f"{say} {b:,.10g}" for say, b in bounds if math.isfinite(b))
        return f"{labels.get(self.feature) or write_label(self.feature)} {between}"

    def sql(self, expression: str) -> str:
        bounds = [(">", self.over), ("<=", self.at_most)]
        return " AND ".join(f"({expression}) {sign} {b:.10g}" for sign, b in bounds if math.isfinite(b))


@dataclass(frozen=True)
class SegmentRule:
    """All conditions -> segment. share: of the customers; right: the share of these that are in it."""

    conditions: tuple[Condition, ...]
    segment: int
    share: float
    right: float

    def text(self, labels: Mapping[str, str] = _NO_LABELS, levels: Levels = _NO_LEVELS) -> str:
        """spend over 512 and recency at most 49; "everyone" where there is no condition. Where a category is
        a level, that it is not another one is left out."""
        given = {levels[c.feature][0] for c in self.conditions if c.feature in levels and c.over > 0}
        told = (
            c.text(labels, levels)
            for c in self.conditions
            if c.feature not in levels or c.over > 0 or levels[c.feature][0] not in given
        )
        return " and ".join(told) or "everyone"


@dataclass(frozen=True)
class SegmentRules:
    """At most eight rules, by segment and then by share; exactly one holds for any customer.

    fidelity: share of the sample whose label the rules repeat.
    """

    rules: tuple[SegmentRule, ...]
    fidelity: float

    def sql(self, expressions: Mapping[str, str]) -> str:
        """A CASE that gives the segment id; null where a feature is null.

        expressions: SQL of each feature in its unit, with its imputation. Clipping can be left out: no
        rule's number lies beyond a bound.
        """
        if not self.rules[0].conditions:
            return f"CASE WHEN TRUE THEN {self.rules[0].segment} END"
        whens = [" AND ".join(c.sql(expressions[c.feature]) for c in rule.conditions) for rule in self.rules]
        lines = [f"  WHEN {when} THEN {rule.segment}" for when, rule in zip(whens, self.rules, strict=True)]
        return "\n".join(["CASE", *lines, "END"])


def find_rules(sample: pd.DataFrame, features: Sequence[str], seed: int = 42) -> SegmentRules:
    """The rules that best repeat `segment` of the labelled sample frame from its `feature_<name>` columns."""
    values = sample[[f"feature_{name}" for name in features]].to_numpy(dtype=np.float64)
    labels = sample["segment"].to_numpy(dtype=np.int64)
    least = max(1, round(LEAST_SHARE * len(labels)))
    (grown,) = run_each(grow_tree, [(values, labels, MOST_LEAVES, least, seed)])
    tree = _round_tree(_Tree(*grown), values, labels)
    reached = [(segment, box) for segment, box in tree.cut(len(features)) if _find_inside(values, box).any()]
    rules = []
    for segment, box in _join_boxes(reached):
        inside = _find_inside(values, box)
        bounds = zip(features, box.tolist(), strict=True)
        conditions = tuple(Condition(name, *at) for name, at in bounds if np.isfinite(at).any())
        rules.append(
            SegmentRule(conditions, segment, float(inside.mean()), float((labels[inside] == segment).mean()))
        )
    rules.sort(key=lambda rule: (rule.segment, -rule.share))
    return SegmentRules(tuple(rules), fidelity=tree.measure_fidelity(values, labels))


class _Tree(TreeNodes):
    """A tree whose labels are segments."""

    def cut(self, features: int) -> list[tuple[int, _Box]]:
        """The leaves: the segment that each gives, and its box."""
        boxes = {0: np.tile([-math.inf, math.inf], (features, 1))}
        for node in np.flatnonzero(self.low >= 0).tolist():
            low, column = boxes.pop(node), self.column[node]
            high = low.copy()
            low[column, 1] = min(self.at[node], low[column, 1])
            high[column, 0] = max(self.at[node], high[column, 0])
            boxes |= {int(self.low[node]): low, int(self.high[node]): high}
        return [(int(self.label[leaf]), boxes[leaf]) for leaf in sorted(boxes)]

    def measure_fidelity(self, values: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
        """The share of the `labels` (n,) that the tree gives the `values` (n, d) too."""
        leaves = self.cut(values.shape[1])
        right = [_find_inside(values, box) & (labels == segment) for segment, box in leaves]
        return float(np.any(right, axis=0).mean())


def _find_inside(values: NDArray[np.float64], box: _Box) -> NDArray[np.bool_]:
    """(n, d) values -> (n,) whether they lie in a box."""
    return np.asarray(((values > box[:, 0]) & (values <= box[:, 1])).all(axis=1))


def _join_boxes(boxes: list[tuple[int, _Box]]) -> list[tuple[int, _Box]]:
    """Boxes of one segment that lie side by side as one: recency at most 52, recency over 52 -> any."""
    for (segment, one), (other_segment, other) in permutations(boxes, 2):
        differing = np.flatnonzero((one != other).any(axis=1))
        if segment == other_segment and len(differing) == 1 and one[differing, 1] == other[differing, 0]:
            joined = np.column_stack([one[:, 0], other[:, 1]])
            apart = [box for box in boxes if box[1] is not one and box[1] is not other]
            return _join_boxes([(segment, joined), *apart])
    return boxes


def _round_tree(tree: _Tree, values: NDArray[np.float64], labels: NDArray[np.int64]) -> _Tree:
    """The tree with each number as short as can be, from the root on, at `ROUNDING_COST` in all."""
    exact, splits = tree.measure_fidelity(values, labels), np.flatnonzero(tree.low >= 0)
    for done, node in enumerate(splits, start=1):
        least = exact - ROUNDING_COST * done / len(splits)
        for number in _shorten(float(tree.at[node])):
            at = tree.at.copy()
            at[node] = number
            tried = tree._replace(at=at)
            if tried.measure_fidelity(values, labels) >= least:
                tree = tried
                break
    return tree


def _shorten(number: float) -> Iterator[float]:
    """The number to one, two ... six significant digits: the nearest, then the next below.

    Below, because between two whole values scikit-learn splits in the middle: at 49.5 means at 49.
    """
    size = math.floor(math.log10(abs(number))) if number else 0
    for digits in range(1, 7):
        place = digits - 1 - size
        yield round(number, place)
        yield round(math.floor(number * 10.0**place) / 10.0**place, max(0, place))
