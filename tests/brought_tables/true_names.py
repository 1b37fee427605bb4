"""Whether each word of each segment's name is true of the segment's own customers, from docs/names.md alone.

Written apart from segments/names.py, and over the customers that a run published rather than over what it
computed: what is wrong there must not be wrong here as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custseg_spark.sql.parse import find_columns
from tests.brought_tables.true_levels import judge_levels, list_levels

LEVELS = ("low", "mid", "high")
MADE = {"low": ("low", "few", "short"), "mid": ("mid", "some", "medium"), "high": ("high", "many", "long")}
"""What stands before a label where the recipe has no words: few orders, long tenure."""
SAME = {"frequency": {"orders", "order"}, "monetary": {"money", "spend"}}
"""What the columns that `rfm` makes are called besides."""
PLAIN = frozenset(
    {
        "low",
        "mid",
        "middle",
        "high",
        "few",
        "some",
        "many",
        "small",
        "medium",
        "big",
        "large",
        "rare",
        "frequent",
    }
    | {
        "more",
        "fewer",
        "less",
        "higher",
        "lower",
        "longer",
        "shorter",
        "long",
        "short",
        "no",
        "little",
        "much",
    }
    | {
        "of",
        "a",
        "to",
        "about",
        "around",
        "per",
        "in",
        "the",
        "and",
        "with",
        "without",
        "total",
        "day",
        "days",
        "since",
    }
)
"""Words that say how much of something, or nothing by themselves."""
SPEND = frozenset({"spender", "spenders", "buyers", "shoppers"})
RECENCY = frozenset({"recent", "quiet", "lapsed", "dormant", "lost", "gone", "active", "new", "fresh"})
_COMPARED = re.compile(r"(more|higher|longer|fewer|less|lower|shorter) (.+)")
_ABOUT = re.compile(r"(.+?) (?:about|around|of) ([\d.,]+)(?: .*)?")
_BETWEEN = re.compile(r"(.+?) ([\d.,]+) to ([\d.,]+)(?: .*)?")


@dataclass(frozen=True)
class Feature:
    """One number that cuts: its words, low, middle and high, its values, and those on the model's scale."""

    name: str
    label: str
    columns: frozenset[str]
    words: tuple[str | None, ...]
    plain: pd.Series[float]
    values: pd.Series[float]

    def list_things(self) -> set[str]:
        """What the words are of: num purchases, or purchases where few purchases is a word."""
        return {self.label, *((word or "").partition(" ")[2] for word in self.words)} - {""}

    def list_words(self, level: str) -> list[str]:
        """What the level may be called: the recipe's word, else one made of the label, in quotes or not."""
        word = self.words[LEVELS.index(level)]
        made = [f"{one} {thing}" for one in MADE[level] for thing in {f"“{self.label}”", *self.list_things()}]
        return [text.casefold() for text in ([word] if word else made)]

    def is_true(self, level: str, members: pd.Series[bool]) -> bool:
        """Whether the members lie where the word of the level says, against all customers."""
        own, spread = self.values[members], float(self.values.std(ddof=0))
        z = 0.0 if spread == 0 else (own.mean() - self.values.mean()) / spread
        middle = self.values.mean() if self.values.nunique() == 2 else self.values.median()
        beyond = float(((own - middle) * z > 0).mean())
        same_side = (self.plain[members].mean() - self.plain.mean()) * z >= 0
        # on the very bound two ways of adding up may differ: both words are let pass there
        told = same_side and abs(z) >= 0.499 and beyond >= 0.599
        surely = same_side and abs(z) >= 0.501 and beyond >= 0.601
        return {"low": told and z < 0, "high": told and z > 0, "mid": not surely}[level]

    def say(self, members: pd.Series[bool]) -> str:
        own = self.values[members]
        every = f"{self.values.mean():.4g}, {self.values.median():.4g}"
        return f"{self.name}: mean {own.mean():.4g}, median {own.median():.4g}; of all {every}"


def find_false_words(
    recipe: Mapping[str, Any], customers: pd.DataFrame, spend: Iterable[str], recency: Iterable[str]
) -> list[str]:
    """A sentence for each word of a name that the customers do not bear out; none where all are true.

    `recipe`: as run.json keeps it; `customers`: as the run published them; `spend`, `recency`: the columns
    that are money spent and days since something, by which alone a segment may be called spenders or quiet.
    """
    features = [
        _read_feature(name, keys, customers)
        for name, keys in recipe["segment_by"].items()
        if keys.get("category") is None or keys.get("order")
    ]
    levels = list_levels(recipe, customers)
    segments = customers["segment"].astype(int)
    names = {
        int(s): str(customers.loc[segments == s, "segment_name"].iloc[0]) for s in sorted(segments.unique())
    }
    told = [f"{name!r} is the name of two segments" for name in _find_twice(names.values())]
    for segment, name in names.items():
        for phrase in name.split(", "):
            wrong = judge_levels(phrase, segment, names, segments, levels)
            if wrong is None:
                wrong = _judge(phrase, segment, names, segments, features)
                wrong = wrong or _judge_meaning(phrase, features, frozenset(spend), frozenset(recency))
            if wrong:
                told.append(f"segment {segment}, {name!r}: {phrase!r} {wrong}")
    return told


