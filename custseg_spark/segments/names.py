"""Names for segments by a written rule: unique, true, and the same for the same numbers.

The rule, in the order it is applied (docs/names.md tells it with examples):

1. A segment is high on a feature if its z is at least 0.5 on the model scale and at least 60
   percent of its members lie above the median of all customers; low mirrors it; else it is in
   the middle. A word is true of a segment if it stands for the segment's level.
2. The noun is the word of the `order_by` feature; where that is a level of a category, the level of it
   that at least 60 percent of the members have, or else "Mixed tier". A segment whose noun no other has adds
   the low or high word that lies farthest from all customers, if one is true of it.
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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from custseg_spark.errors import RecipeError
from custseg_spark.made_words import Title, Words
from custseg_spark.segments.name_facts import NameFacts, SegmentName
from custseg_spark.segments.traits import Traits
from custseg_spark.wording import fold_text


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
    facts = NameFacts(traits, traits.levels, titles, lexicon, order, ids)
    names = {row: pinned[segment] for row, segment in enumerate(ids) if segment in pinned}
    for noun in dict.fromkeys(facts.find_noun(row) for row in range(len(ids))):
        rows = [row for row in range(len(ids)) if facts.find_noun(row) == noun]
        _name_rivals(facts, rows, names)
    return tuple(
        SegmentName(segment, names[row], facts.name_levels(row), facts.list_words(row))
        for row, segment in enumerate(ids)
    )


def _name_rivals(facts: NameFacts, rows: Sequence[int], names: dict[int, str]) -> None:
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
