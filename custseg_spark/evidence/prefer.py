"""Which algorithm to prefer here, and why: a paragraph from the comparison's rows."""

from __future__ import annotations

from collections.abc import Sequence

from custseg_spark.evidence.algorithms import ComparisonRow
from custseg_spark.statistics import STABLE

NOISE = 0.05
"""A segmentation that leaves more customers than this in no segment can't be acted on."""
LEAD = 0.02
"""KMeans gives way only to a Euclidean silhouette better by more than this: it alone labels tomorrow's
customers by one rule that can be told, the nearest centre."""


def prefer(rows: Sequence[ComparisonRow], smallest_share: float) -> tuple[str, str]:
    """The algorithm to prefer and the paragraph that says why.

    Of those that find at least two segments, leave at most NOISE out, keep the floor and whose every
    segment comes back, the best Euclidean silhouette, as the squared one favours what minimises
    squares; within LEAD of the best, KMeans. Where none is fit, KMeans, with a warning.
    """
    faults = {row.algorithm: _find_fault(row, smallest_share) for row in rows}
    fit = sorted((row for row in rows if not faults[row.algorithm]), key=lambda row: -_read_score(row))
    others = " ".join(f"{name} {fault}." for name, fault in faults.items() if fault)
    if not fit:
        why = f"Prefer KMeans, with care: none of the algorithms found segments to rely on. {others}"
        return "KMeans", why
    kmeans = next((row for row in fit if row.algorithm == "KMeans"), None)
    best = kmeans if kmeans and _read_score(fit[0]) - _read_score(kmeans) <= LEAD else fit[0]
    rest = [row for row in fit if row is not best]
    after = ", ".join(f"{r.algorithm} ({_read_score(r):.3f}, agreement {r.adjusted_rand:.2f})" for r in rest)
    caution = "" if best.algorithm == "KMeans" else _tell_caution(best)
    parts = (_tell_reason(best, fit), f"Also fit: {after}." if after else "", others, caution)
    return best.algorithm, " ".join(filter(None, parts))


def _tell_reason(best: ComparisonRow, fit: Sequence[ComparisonRow]) -> str:
    kept = "keep the smallest share, leave hardly anyone out and come back in random samples of the customers"
    if all(row.stability is None for row in fit):
        kept = "keep the smallest share and leave hardly anyone out (whether they come back was not asked)"
    name, score = best.algorithm, f"Euclidean silhouette {_read_score(best):.3f}"
    if len(fit) == 1:
        return f"Prefer {name} ({score}): only its segments {kept}."
    if best is fit[0]:
        return f"Prefer {name}: of the {len(fit)} algorithms whose segments {kept}, it has the best {score}."
    return (
        f"Prefer {name} ({score}): {fit[0].algorithm} is better by no more than {LEAD}, "
        "and the nearest centre labels tomorrow's customers by a rule that can be told."
    )


def _tell_caution(best: ComparisonRow) -> str:
    return (
        f"`custseg train` fits KMeans: that {best.algorithm} does better says that the segments are not "
        "round or not equally wide; look at another transform or other features first."
    )


def _find_fault(row: ComparisonRow, smallest_share: float) -> str:
    if row.segments < 2:
        return "finds no gap between customers" if row.segments == 1 else "finds nothing but noise"
    if row.noise_share > NOISE:
        return f"leaves {row.noise_share:.0%} of the customers in no segment"
    if row.smallest_share < smallest_share:
        return f"has a segment of {row.smallest_share:.1%} (at least {smallest_share:.1%} is wanted)"
    if row.stability is not None and row.stability < STABLE:
        return f"has a segment that comes back only to {row.stability:.2f} in random samples of the customers"
    return ""


def _read_score(row: ComparisonRow) -> float:
    return row.silhouette_euclidean if row.silhouette_euclidean is not None else -1.0
