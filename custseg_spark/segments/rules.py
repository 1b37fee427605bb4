"""The segments as plain rules: a shallow tree that best repeats the labels, in readable numbers.

The rules explain, they do not label: the model does that. How far they agree with it is measured on
the sample after the numbers were rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from custseg_spark.wording import write_label

MOST_LEAVES = 8
LEAST_SHARE = 0.005
"""A rule that holds for a smaller share of the customers is not made."""
ROUNDING_COST = 0.005
"""Rounding may cost at most this share of the labels."""


@dataclass(frozen=True)
class Condition:
    """A feature's value is over `over` and at most `at_most`, in its unit; None is no bound."""

    feature: str
    over: float | None = None
    at_most: float | None = None

    def text(self) -> str:
        """spend over 512; recency at most 49; spend over 100 and at most 512."""
        bounds = [("over", self.over), ("at most", self.at_most)]
        between = " and ".join(f"{say} {b:,.10g}" for say, b in bounds if b is not None)
        return f"{write_label(self.feature)} {between}"

    def sql(self, expression: str) -> str:
        bounds = [(">", self.over), ("<=", self.at_most)]
        return " AND ".join(f"({expression}) {sign} {b:.10g}" for sign, b in bounds if b is not None)


@dataclass(frozen=True)
class Rule:
    """All conditions -> segment. share: of the customers; right: the share of these that are in it."""

    conditions: tuple[Condition, ...]
    segment: int
    share: float
    right: float

    def on(self, feature: str) -> Condition:
        return next(
            (condition for condition in self.conditions if condition.feature == feature), Condition(feature)
        )

    def text(self) -> str:
        """spend over 512 and recency at most 49; "everyone" where there is no condition."""
        return " and ".join(condition.text() for condition in self.conditions) or "everyone"


@dataclass(frozen=True)
class Rules:
    """At most eight rules, by segment and then by share; exactly one holds for any customer.

    fidelity: share of the sample whose label the rules repeat. found: per segment, the share of its
    customers that the rules put into it; 0 for a segment without a rule.
    """

    rules: tuple[Rule, ...]
    fidelity: float
    found: Mapping[int, float]

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


def find_rules(sample: pd.DataFrame, features: Sequence[str], seed: int = 42) -> Rules:
    """The rules that best repeat `segment` of the labelled sample frame from its `feature_<name>` columns."""
    values = sample[[f"feature_{name}" for name in features]].to_numpy(dtype=np.float64)
    labels = sample["segment"].to_numpy(dtype=np.int64)
    least = max(1, round(LEAST_SHARE * len(labels)))
    grown = DecisionTreeClassifier(max_leaf_nodes=MOST_LEAVES, min_samples_leaf=least, random_state=seed)
    tree = _round_tree(_Tree.of(grown.fit(values, labels)), values, labels)
    leaves, given = tree.leaves(values), tree.labels(values)
    rules = [
        Rule(
            tree.conditions(leaf, features),
            int(tree.segment[leaf]),
            share=float((leaves == leaf).mean()),
            right=float((labels[leaves == leaf] == tree.segment[leaf]).mean()),
        )
        for leaf in np.unique(leaves)
    ]
    return Rules(
        tuple(sorted(_join_rules(rules, features), key=lambda rule: (rule.segment, -rule.share))),
        fidelity=float((given == labels).mean()),
        found={
            int(segment): float((given[labels == segment] == segment).mean()) for segment in np.unique(labels)
        },
    )


