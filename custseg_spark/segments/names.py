"""Names for segments by a written rule: unique, true, and the same for the same numbers.

The rule, in the order it is applied (docs/names.md tells it with examples):

1. A segment is high on a feature if its z is at least 0.5 on the model scale and at least 60
   percent of its members lie above the median of all customers; low mirrors it; else it is in
   the middle. A word is true of a segment if it stands for the segment's level.
2. The noun is the word of the `order_by` feature. A segment whose noun no other has adds the low
   or high word that lies farthest from all customers, if one is true of it.
3. Segments that share a noun each add the low or high word that is true of no rival (a segment
   of the same noun) and that lies farthest from the nearest rival. If no one word does it, two
   words that are not both true of any rival, then three. Ties go to recipe order.
4. If more than one segment is left, they may add middle words too. One may be left with the bare noun; where
   it lies between two rivals, it says so: "Big spenders, mid recency".
5. What is still alike is parted by the words of the feature in which more than two differ most, then by
   "more orders" and "fewer orders", or by the mean in figures: "income about 52,000".
6. Centres that are equal take their number: "Big spenders (segment 3)".

A pinned name changes no other, unless another segment would get the very same: that one takes its next best.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, count

import numpy as np
from numpy.typing import NDArray

from custseg_spark.errors import RecipeError
from custseg_spark.made_words import Title, Words
from custseg_spark.segments.compare_rivals import compare_rivals, join_words
from custseg_spark.segments.traits import Level, Traits
from custseg_spark.wording import fold_text

MOST_WORDS = 3
_LEVELS: tuple[Level, Level, Level] = ("low", "mid", "high")


@dataclass(frozen=True)
class Word:
    """A word that is true of a segment, with the feature and the level it stands for."""

    feature: str
    level: Level
    text: str


@dataclass(frozen=True)
class SegmentName:
    """A segment's name, its level on each feature, and every word that is true of it, the noun first."""

    segment: int
    name: str
    levels: Mapping[str, Level]
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What the features are called: the words of each in recipe order, None where they are to be made of its
    title ("high income"), the feature whose words are the nouns, and the titles, those of the bare names
    unless given."""

    words: Mapping[str, Words | None]
    order_by: str
    titles: Mapping[str, Title] = field(default_factory=dict)

    def find_title(self, feature: str) -> Title:
        """What a feature is called."""
        return self.titles.get(feature) or Title(feature)


def name_segments(
    traits: Traits,
    vocabulary: Vocabulary,
    pinned: Mapping[int, str] | None = None,
    ids: Sequence[int] | None = None,
) -> tuple[SegmentName, ...]:
    """A name for each of the k segments: true, and unique whatever the case of its letters.

    `vocabulary` has the d features of `traits`, in their order; `pinned` are names by segment id;
    `ids` the k segment ids, 0..k-1 unless given. One name per segment, in the order of `ids`.
    Raises RecipeError if a name is pinned to two segments or to none.
    """
    ids = range(len(traits.z)) if ids is None else ids
    pinned = pinned or {}
    _check_pins(pinned, ids)
    titles = {name: vocabulary.find_title(name) for name in vocabulary.words}
    order = list(titles).index(vocabulary.order_by)
    lexicon = [
        title.choose_words(vocabulary.words[name], is_noun=name == vocabulary.order_by)
        for name, title in titles.items()
    ]
    facts = _Facts(traits, traits.levels, titles, lexicon, order, ids)
    names = {row: pinned[segment] for row, segment in enumerate(ids) if segment in pinned}
    for noun in dict.fromkeys(facts.find_noun(row) for row in range(len(ids))):
        rows = [row for row in range(len(ids)) if facts.find_noun(row) == noun]
        _name_rivals(facts, rows, names)
    return tuple(
        SegmentName(segment, names[row], facts.name_levels(row), facts.list_words(row))
        for row, segment in enumerate(ids)
    )


@dataclass(frozen=True)
class _Facts:
    """What the rule looks at. Segments are rows and features columns of traits and levels; `lexicon` has the
    words of each feature, none left to be made, so that a noun always says something."""

    traits: Traits
    levels: NDArray[np.int64]
    features: Mapping[str, Title]
    lexicon: Sequence[Words]
    order: int
    ids: Sequence[int]

    def find_word(self, row: int, column: int) -> str | None:
        return self.lexicon[column][self.levels[row, column] + 1]

    def find_noun(self, row: int) -> str:
        return str(self.find_word(row, self.order))

    def name_levels(self, row: int) -> dict[str, Level]:
        return {name: _LEVELS[level + 1] for name, level in zip(self.features, self.levels[row], strict=True)}

    def list_words(self, row: int) -> tuple[Word, ...]:
        """Every word that is true of the segment, the noun first."""
        levels = self.name_levels(row)
        noun_first = sorted(enumerate(self.features), key=lambda feature: feature[0] != self.order)
        texts = ((name, self.find_word(row, column)) for column, name in noun_first)
        return tuple(Word(name, levels[name], text) for name, text in texts if text)

    def try_words(self, row: int, rivals: Sequence[int], *, middle: bool) -> Iterator[str]:
        """Names of one to three words besides the noun, not all true of any rival; best first.

        Best is fewest words, then the farthest from the nearest rival by the word that tells it
        apart (from all customers, where there is no rival), then recipe order.
        """
        usable = [
            column
            for column in range(len(self.lexicon))
            if column != self.order and self.find_word(row, column) and (middle or self.levels[row, column])
        ]
        others = list(rivals)
        z = self.traits.z
        distance = np.abs(z[row] - z[others]) if others else np.abs(z[[row]])
        differs = self.levels[row] != self.levels[others] if others else np.ones_like(distance, dtype=bool)
        apart = np.where(differs, distance, -1.0)
        for size in range(1, MOST_WORDS + 1):
            together = np.array(usable, dtype=np.intp)[_list_combinations(len(usable), size)]
            # Rounded, so that the last bits of a float do not decide what recipe order should.
            scores = np.round(apart[:, together].max(axis=2).min(axis=0), 6)
            for best in np.argsort(-scores, kind="stable"):
                if scores[best] >= 0:
                    said = [str(self.find_word(row, column)) for column in together[best]]
                    yield ", ".join([self.find_noun(row), *said])

    def try_alone(self, row: int, rivals: Sequence[int]) -> Iterator[str]:
        """Names of the one that is left: what it is in the middle of, else the bare noun."""
        levels = self.levels[list(rivals)]
        between = (levels == 1).any(axis=0) & (levels == -1).any(axis=0) & (self.levels[row] == 0)
        spread = np.round(np.ptp(self.traits.z[[row, *rivals]], axis=0), 6)
        titles = list(self.features.values())
        for column in sorted(np.flatnonzero(between).tolist(), key=lambda column: -spread[column]):
            yield f"{self.find_noun(row)}, {self.lexicon[column][1] or titles[column].make_words()[1]}"
        yield self.find_noun(row)
        yield from self.try_words(row, [], middle=True)

    def compare_names(self, rows: Sequence[int], said: tuple[str, ...] = ()) -> dict[int, str]:
        """Names that say how these rows differ, after the words `said` that are true of all of them; {} if
        they are equal. Where more than two differ in a level, its word parts them first."""
        groups = self._part_by_word(rows) if len(rows) > 2 else {}
        if groups:
            parted = [(group, (*said, word) if word else said) for word, group in groups.items()]
            named = [self._name_group(group, words) for group, words in parted]
            return {row: name for names in named for row, name in names.items()}
        texts = compare_rivals(self.traits, list(self.features.values()), rows, self.order)
        told = {row: (*said, texts[row]) if row in texts else said for row in rows if texts}
        return {row: join_words(self.find_noun(row), words) for row, words in told.items() if words}

    def _name_group(self, rows: Sequence[int], said: tuple[str, ...]) -> dict[int, str]:
        if len(rows) > 1:
            return self.compare_names(rows, said)
        return {row: ", ".join([self.find_noun(row), *said]) for row in rows if said}

    def _part_by_word(self, rows: Sequence[int]) -> dict[str | None, list[int]]:
        """The rows by their low or high word where their levels differ most; {} if nowhere."""
        levels, z = self.levels[list(rows)], self.traits.z[list(rows)]
        apart = np.where(np.ptp(levels, axis=0) > 0, np.round(np.ptp(z, axis=0), 6), 0.0)
        best = int(apart.argmax())
        groups: dict[str | None, list[int]] = {}
        for row in rows:
            word = self.find_word(row, best) if self.levels[row, best] else None
            groups.setdefault(word, []).append(row)
        return groups if len(groups) > 1 else {}

    def number_names(self, row: int) -> Iterator[str]:
        return (f"{self.find_noun(row)} (segment {self.ids[row]}){'*' * stars}" for stars in count())


@cache
def _list_combinations(total: int, size: int) -> NDArray[np.intp]:
    """Every choice of `size` of `total` positions, a row each, in lexicographic order."""
    return np.array(list(combinations(range(total), size)), dtype=np.intp).reshape(-1, size)


def _name_rivals(facts: _Facts, rows: Sequence[int], names: dict[int, str]) -> None:
    """Adds to `names` (row -> name) those of `rows`, which share a noun; steps 2 to 6 of the rule."""

    def claim(candidates: Mapping[int, Iterable[str]]) -> None:
        for row, offered in candidates.items():
            taken = {fold_text(name) for name in names.values()}
            name = next((name for name in offered if fold_text(name) not in taken), None)
            if name is not None:
                names[row] = name

    def list_unnamed() -> list[int]:
        return [row for row in rows if row not in names]

    rivals = {row: [other for other in rows if other != row] for row in rows}
    claim({row: facts.try_words(row, rivals[row], middle=False) for row in list_unnamed()})
    if len(list_unnamed()) > 1:
        claim({row: facts.try_words(row, rivals[row], middle=True) for row in list_unnamed()})
    if len(list_unnamed()) > 1:
        claim({row: [name] for row, name in facts.compare_names(list_unnamed()).items()})
    if len(list_unnamed()) == 1:
        claim({row: facts.try_alone(row, rivals[row]) for row in list_unnamed()})
    claim({row: facts.number_names(row) for row in list_unnamed()})


def _check_pins(pinned: Mapping[int, str], ids: Sequence[int]) -> None:
    unknown = sorted(set(pinned) - set(ids))
    if unknown:
        raise RecipeError(
            f"segments.names: {unknown[0]} is given a name, but the segments are {', '.join(map(str, ids))}",
            "Take the name out, or fix k with `choose: fixed`.",
        )
    folded = [fold_text(name) for name in pinned.values()]
    twice = [name for name in pinned.values() if folded.count(fold_text(name)) > 1]
    if twice:
        raise RecipeError(f"segments.names: {twice[0]!r} is given to two segments", "Give each its own name.")
