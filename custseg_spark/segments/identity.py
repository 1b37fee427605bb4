"""The thread across runs: which segments of a new run are those of the live run, under the same id and name.

Both models label the same customers today, and the contingency table of the two labellings decides:

1. A live segment splits if two or more new segments each take at least a fifth of it, and each of these
   has over half of its customers from it. A new segment is a merge by the mirrored rule, unless it is
   or takes a part of a split. Neither is said where one part is still nearly the whole (Jaccard
   similarity of at least .75).
2. Of the others, pairs are made so that their Jaccard similarities sum to the most (Hungarian method, Kuhn
   1955). A pair continues, and keeps its id and name, if its similarity is over one half; at one half or
   less a cluster counts as dissolved (Hennig 2008, J. Multivariate Anal. 99, 1154-1176).
3. What is left of the live segments has died, what is left of the new ones is a birth.
4. A new segment that would be a part of a split or a birth, but has over half of its customers from another
   live segment by what they were yesterday, is that one's: customers who changed together are not a part of
   the segment that the old model would put them into today. Its customers then count where they were
   yesterday, and the rules are gone through once more. A segment that merges or continues stays as it is,
   unless the customers whom its live segment had yesterday are mostly in such a new one.

A new segment that does not continue gets an id that was never used before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from custseg_spark.statistics import measure_jaccard

Kind = Literal["continues", "splits", "merges", "dies", "is born"]

DISSOLVED = 0.5
NEARLY_WHOLE = 0.75
LEAST_PART = 0.2
MAINLY = 0.5
_Change = tuple[Kind, tuple[int, ...], tuple[int, ...]]
"""An event by positions in the table: live rows, new columns."""


@dataclass(frozen=True)
class Event:
    """What became of live segments: their ids, the ids of the new ones, and how alike they are.

    similarity: Jaccard of the customers on both sides together; 0 for a death or a birth.
    """

    kind: Kind
    live: tuple[int, ...]
    new: tuple[int, ...]
    similarity: float


@dataclass(frozen=True)
class Identity:
    """ids: of the new segments, in the order of the table's columns. events: live order, births last."""

    ids: tuple[int, ...]
    events: tuple[Event, ...]

    @property
    def continuing_ids(self) -> frozenset[int]:
        """The ids that continue: with them goes the name."""
        return frozenset(event.new[0] for event in self.events if event.kind == "continues")


def cross_tabulate(
    live: NDArray[Any], new: NDArray[Any], live_ids: Sequence[int], k: int
) -> NDArray[np.int64]:
    """(live segments, k) customers by their live id, in the order of `live_ids`, and their new position."""
    row = {segment: position for position, segment in enumerate(live_ids)}
    cells = np.array([row[segment] for segment in live.tolist()], dtype=np.int64) * k + new
    return np.bincount(cells, minlength=len(row) * k).reshape(len(row), k)


def match_segments(
    table: NDArray[Any], live_ids: Sequence[int], used: Iterable[int] = (), then: NDArray[Any] | None = None
) -> Identity:
    """Who is who. table: (live segments, new segments) customers labelled by both models today.

    Only customers that were there on both nights belong in the table: a group that is new to the
    customer table is then a birth, not a part of the segment that the old model puts it into.
    live_ids: of the rows. used: every id ever given; never given again. then: the same customers, in the rows
    of the live segments they were in yesterday; where it is not given, nobody has changed.
    """
    changes = _match(table)
    if then is not None:
        table = _restore_origin(table, then, changes)
        changes = _match(table)
    same = {new[0]: live_ids[live[0]] for kind, live, new in changes if kind == "continues"}
    fresh = count(max({*live_ids, *used}, default=-1) + 1)
    ids = tuple(same[new] if new in same else next(fresh) for new in range(table.shape[1]))
    changes.sort(key=lambda change: (not change[1], change[1], change[2]))
    events = [
        Event(kind, tuple(live_ids[i] for i in live), tuple(ids[j] for j in new), _compare(table, live, new))
        for kind, live, new in changes
    ]
    return Identity(ids, tuple(events))


