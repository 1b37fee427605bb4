"""What to do with a segment: the recipe's rules over its words, else a default that its figures bear out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custseg_spark.recipe.models import Action
from custseg_spark.segments.claims import find_objection
from custseg_spark.segments.profile import Profile, SegmentProfile
from custseg_spark.segments.purchase_gap import PurchaseGap, State, measure_gap, tells_span
from custseg_spark.segments.traits import Level
from custseg_spark.topics import Topic, find_topic
from custseg_spark.wording import fold_text, split_words

_SHOPPING: frozenset[Topic] = frozenset(["spend", "frequency", "recency", "deals", "channel"])
"""Where no feature is about buying, nothing is known of what to sell: borrowers are not rewarded."""

ANY: frozenset[State] = frozenset(["active", "late", "gone", "unknown"])
_HERE: frozenset[State] = ANY - {"gone"}
_GONE: frozenset[State] = frozenset(["gone"])
_LATE: frozenset[State] = frozenset(["late"])
_ACTIVE: frozenset[State] = frozenset(["active"])
_UNKNOWN: frozenset[State] = frozenset(["unknown"])

DEFAULTS: Sequence[tuple[Mapping[Topic, Level], frozenset[State], str]] = (
    ({"spend": "high"}, _GONE, "Win back first, they spent much and are gone{told}"),
    ({"spend": "high", "recency": "high"}, _LATE, "Remind first, they spent much and are due again{told}"),
    ({"spend": "high", "recency": "high"}, _UNKNOWN, "Remind first, they spent much{told}"),
    ({"spend": "high", "recency": "high"}, _ACTIVE, "Keep and reward, they are away as usual{told}"),
    (
        {"spend": "high", "deals": "high"},
        ANY,
        "Keep with bundles and early access rather than with deeper discounts",
    ),
    (
        {"spend": "high", "recency": "low", "deals": "low"},
        _HERE,
        "Keep and reward: thank them, show what is new first, no discount needed",
    ),
    ({"spend": "high", "recency": "low"}, _HERE, "Keep and reward: thank them, show what is new first"),
    ({"spend": "high", "tenure": "low"}, ANY, "Welcome them well: a personal contact now"),
    ({"spend": "high", "deals": "low"}, ANY, "Keep and reward: personal service, no discount needed"),
    ({"spend": "high"}, ANY, "Keep and reward: personal service"),
    ({"spend": "low", "income": "high"}, ANY, "Develop: they could spend more; show them the upper range"),
    ({"deals": "high"}, ANY, "Sell through deals with a floor on the margin; try bundles"),
    ({"spend": "low"}, _GONE, "Try once to win back, at low cost{told}"),
    ({}, _GONE, "Win back with one personal reason{told}"),
    (
        {"spend": "low", "recency": "high"},
        _LATE | _UNKNOWN,
        "Remind at low cost, and stop when they stay silent{told}",
    ),
    (
        {"spend": "low", "recency": "low"},
        _ACTIVE,
        "Develop while they are active: an offer for the next purchase",
    ),
    ({"spend": "low", "recency": "low"}, ANY, "Develop: an offer for the next purchase"),
    ({"spend": "low", "tenure": "low"}, ANY, "Welcome: guide them to the next purchase"),
    ({"recency": "high"}, _LATE, "Remind, they are due again{told}"),
    ({"recency": "high"}, _UNKNOWN, "Remind with one personal reason to buy again{told}"),
    (
        {"spend": "mid", "frequency": "high"},
        ANY,
        "Raise the basket: bundles, and free delivery above a threshold",
    ),
    ({"channel": "high"}, ANY, "Reach them where they are: {channel}"),
    ({"spend": "low"}, ANY, "Serve at low cost; try one offer that starts a habit"),
    ({"frequency": "high"}, ANY, "Reward frequency: points or early access"),
    ({"frequency": "low"}, ANY, "Give them a reason to buy again soon"),
    ({"tenure": "high"}, ANY, "Thank them for staying"),
    ({"tenure": "low"}, ANY, "Welcome: guide them to the next purchase"),
    ({"income": "high"}, ANY, "Show the upper range"),
    ({"income": "low"}, ANY, "Show good value for money"),
    ({"spend": "mid"}, ANY, "Develop: offer a second category"),
    ({"spend": "mid"}, ANY, "Keep and reward: no segment spends more"),
)  # fmt: skip
"""Levels of what the features mean, states by `purchase_gap`, and what to do; the first that is met, and that
no figure contradicts, wins. Of several features of a kind the one that the name speaks of first decides; of
channels any. `{told}` is the time since the last purchase and the usual gap, `{channel}` a place that
`CHANNELS` knows: no word of a recipe or of a column is put into a sentence that it may not fit."""

CHANNELS: Mapping[str, str] = {
    "app": "in the app",
    "web": "on the web",
    "online": "on the web",
    "mobile": "on the mobile phone",
    "phone": "by phone",
    "catalog": "through the catalogue",
    "catalogue": "through the catalogue",
    "store": "in the store",
    "stores": "in the store",
    "shop": "in the store",
}
"""Where customers are, by a word of the feature's name; of several words the first of these."""