@dataclass(frozen=True)
class _Tree:
    """Splits and leaves as arrays (m,), the root first and children behind their parents.

    A split sends values of `column` that are at most `at` to node `low` and the others to `high`; of a
    leaf these are -1, and it gives `segment`.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    column: NDArray[np.int64]
    at: NDArray[np.float64]
    segment: NDArray[np.int64]

    @classmethod
    def of(cls, grown: DecisionTreeClassifier) -> _Tree:
        """scikit-learn's tree, with two leaves that give the same segment as one."""
        tree = grown.tree_
        low, high = tree.children_left.copy(), tree.children_right.copy()
        segment = grown.classes_[tree.value[:, 0, :].argmax(axis=1)]
        for node in reversed(range(len(low))):
            children = [low[node], high[node]]
            if low[node] >= 0 and (low[children] < 0).all() and len(set(segment[children])) == 1:
                segment[node], low[node], high[node] = segment[low[node]], -1, -1
        return cls(low, high, tree.feature.clip(min=0), tree.threshold, segment)  # a leaf has feature -2

    def leaves(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """(n, d) values -> (n,) the leaf each row comes to."""
        node = np.zeros(len(values), dtype=np.int64)
        rows = np.arange(len(values))
        while (split := self.low[node] >= 0).any():
            is_low = values[rows, self.column[node]] <= self.at[node]
            node = np.where(split, np.where(is_low, self.low[node], self.high[node]), node)
        return node

    def labels(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        return self.segment[self.leaves(values)]

    def conditions(self, leaf: int, features: Sequence[str]) -> tuple[Condition, ...]:
        """The way from the root to a leaf, one condition per feature in recipe order."""
        over: dict[int, float] = {}
        at_most: dict[int, float] = {}
        node = leaf
        while node != 0:
            parent = int(np.flatnonzero((self.low == node) | (self.high == node))[0])
            column, at = int(self.column[parent]), float(self.at[parent])
            if self.low[parent] == node:
                at_most[column] = min(at, at_most.get(column, math.inf))
            else:
                over[column] = max(at, over.get(column, -math.inf))
            node = parent
        used = sorted(over.keys() | at_most.keys())
        return tuple(Condition(features[column], over.get(column), at_most.get(column)) for column in used)


def _join_rules(rules: list[Rule], features: Sequence[str]) -> list[Rule]:
    """Rules of one segment that lie side by side as one: recency at most 52, recency over 52 -> any."""
    for one, other in permutations(rules, 2):
        differing = {condition.feature for condition in set(one.conditions) ^ set(other.conditions)}
        if one.segment != other.segment or len(differing) != 1:
            continue
        (feature,) = differing
        low, high = one.on(feature), other.on(feature)
        if low.at_most is None or low.at_most != high.over:
            continue
        whole = Condition(feature, low.over, high.at_most)
        kept = [condition for condition in one.conditions if condition.feature != feature]
        kept += [whole] if whole != Condition(feature) else []
        share = one.share + other.share
        joined = Rule(
            tuple(sorted(kept, key=lambda condition: features.index(condition.feature))),
            one.segment,
            share,
            (one.right * one.share + other.right * other.share) / share,
        )
        return _join_rules([joined, *(rule for rule in rules if rule not in (one, other))], features)
    return rules


def _round_tree(tree: _Tree, values: NDArray[np.float64], labels: NDArray[np.int64]) -> _Tree:
    """The tree with each number as short as can be, from the root on, at `ROUNDING_COST` in all."""

    def fidelity(tree: _Tree) -> float:
        return float((tree.labels(values) == labels).mean())

    exact, splits = fidelity(tree), np.flatnonzero(tree.low >= 0)
    for done, node in enumerate(splits, start=1):
        least = exact - ROUNDING_COST * done / len(splits)
        for number in _shorter(float(tree.at[node])):
            at = tree.at.copy()
            at[node] = number
            tried = replace(tree, at=at)
            if fidelity(tried) >= least:
                tree = tried
                break
    return tree


def _shorter(number: float) -> Iterator[float]:
    """The number to one, two ... six significant digits: the nearest, then the next below.

    Below, because between two whole values scikit-learn splits in the middle: at 49.5 means at 49.
    """
    size = math.floor(math.log10(abs(number))) if number else 0
    for digits in range(1, 7):
        place = digits - 1 - size
        yield round(number, place)
        yield round(math.floor(number * 10.0**place) / 10.0**place, max(0, place))
