"""The verdict on structure, over the figures that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

from custseg_spark.evidence.valley import VALLEY
from custseg_spark.statistics import STABLE, reaches
from custseg_spark.wording import join_words

Kind = Literal["natural", "reproducible", "constructed", "undecided"]

DEEPER = 0.1
"""That share must also undercut by this what featureless clouds fall to: the steps of a column of few
values, such as yes and no, separate them as well."""
EXCESS = 3.0
"""Standard deviations by which the silhouette must beat that of featureless clouds."""


@dataclass(frozen=True)
class Structure:
    """The verdict, in one sentence why, and the figures that it rests on.

    natural: between every two segments the customers thin out. reproducible: nothing separates them, yet
    they come back and are more compact than a featureless cloud would give. constructed: a cut
    through a cloud; usable, but its borders are a convention. undecided: a figure lies within two standard
    errors of its threshold, and the verdict hangs on it; what follows is as for constructed.

    `figures`: valley (the shallowest between two segments), valley_cloud (the deepest such of the clouds),
    silhouette, silhouette_cloud (mean), silhouette_excess (in standard deviations), lowest_jaccard, rows,
    clouds; and the standard errors valley_se, silhouette_excess_se, lowest_jaccard_se.
    """

    kind: Kind
    why: str
    figures: dict[str, float]


def apply_rule(figures: dict[str, float]) -> Structure:
    """The verdict by the figures alone: the kind that every answer to what is open gives, or none."""
    f = figures
    bound = min(VALLEY, f["valley_cloud"] - DEEPER)
    answers = (
        reaches(f["lowest_jaccard"], STABLE, f["lowest_jaccard_se"]),
        reaches(-f["valley"], -bound, f["valley_se"]),
        reaches(f["silhouette_excess"], EXCESS, f["silhouette_excess_se"]),
    )
    kinds = {_name_kind(*one) for one in product(*((True, False) if a is None else (a,) for a in answers))}
    if len(kinds) == 1:
        (kind,) = kinds
        return Structure(kind, _tell_why(kind, f), figures)
    open_ = [told for answer, told in zip(answers, _tell_near(f, bound), strict=True) if answer is None]
    either = " or ".join(kind for kind in ("natural", "reproducible", "constructed") if kind in kinds)
    return Structure("undecided", f"{join_words(open_)}: the segments may be {either}", figures)


def _name_kind(stable: bool, separated: bool, compact: bool) -> Kind:
    if not stable:
        return "constructed"
    if separated:
        return "natural"
    return "reproducible" if compact else "constructed"


def _tell_near(f: dict[str, float], bound: float) -> tuple[str, str, str]:
    """What each condition is near to, in the order of `_name_kind`; ± are two standard errors."""
    reach = {name: 2 * f[f"{name}_se"] for name in ("lowest_jaccard", "valley", "silhouette_excess")}
    back = f"{f['lowest_jaccard']:.2f} ± {reach['lowest_jaccard']:.2f}"
    thinned = f"{f['valley']:.0%} ± {reach['valley']:.0%}"
    above = f"{f['silhouette_excess']:.1f} ± {reach['silhouette_excess']:.1f}"
    between = f"between two segments the customers thin out to {thinned} of the lower peak"
    lies = f"the silhouette lies {above} deviations above that of clouds without structure"
    return (
        f"the weakest segment comes back to {back} where {STABLE:.2f} is asked",
        f"{between} where {bound:.0%} is asked",
        f"{lies} where {EXCESS:.0f} are asked",
    )


def _tell_why(kind: Kind, f: dict[str, float]) -> str:
    compact = (
        f"silhouette {f['silhouette']:.2f} against {f['silhouette_cloud']:.2f} in clouds without structure"
    )
    if kind == "natural":
        return (
            f"between any two segments the customers thin out to {f['valley']:.0%} of the lower peak or "
            f"less; in clouds of the same shape without gaps to {f['valley_cloud']:.0%} at best"
        )
    if kind == "reproducible":
        return (
            "the same segments come back in random samples of the customers (the weakest to "
            f"{f['lowest_jaccard']:.2f}, 1 is whole) and are more compact than chance ({compact})"
        )
    if f["lowest_jaccard"] < STABLE:
        return (
            f"a segment comes back only to {f['lowest_jaccard']:.2f} in random samples of the customers: "
            "the borders are a convention"
        )
    return (
        f"a cloud of the same shape without any structure gives segments as compact ({compact}): "
        "the borders are a convention"
    )
