"""What may be said of a segment in its name: its nouns and words, and which of them tell it apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations, count

import numpy as np
from numpy.typing import NDArray

from custseg_spark.made_words import Title, Words, begin_name
from custseg_spark.segments.compare_rivals import compare_rivals, join_words
from custseg_spark.segments.traits import LEAST_SHARE, Level, Traits

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
class NameFacts:
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

    @cached_property
    def own(self) -> frozenset[int]:
        """The columns that the noun speaks of: the one of `order`, or all levels of its category."""
        titles = list(self.features.values())
        category = titles[self.order].category
        some = (column for column, title in enumerate(titles) if category and title.category == category)
        return frozenset([self.order, *some])

    def find_noun_column(self, row: int) -> int:
        """The column of which the noun says something: of a category the level that most members have."""
        if not self._is_level(self.order):
            return self.order
        most = max(sorted(self.own), key=lambda column: self.traits.above[row, column])
        return most if self.traits.above[row, most] >= LEAST_SHARE else self.order

    def find_noun(self, row: int) -> str:
        if not self._is_level(self.order):
            return str(self.find_word(row, self.order))
        column = self.find_noun_column(row)
        title = list(self.features.values())[column]
        is_had = self.traits.above[row, column] >= LEAST_SHARE
        return begin_name(title.level) if is_had else self._name_mixture(title.category)

    def _name_mixture(self, category: str) -> str:
        """What is said of whom no level has most: mixed tier, and partly newsletter of yes or no."""
        is_whether = any(title.level == category for title in self.features.values())
        return f"{'Partly' if is_whether else 'Mixed'} {category}"

    def _is_level(self, column: int) -> bool:
        return bool(list(self.features.values())[column].level)

    def name_levels(self, row: int) -> dict[str, Level]:
        return {name: _LEVELS[level + 1] for name, level in zip(self.features, self.levels[row], strict=True)}

    def list_words(self, row: int) -> tuple[Word, ...]:
        """Every word that is true of the segment, the noun first."""
        levels, first = self.name_levels(row), self.find_noun_column(row)
        noun_first = sorted(enumerate(self.features), key=lambda feature: feature[0] != first)
        texts = (
            (name, self.find_noun(row) if column == first else self.find_word(row, column))
            for column, name in noun_first
        )
        return tuple(Word(name, levels[name], text) for name, text in texts if text)

    def try_words(self, row: int, rivals: Sequence[int], *, middle: bool) -> Iterator[str]:
        """Names of one to three words besides the noun, not all true of any rival; best first.

        Best is fewest words, then the farthest from the nearest rival by the word that tells it
        apart (from all customers, where there is no rival), then recipe order.
        """
        usable = [
            column
            for column in range(len(self.lexicon))
            if column not in self.own and self.find_word(row, column) and (middle or self.levels[row, column])
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
            if not titles[column].level:
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
        noun = self.find_noun_column(rows[0])
        rivals = (row for row in range(len(self.ids)) if self.find_noun(row) == self.find_noun(rows[0]))
        others = [row for row in rivals if row not in rows]
        texts = compare_rivals(self.traits, list(self.features.values()), rows, noun, others)
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
        apart[sorted(self.own)] = 0.0
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
