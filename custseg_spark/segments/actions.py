"""What to do with a segment: the recipe's rules over its words, else a default by what its features mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custseg_spark.recipe.models import Action
from custseg_spark.segments.names import SegmentName
from custseg_spark.segments.traits import Level
from custseg_spark.topics import Topic, find_topic
from custseg_spark.wording import fold_text

_SHOPPING: frozenset[Topic] = frozenset(["spend", "frequency", "recency", "deals", "channel"])
"""Where no feature is about buying, nothing is known of what to sell: borrowers are not rewarded."""

_DEFAULTS: Sequence[tuple[Mapping[Topic, Level], str]] = (
    ({"spend": "high", "recency": "high"}, "Win back first: they spent much and have gone quiet"),
    (
        {"spend": "high", "deals": "high"},
        "Keep with bundles and early access rather than with deeper discounts",
    ),
    (
        {"spend": "high", "recency": "low"},
        "Keep and reward: thank them, show what is new first, no discount needed",
    ),
    ({"spend": "high", "tenure": "low"}, "Welcome them well: a personal contact now"),
    ({"spend": "high"}, "Keep and reward: personal service, no discount needed"),
    ({"spend": "low", "income": "high"}, "Develop: they could spend more; show them the upper range"),
    ({"deals": "high"}, "Sell through deals with a floor on the margin; try bundles"),
    ({"spend": "low", "recency": "high"}, "Remind at low cost; stop when they stay silent"),
    ({"spend": "low", "recency": "low"}, "Develop while they are active: an offer for the next purchase"),
    ({"spend": "low", "tenure": "low"}, "Welcome: guide them to the next purchase"),
    ({"recency": "high"}, "Remind: one personal reason to come back"),
    ({"spend": "mid", "frequency": "high"}, "Raise the basket: bundles, and free delivery above a threshold"),
    ({"channel": "high"}, "Reach them where they are: {channel}"),
    ({"spend": "low"}, "Serve at low cost; try one offer that starts a habit"),
    ({"frequency": "high"}, "Reward frequency: points or early access"),
    ({"frequency": "low"}, "Give a reason to come back soon"),
    ({"tenure": "high"}, "Thank them for staying"),
    ({"tenure": "low"}, "Welcome: guide them to the next purchase"),
    ({"income": "high"}, "Show the upper range"),
    ({"income": "low"}, "Show good value for money"),
    ({"spend": "mid"}, "Develop: offer a second category"),
)
"""First match wins. A kind with several features is at a level if any of them is."""


def suggest_action(
    named: SegmentName, rules: Sequence[Action] = (), units: Mapping[str, str] | None = None
) -> str:
    """What to do, by the first rule of the recipe whose words are all true of the segment, else by default.

    units: per feature; tells that a feature in money is spend, where its name says nothing else. Empty where
    the features are not about buying, or nothing that is known to help fits the figures.
    """
    true = {fold_text(word.text) for word in named.words}
    asked = next((rule.do for rule in rules if true.issuperset(map(fold_text, rule.when))), None)
    return _choose_default(named, units or {}) if asked is None else asked


def _choose_default(named: SegmentName, units: Mapping[str, str]) -> str:
    words = {word.feature: word.text for word in named.words}
    # Of several features of a kind, one that the name speaks of comes first.
    features = sorted(named.levels, key=lambda f: f not in words or words[f] not in named.name)
    topics = {feature: find_topic(feature, units.get(feature, "")) for feature in features}
    if _SHOPPING.isdisjoint(topics.values()):
        return ""
    for conditions, do in _DEFAULTS:
        met = {
            topic: next((f for f, of in topics.items() if of == topic and named.levels[f] == level), "")
            for topic, level in conditions.items()
        }
        if all(met.values()):
            return do.format(**{topic: words.get(feature, feature) for topic, feature in met.items()})
    return ""
