"""Words for the low, middle and high values of a feature, made of its name: few orders, high balance."""

from __future__ import annotations

import re
from dataclasses import dataclass

from custseg_spark.topics import PERIODS, find_topic, is_count
from custseg_spark.wording import capitalize, split_words, write_label

_CODE = re.compile(r"_?(c|x|v|var|col|column|feature|field|attr|f)_?\d+", re.IGNORECASE)
"""A name that a machine made: it says nothing, so it is quoted."""
_EACH = re.compile(r"(?<=s) (per )?(day|week|month|quarter|year)$")
_MARK = re.compile(
    r"^(total|number of|num of|num|n|nb|no|nombre( de)?|num[eé]ro( d[ei])?|anzahl)(\. ?| )", re.IGNORECASE
)
"""What stands before what is counted."""
_SPAN = frozenset(["duration", "length", "tenure"])


Words = tuple[str | None, str | None, str | None]
"""What a low, a middle and a high value is called; None says nothing."""


@dataclass(frozen=True)
class Title:
    """What a feature is called and counted in: `name` as in the recipe, `label` as people write it where the
    name can't. `may_count`: false where its values are under zero or have fractions, so that none is few.

    `level`: of a level of a category the word for who has it, Gold, and `category` what the category is
    called; both are empty for a number."""

    name: str
    label: str = ""
    unit: str = ""
    may_count: bool = True
    category: str = ""
    level: str = ""

    @property
    def text(self) -> str:
        """The name in words: total spend; quoted where it says nothing: “c1”."""
        if self.label:
            return self.label
        return f"“{self.name}”" if _CODE.fullmatch(self.name) else write_label(self.name)

    @property
    def thing(self) -> str:
        """What is low or few: without the mark of a count, which few and many say already."""
        if self.level:
            return self.level
        if not self._is_counted():
            return self.text
        return _EACH.sub(r" a \2", _MARK.sub("", self.text) or self.text)

    def make_words(self) -> tuple[str, str, str]:
        """What a low, a middle and a high value is called."""
        low, mid, high = self._find_degrees()[:3]
        return f"{low} {self.thing}", f"{mid} {self.thing}", f"{high} {self.thing}"

    def choose_words(self, words: Words | None, *, is_noun: bool) -> Words:
        """Those given, else made ones; a noun always has one, with a capital. Of a level only that most
        have it is a word: that few do says nothing of whom they are."""
        if self.level:
            return None, None, begin_name(self.level) if is_noun else self.level
        made = self.make_words()
        if not is_noun:
            return words or made
        low, mid, high = (begin_name(given or text) for given, text in zip(words or made, made, strict=True))
        return low, mid, high

    def make_comparatives(self) -> tuple[str, str]:
        """What the lower and the higher of two is called: fewer orders, more orders; less often Gold."""
        if self.level:
            return f"less often {self.level}", f"more often {self.level}"
        if find_topic(self.label or self.name, self.unit) == "recency":
            return "more recent", "less recent"
        less, more = self._find_degrees()[3:]
        return f"{less} {self.thing}", f"{more} {self.thing}"

    def _find_degrees(self) -> tuple[str, str, str, str, str]:
        words = split_words(self.label or self.name)
        if self._is_counted():
            return "few", "some", "many", "fewer", "more"
        if words and words[-1] in _SPAN:
            return "short", "medium", "long", "shorter", "longer"
        return "low", "mid", "high", "lower", "higher"

    def _is_counted(self) -> bool:
        words = split_words(self.label or self.name)
        return self.may_count and (
            is_count(self.label or self.name, self.unit) or (len(words) > 1 and words[0] in PERIODS)
        )


def begin_name(text: str) -> str:
    """A capital first, but for a word that has capitals of its own, such as iPhone."""
    first = text.split(" ", 1)[0]
    return capitalize(text) if first == first.lower() else text
