"""Whether what a name says of the levels of categories is true of the segment's own customers: from
docs/names.md alone, over the texts that a run published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

NOBODY = frozenset(["0", "no", "false", "n"])
SOMEBODY = frozenset(["1", "yes", "true", "y"])
_ABOUT = re.compile(r"(?:(.+) )?about ([\d.]+) %")


@dataclass(frozen=True)
class Level:
    """A level of a category, and who has it."""

    category: str
    level: str
    has: pd.Series[bool]

    def list_words(self) -> set[str]:
        """What a segment may be called of which most have it."""
        words = [self.level, f"{self.category} {self.level}"]
        words += [f"no {self.category}"] if self.level.casefold() in {*NOBODY, "missing"} else []
        words += [self.category] if self.level.casefold() in SOMEBODY else []
        words += [f"other {self.category}"] if self.level == "other" else []
        return {word.casefold() for word in words}


def list_levels(recipe: Mapping[str, Any], customers: pd.DataFrame) -> list[Level]:
    """The levels of every category without an order that cuts."""
    return list(_list_levels(recipe, customers))


def _list_levels(recipe: Mapping[str, Any], customers: pd.DataFrame) -> Iterator[Level]:
    for name, keys in recipe["segment_by"].items():
        if keys.get("category") is None or keys.get("order"):
            continue
        title, values = keys.get("label") or name.replace("_", " ").lower(), customers[f"feature_{name}"]
        for level in sorted(values.unique()):
            yield Level(title, level, values == level)


def judge_levels(
    phrase: str, segment: int, names: Mapping[int, str], segments: pd.Series[int], levels: list[Level]
) -> str | None:
    """Why a phrase about levels is not true; empty where it is; None where it is about no level."""
    members, said = segments == segment, phrase.casefold()
    noun = names[segment].split(", ")[0].casefold()
    mixture = re.fullmatch("(?:mixed|partly) (.+)", said)
    own = [one for one in levels if mixture and one.category.casefold() == mixture[1]]
    if own:
        most = max(own, key=lambda one: float(one.has[members].mean()))
        return "" if most.has[members].mean() < 0.601 else f"is not true: most have {most.level}"
    found = [one for one in levels if said in one.list_words()]
    if found:
        judged = [_judge_level(one, members, is_noun=said == noun) for one in found]
        return "" if "" in judged else judged[0]
    if compared := re.fullmatch("(more|less) often (.+)", said):
        return _judge_often(compared, segment, names, segments, levels)
    about = _ABOUT.fullmatch(said)
    found = [one for one in levels if about and (about[1] or noun) in one.list_words()]
    if about and found:
        near = any(abs(100 * one.has[members].mean() - float(about[2])) <= 0.5 for one in found)
        return "" if near else f"is not true: {found[0].has[members].mean():.1%} have it"
    return None


def _judge_level(one: Level, members: pd.Series[bool], *, is_noun: bool) -> str:
    share, everyone = float(one.has[members].mean()), float(one.has.mean())
    spread = (everyone * (1 - everyone)) ** 0.5
    z = (share - everyone) / spread if spread else 0.0
    true = share >= 0.599 and (is_noun or z >= 0.499)
    return "" if true else f"is not true: {share:.1%} have {one.level}, {everyone:.1%} of all"


def _judge_often(
    compared: re.Match[str],
    segment: int,
    names: Mapping[int, str],
    segments: pd.Series[int],
    levels: list[Level],
) -> str:
    """More often Gold: more than all customers, and than each rival that is not said to be so."""
    found = [one for one in levels if compared[2] in one.list_words()]
    if not found:
        return "names no level"
    noun, sign = names[segment].split(", ")[0], 1 if compared[1] == "more" else -1
    rivals = [
        other for other, name in names.items()
        if other != segment and name.split(", ")[0] == noun and compared[0] not in name.casefold()
    ]  # fmt: skip
    has = found[0].has
    own, others = has[segments == segment].mean(), [has[segments == rival].mean() for rival in rivals]
    return "" if all(sign * (own - other) > 0 for other in (has.mean(), *others)) else "is not true"