def _match(table: NDArray[Any]) -> list[_Change]:
    """Rules 1 to 3 for a table of customers: (live segments, new segments)."""
    from scipy.optimize import linear_sum_assignment

    similarity = measure_jaccard(table)
    splits = _find_splits(table, similarity)
    parts = {new for several in splits.values() for new in several}
    merges = {
        new: live
        for new, live in _find_splits(table.T, similarity.T).items()
        if new not in parts and not splits.keys() & set(live)
    }
    rows = _leave_out(range(table.shape[0]), splits, *merges.values())
    columns = _leave_out(range(table.shape[1]), merges, parts)
    pairs = zip(*linear_sum_assignment(-similarity[np.ix_(rows, columns)]), strict=True)
    same = {rows[i]: columns[j] for i, j in pairs if similarity[rows[i], columns[j]] > DISSOLVED}
    return [
        *(("continues", (live,), (new,)) for live, new in same.items()),
        *(("splits", (live,), new) for live, new in splits.items()),
        *(("merges", live, (new,)) for new, live in merges.items()),
        *(("dies", (live,), ()) for live in _leave_out(rows, same)),
        *(("is born", (), (new,)) for new in _leave_out(columns, same.values())),
    ]


def _restore_origin(table: NDArray[Any], then: NDArray[Any], changes: list[_Change]) -> NDArray[Any]:
    """Rule 4: the table with those columns as they were by `then` whose customers come from another row."""
    unmatched = [j for kind, _, new in changes if kind in ("splits", "is born") for j in new]
    of_row, of_column = (then > MAINLY * then.sum(axis=axis, keepdims=True) for axis in (1, 0))
    same = [(live[0], new[0]) for kind, live, new in changes if kind == "continues"]
    usurped = [new for live, new in same if of_row[live, unmatched].any()]
    came = (of_column & ~(table > MAINLY * table.sum(axis=0, keepdims=True))).any(axis=0)
    return np.where(came & np.isin(np.arange(table.shape[1]), [*unmatched, *usurped]), then, table)


def tell_event(
    event: Event, live_names: Mapping[int, str], new_names: Mapping[int, str], *, by_model: bool = False
) -> str:
    """An event in a sentence: “Big spenders” splits into “Big spenders, quiet” and “Big spenders, recent”.
    `by_model`: it rests on what the live model says of customers of whom none can be found again."""
    live, new = (
        " and ".join(f"“{names[segment]}” ({segment})" for segment in segments)
        for names, segments in ((live_names, event.live), (new_names, event.new))
    )
    share = f"{100 * event.similarity:.0f} %"
    same = f"the live model agrees on {share} of it" if by_model else f"{share} of its customers are the same"
    texts: dict[Kind, str] = {
        "continues": f"{new} continues: {same}",
        "splits": f"{live} splits into {new}",
        "merges": f"{live} merge into {new}",
        "dies": f"{live} is gone: no new segment holds most of its customers",
        "is born": f"{new} is new: no live segment holds most of its customers",
    }
    return texts[event.kind]


def _find_splits(table: NDArray[Any], similarity: NDArray[np.float64]) -> dict[int, tuple[int, ...]]:
    """Rows that fall apart into columns. Of the transposed table: columns that rows merge into."""
    taken = table / table.sum(axis=1, keepdims=True).clip(min=1)
    own = table / table.sum(axis=0, keepdims=True).clip(min=1)
    parts = (taken >= LEAST_PART) & (own > MAINLY)
    apart = (parts.sum(axis=1) > 1) & (similarity.max(axis=1, initial=0) < NEARLY_WHOLE)
    return {int(row): tuple(np.flatnonzero(parts[row]).tolist()) for row in np.flatnonzero(apart)}


def _compare(table: NDArray[Any], live: Sequence[int], new: Sequence[int]) -> float:
    """Jaccard similarity of the customers of all `live` rows and of all `new` columns."""
    if not (live and new):
        return 0.0
    both = table[np.ix_(live, new)].sum()
    return float(both / (table[list(live)].sum() + table[:, list(new)].sum() - both))


def _leave_out(positions: Iterable[int], *taken: Iterable[int]) -> list[int]:
    gone = {position for several in taken for position in several}
    return [position for position in positions if position not in gone]