def _read_feature(name: str, keys: Mapping[str, Any], customers: pd.DataFrame) -> Feature:
    plain = customers[f"feature_{name}"].astype(float)
    values = plain.map(np.log1p) if keys.get("transform") == "log1p" else plain
    words = tuple(keys.get("words") or [None] * 3)
    label = str(keys.get("label") or _split(name).lower())
    return Feature(name, label, find_columns(keys.get("category") or keys["sql"]), words, plain, values)


def _judge(
    phrase: str, segment: int, names: Mapping[int, str], segments: pd.Series[int], features: list[Feature]
) -> str:
    """Why the figures do not bear the phrase out; empty if they do."""
    members, said = segments == segment, phrase.casefold()
    found = [
        (feature, level) for feature in features for level in LEVELS if said in feature.list_words(level)
    ]
    if found:
        true = any(feature.is_true(level, members) for feature, level in found)
        return "" if true else f"is not true ({'; '.join(feature.say(members) for feature, _ in found)})"
    if compared := _COMPARED.fullmatch(said):
        return _judge_comparison(compared, segment, names, segments, features)
    noun = names[segment].split(", ")[0].casefold()
    by_noun = next((one for one in features if any(noun in one.list_words(level) for level in LEVELS)), None)
    for pattern in (_ABOUT, _BETWEEN):
        figures = pattern.fullmatch(f"noun {said}" if said.startswith("about ") else said)
        feature = figures and (by_noun if figures[1] == "noun" else _find_by_label(figures[1], features))
        if figures and feature:
            return _judge_figures([*figures.groups()[1:]], feature, members)
    return "has no figure behind it"


def _judge_comparison(
    compared: re.Match[str],
    segment: int,
    names: Mapping[int, str],
    segments: pd.Series[int],
    features: list[Feature],
) -> str:
    """More orders: more than each segment of the same noun that is not said to have more."""
    feature = _find_by_label(compared[2], features)
    if feature is None:
        return "names no feature"
    noun = names[segment].split(", ")[0].casefold()
    rivals = [
        other for other, name in names.items()
        if other != segment and name.split(", ")[0].casefold() == noun and compared[0] not in name.casefold()
    ]  # fmt: skip
    own = feature.values[segments == segment].mean()
    others = [feature.values[segments == rival].mean() for rival in rivals]
    more = compared[1] in ("more", "higher", "longer")
    if not others:
        return "is compared with no other segment"
    every = feature.values.mean()
    true = own > max(*others, every) if more else own < min(*others, every)
    return "" if true else f"is not true ({feature.name}: {own:.4g}, of its rivals {others})"


def _judge_figures(figures: list[str], feature: Feature, members: pd.Series[bool]) -> str:
    numbers = [float(figure.replace(",", "").rstrip(".")) for figure in figures]
    own = feature.plain[members]
    if len(numbers) == 1:
        near = any(np.isclose(numbers[0], value, rtol=0.06, atol=0.6) for value in (own.mean(), own.median()))
        return "" if near else f"is not true ({feature.say(members)})"
    inside = float(own.between(numbers[0] * 0.99, numbers[1] * 1.01).mean())
    return "" if inside >= 0.5 else f"holds of {inside:.0%} of the segment"


def _judge_meaning(
    phrase: str, features: list[Feature], spend: frozenset[str], recency: frozenset[str]
) -> str:
    """Why the phrase says another thing than its column; empty if it does not."""
    said = phrase.casefold()
    by = [f for f in features if any(said in f.list_words(level) for level in LEVELS)]
    compared = _COMPARED.fullmatch(said) or _ABOUT.fullmatch(said)
    by = by or [f for f in features if compared and _fold(f.label) in _fold(said)]
    for feature in by:
        own = {word for text in (feature.name, feature.label, *feature.columns) for word in _tokens(text)}
        own |= {word for token in own for word in SAME.get(token, ())}
        wrong = [word for word in _tokens(phrase) if not _may_say(word, own, feature.columns, spend, recency)]
        if not wrong:
            return ""
    return f"says {', '.join(wrong)} of {', '.join(sorted(by[-1].columns))}" if by else ""


def _may_say(
    word: str, own: set[str], columns: frozenset[str], spend: frozenset[str], recency: frozenset[str]
) -> bool:
    if word in SPEND:
        return columns <= spend
    if word in RECENCY and word not in own:  # Fresh is what a shop sells
        return columns <= recency
    return word in PLAIN or word in own or word.isdigit()


def _find_by_label(label: str, features: list[Feature]) -> Feature | None:
    for feature in features:
        if _fold(label) in map(_fold, (_split(feature.name), *feature.list_things())):
            return feature
    return None


def _find_twice(names: Iterable[str]) -> list[str]:
    folded = [name.casefold() for name in names]
    return sorted({name for name in folded if folded.count(name) > 1})


def _split(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ")


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", _fold(_split(text)))
