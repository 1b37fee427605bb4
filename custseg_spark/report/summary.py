"""The first screen of the page as plain values: summary.json, for whoever shows a run elsewhere."""

from __future__ import annotations

import math
from typing import Any

from custseg_spark.report.page import Page


def build_summary(page: Page) -> dict[str, Any]:
    """Headline, trust, what decides, what to be careful with, outcomes, and each segment in words; no NaN.

    `outcomes`: name, whether its means are shares, its mean of all customers; a segment's `outcomes` hold its
    mean and the 95 percent interval of it, in the same order.
    """
    return {
        "title": page.title,
        "headline": page.headline,
        "trust": None
        if page.trust is None
        else {"verdict": page.trust.verdict, "sentence": page.trust.sentence},
        "decides": [{"feature": name, "share": _known(share)} for name, share in page.decides],
        "careful": page.careful,
        "order_by": page.order_by,
        "value": page.value,
        "outcomes": [
            {"name": one.name, "unit": one.unit, "is_rate": one.rate, "overall": _known(one.overall)}
            for one in page.outcomes
        ],
        "segments": [
            {
                "segment": segment.id,
                "name": segment.name,
                "size": segment.size,
                "share": segment.share,
                "share_of_value": _known(segment.value_share),
                "fact": segment.fact,
                "sentence": segment.sentence,
                "action": segment.action,
                "words": segment.words,
                "stability": _known(segment.stability),
                "outcomes": [
                    {"mean": _known(one.mean), "low": _known(one.low), "high": _known(one.high)}
                    for one in segment.outcomes
                ],
            }
            for segment in page.segments
        ],
    }


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