@dataclass(frozen=True)
class Suggestion:
    """What to do with a segment; `objection`: what the figures say against it, in a sentence, if anything."""

    action: str
    objection: str = ""


def suggest_action(segment: SegmentProfile, profile: Profile, rules: Sequence[Action] = ()) -> Suggestion:
    """What to do, by the first rule of the recipe whose words are all true of the segment, else by default.

    A rule is a person's and is kept where the figures contradict it; a default is then passed over. Empty
    where the features are not about buying, or nothing that is known to help fits the figures.
    """
    gap = measure_gap(segment, profile)
    true = {fold_text(word.text) for word in segment.named.words}
    asked = next((rule.do for rule in rules if true.issuperset(map(fold_text, rule.when))), None)
    if asked is not None:
        return Suggestion(asked, find_objection(asked, segment, profile, gap))
    return Suggestion(_choose_default(segment, profile, gap))


def _choose_default(segment: SegmentProfile, profile: Profile, gap: PurchaseGap) -> str:
    topics = _list_topics(segment, profile)
    if _SHOPPING.isdisjoint(topics):
        return ""
    told = f": {gap.figures}" if gap.figures else ""
    levels = {topic: {segment.named.levels[feature] for feature in some} for topic, some in topics.items()}
    for conditions, states, do in DEFAULTS:
        met = all(level in levels.get(topic, ()) for topic, level in conditions.items())
        channel = ""
        if met and "channel" in conditions:
            high = [one for one in topics["channel"] if segment.named.levels[one] == conditions["channel"]]
            channel = next((place for one in high if (place := _find_place(one, profile))), "")
            met = bool(channel)
        if not met or gap.state not in states:
            continue
        action = do.format(told=told, channel=channel)
        if not find_objection(action, segment, profile, gap):
            return action
    return ""


def _list_topics(segment: SegmentProfile, profile: Profile) -> dict[Topic, list[str]]:
    """What the features are about -> the feature that decides: the noun's, then one that the name speaks of,
    then recipe order; of channels all, in this order."""
    named = segment.named
    words = {word.feature: word.text for word in named.words}
    noun = named.words[0].feature if named.words else ""
    topics: dict[Topic, list[str]] = {}
    for feature in sorted(
        named.levels, key=lambda f: (f != noun, f not in words or words[f] not in named.name)
    ):
        topic = _find_topic(feature, profile)
        if topic and (topic == "channel" or topic not in topics):
            topics.setdefault(topic, []).append(feature)
    return topics


def _find_topic(feature: str, profile: Profile) -> Topic | None:
    """What a feature is about, where a high value of it means more of that: a year in which somebody joined
    is no tenure, and a level of a category no more of anything, but a channel."""
    name, unit = _call(feature, profile)
    topic = find_topic(name, unit)
    if any(column.name == feature and column.category for column in profile.shown):
        return "channel" if topic == "channel" else None
    return None if topic in ("tenure", "recency") and not tells_span(name, unit) else topic


def _find_place(feature: str, profile: Profile) -> str:
    words = split_words(_call(feature, profile)[0])
    return next((place for word, place in CHANNELS.items() if word in words), "")


def _call(feature: str, profile: Profile) -> tuple[str, str]:
    """What a feature is called, and its unit."""
    column = next((one for one in profile.shown if one.name == feature), None)
    return (column.label or column.name, column.unit) if column else (feature, "")
