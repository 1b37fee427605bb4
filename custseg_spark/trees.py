"""A shallow decision tree, as a worker grows it: scikit-learn's, in plain arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class TreeNodes(NamedTuple):
    """Splits and leaves as arrays (m,), the root first and children behind their parents.

    A split sends values of `column` that are at most `at` to node `low` and the others to `high`; of a
    leaf these are -1, and it gives `label`.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    column: NDArray[np.int64]
    at: NDArray[np.float64]
    label: NDArray[np.int64]


def grow_tree(asked: tuple[NDArray[np.float64], NDArray[np.int64], int, int, int]) -> TreeNodes:
    """The tree that (values (n, d), labels (n,), most leaves, fewest rows of a leaf, seed) give; two leaves
    side by side that give the same label are one."""
    from sklearn.tree import DecisionTreeClassifier

    values, labels, most, least, seed = asked
    grown = DecisionTreeClassifier(max_leaf_nodes=most, min_samples_leaf=least, random_state=seed)
    tree = grown.fit(values, labels).tree_
    low, high = tree.children_left.copy(), tree.children_right.copy()
    label = grown.classes_[tree.value[:, 0, :].argmax(axis=1)]
    for node in reversed(range(len(low))):
        children = [low[node], high[node]]
        if low[node] >= 0 and (low[children] < 0).all() and len(set(label[children])) == 1:
            label[node], low[node], high[node] = label[low[node]], -1, -1
    return TreeNodes(low, high, tree.feature.clip(min=0), tree.threshold, label)  # a leaf has feature -2
