"""Which columns of an unknown table cut: few, continuous, not saying the same thing twice, and tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from custseg_spark.propose.categories import (
    CategoryTrial,
    OfferedCategory,
    hold_categories,
    list_categories,
)
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.features import ProposedFeature, offer_column, offer_recency, says_when_last
from custseg_spark.propose.outcomes import find_giveaways, find_outcomes, find_told, read_truth
from custseg_spark.propose.sums import add_up_columns
from custseg_spark.propose.trial import FEWEST, MOST, Set, Trial
from custseg_spark.propose.unfit import explain_unfit, explain_weak
from custseg_spark.statistics import REDUNDANT
from custseg_spark.wording import join_few, shorten

MOST_CANDIDATES = 10
_MOST_SUMS = 8
"""So many sums by name cut together, and a sum of more columns than this stands for them in the recipe."""
_WIDE = 20
"""Columns in three sums and more that make a wide table: its sums cut together."""
_UNTRIED = f"Not tried: under {FEWEST} rows are too few to tell sets of columns apart."
_NAMED = 2


@dataclass(frozen=True)
class FeatureChoice:
    """What cuts, and why the rest does not.

    `features`: the best first. `categories`: those that could cut, the ones that do first. `sums`: those that
    were found and do not cut. `outcomes`: what segments are checked by. `left`: of each column that carries
    an outcome, why it is in no section. `remarks`: of each other that could be thought to cut, why it does
    not. `hidden`: columns that a sum stands for. `tried`: how the features were found, in sentences.
    `notices`: what a person must know.
    """

    features: tuple[ProposedFeature, ...]
    categories: tuple[OfferedCategory, ...] = ()
    sums: tuple[ProposedFeature, ...] = ()
    outcomes: tuple[ColumnKind, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    tried: str = ""
    notices: tuple[str, ...] = ()


def choose_features(columns: Sequence[ColumnKind]) -> FeatureChoice:
    """The features of a table, of its columns but the id."""
    outcomes = find_outcomes(columns)
    left = find_giveaways(columns, outcomes)
    apart = {*left, *(outcome.name for outcome in outcomes)}
    free = [column for column in columns if column.name not in apart]
    truths = [(outcome.name, read_truth(outcome)) for outcome in outcomes]
    sums = [one for one in add_up_columns(free) if not find_told(one.values, truths)]
    candidates, remarks = _list_candidates(free, sums)
    trial = _try_sets(candidates)
    taken = [candidates[place] for place in trial.taken] if trial else candidates[:MOST]
    rest = [one for one in candidates if one not in taken]
    summed = {part for one in (*taken, *sums) for part in one.columns}
    found, unlike = list_categories([one for one in free if one.name not in summed])
    levels = _try_categories(taken, found)
    failed = [trial.failure] if trial and trial.failure else []
    sentence = trial.sentence if trial else _UNTRIED if len(taken) > 1 else ""
    return FeatureChoice(
        features=tuple(taken),
        categories=levels.offered,
        sums=tuple(one for one in rest if len(one.columns) > 1),
        outcomes=tuple(outcomes),
        left=left,
        remarks=remarks
        | unlike
        | {one.columns[0]: "could cut as well" for one in rest if len(one.columns) == 1},
        hidden=frozenset(part for one in candidates if len(one.columns) > _MOST_SUMS for part in one.columns),
        tried=" ".join(filter(None, [sentence, levels.sentence])),
        notices=(*_tell_giveaways(left), *failed),
    )


def _list_candidates(
    columns: Sequence[ColumnKind], sums: Sequence[ProposedFeature]
) -> tuple[list[ProposedFeature], dict[str, str]]:
    """At most MOST_CANDIDATES that could cut, the best by name first, and of the other columns of numbers,
    why not.

    Sums come before single columns, and of two that say the same the first stays. Where nothing else is
    left, a column that is a small count, mostly one value, or the like, is taken.
    """
    taken: list[ProposedFeature] = []
    remarks: dict[str, str] = {}
    for total in sorted(sums, key=lambda one: one.rank):
        if not _explain_pass(total, taken):
            taken.append(total)
            remarks |= {part: f"part of {'_'.join(total.words)}" for part in total.columns}
    singles: list[ColumnKind] = []
    weak: list[ColumnKind] = []
    for column in columns:
        known = column.is_nearly_clean and not column.is_protected and column.name not in remarks
        if not known or column.kind not in ("number", "flag"):
            continue
        unfit = "one of two values" if column.kind == "flag" else explain_unfit(column)
        why = unfit or explain_weak(column)
        remarks |= {column.name: why} if why else {}
        if not unfit:
            (weak if why else singles).append(column)
    offered = [offer_column(column) for column in singles or ([] if taken else weak)]
    offered += [offer_recency(column) for column in columns if says_when_last(column)]
    for one in sorted(offered, key=lambda one: one.rank):
        if why := _explain_pass(one, taken):
            remarks[one.columns[0]] = why
        else:
            taken.append(one)
            remarks.pop(one.columns[0], None)
    return sorted(taken, key=lambda one: one.rank), remarks


def _explain_pass(candidate: ProposedFeature, taken: Sequence[ProposedFeature]) -> str:
    for other in taken:
        both = pd.concat([other.values, candidate.values], axis=1)
        rho = both.corr(method="spearman", min_periods=3).to_numpy()[0, 1]  # NaN where one is constant
        if abs(rho) > REDUNDANT:
            return f"says the same as {'_'.join(other.words)} (rank correlation {rho:.2f})"
    return "could cut as well" if len(taken) == MOST_CANDIDATES else ""


def _try_sets(candidates: Sequence[ProposedFeature]) -> Trial | None:
    """What came of the sets of candidates; None where there is nothing to try."""
    from custseg_spark.propose.try_features import try_features  # it loads scikit-learn

    value = next((place for place, one in enumerate(candidates) if one.is_value), None)
    return try_features(candidates, value, _find_basket(candidates, value))


def _try_categories(numbers: Sequence[ProposedFeature], found: Sequence[OfferedCategory]) -> CategoryTrial:
    """The categories that could cut beside the numbers, those live that earn it."""
    from custseg_spark.propose.try_categories import try_categories  # it loads scikit-learn

    return try_categories(numbers, hold_categories(found, numbers))


def _find_basket(candidates: Sequence[ProposedFeature], value: int | None) -> Set | None:
    """The sums of a wide table, which cut together: what somebody buys of each kind is one thing."""
    sums = [place for place, one in enumerate(candidates) if len(one.columns) > 1][:_MOST_SUMS]
    if len(sums) < 3 or sum(len(candidates[place].columns) for place in sums) < _WIDE:
        return None
    return tuple(sorted({*sums, *([] if value is None else [value])}))


def _tell_giveaways(left: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each reason, with the columns that it holds for."""
    for reason in dict.fromkeys(left.values()):
        names = [shorten(name) for name, why in left.items() if why == reason]
        them = "it" if len(names) == 1 else "them"
        yield f"{join_few(names, _NAMED)}: {reason}, so that no segment is cut or described by {them}."
