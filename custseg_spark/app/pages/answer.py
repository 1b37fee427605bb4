"""The first screen of a run, and its segments as cards: what the report says, on the page."""

from __future__ import annotations

import streamlit as st

from custseg_spark import wording
from custseg_spark.app.compare import list_mean_columns
from custseg_spark.app.pages import parts
from custseg_spark.app.run_view import RunView
from custseg_spark.report import palette
from custseg_spark.report.profile_table import Contrast, find_contrasts
from custseg_spark.report.view import OutcomeView, SegmentView

SHAKY = "do not act on this segment alone"


def show_answer(run: RunView) -> None:
    """The first screen: the headline, a line per segment, and what to know before acting on it."""
    summary = run.summary
    first, *rest = summary.headline
    more = "".join(f" <span>{parts.escape_html(sentence)}</span>" for sentence in rest)
    with_value = any(one.share_of_value is not None for one in summary.segments)
    head = (
        f'<th class="n">share of {parts.escape_html(wording.humanize(summary.value))}</th>'
        if with_value
        else ""
    )
    first_outcome = summary.outcomes[0] if summary.outcomes else None
    if first_outcome is not None:
        note = "average, and the range it lies in with 95 % certainty"
        name = wording.capitalize(wording.humanize(first_outcome.name))
        head += f'<th class="n" title="{note}">{parts.escape_html(name)}</th>'
    rows = "".join(_line(one, with_value, first_outcome) for one in summary.segments)
    st.html(
        f'<div class="cs-headline">{parts.escape_html(first)}{more}</div>'
        '<div class="cs-scroll"><table class="cs-table">'
        f'<thead><tr><th>Segment</th><th class="n">customers</th><th class="n">share</th>{head}'
        f"<th class='fact'>What sets it apart</th><th>What to do</th></tr></thead><tbody>{rows}</tbody>"
        "</table></div>"
        f'<div class="cs-asks">{_trust(run)}{_decides(run)}{_left_out(run)}{_careful(run)}</div>'
    )


def _line(one: SegmentView, with_value: bool, outcome: OutcomeView | None) -> str:
    flag = f'<span class="cs-flag">{SHAKY}</span>' if one.shaky else ""
    came = ""
    if outcome is not None:
        found = one.outcomes[0] if one.outcomes else None
        said = outcome.write(found.mean, found.low, found.high) if found else "–"
        mean, _, interval = said.partition(" (")
        came = f'<td class="n">{mean}<small>{interval.rstrip(")")}</small></td>'
    value = f'<td class="n">{wording.format_percent(one.share_of_value)}</td>' if with_value else ""
    style = f"width:{100 * one.share:.1f}%;background:{palette.pick_colour(one.segment)}"
    bar = f'<i class="cs-bar"><b style="{style}"></b></i>'
    return (
        f"<tr><th>{parts.draw_mark(one.segment)}{parts.escape_html(one.name)}{flag}</th>"
        f"<td class='n'>{one.size:,}</td>"
        f"<td class='n'>{wording.format_percent(one.share)}{bar}</td>{value}{came}"
        f"<td class='fact'>{parts.escape_html(one.fact)}</td><td>{parts.escape_html(one.action)}</td></tr>"
    )


def _trust(run: RunView) -> str:
    trust = run.summary.trust
    if trust is None:
        return ""
    verdict = f"<b>{parts.escape_html(wording.capitalize(trust.verdict))}.</b>"
    return f"<div><h4>Can I trust it?</h4><p>{verdict} {parts.escape_html(trust.sentence)}</p></div>"


def _decides(run: RunView) -> str:
    known = [(one.feature, one.share) for one in run.summary.decides if one.share is not None]
    if not known:
        return ""
    lines = "".join(
        f'<div class="cs-way"><span>{parts.escape_html(wording.humanize(name))}</span>'
        f'<u class="cs-bar"><b style="width:{100 * share:.0f}%;background:{palette.SOFT_INK}"></b></u>'
        f"<span>{wording.format_percent(share)}</span></div>"
        for name, share in known[:4]
    )
    return f"<div><h4>What decides</h4>{lines}<p>Share of its variation that the segments explain.</p></div>"


def _left_out(run: RunView) -> str:
    rows = run.record.rows
    if not rows.quarantined:
        said = f"Nobody: all {rows.read:,} customers have a segment."
    else:
        reasons = sorted(rows.by_reason.items(), key=lambda reason: -reason[1])[:4]
        listed = ", ".join(f"{wording.humanize(reason)} ({count:,})" for reason, count in reasons)
        said = f"{rows.quarantined:,} of {rows.read:,} rows: {listed}."
    return f"<div><h4>What was left out</h4><p>{parts.escape_html(said)}</p></div>"


def _careful(run: RunView) -> str:
    lines = "".join(f"<li>{parts.escape_html(line)}</li>" for line in run.summary.careful[:3])
    return f"<div><h4>Be careful</h4><ul>{lines}</ul></div>" if lines else ""


def show_cards(run: RunView, only: list[int] | None = None) -> None:
    """A card per segment: who they are, what sets them apart, what to do."""
    chosen = [one for one in run.summary.segments if only is None or one.segment in only]
    st.html(f'<div class="cs-cards">{"".join(_card(run, one) for one in chosen)}</div>')


def _card(run: RunView, one: SegmentView) -> str:
    contrasts = find_contrasts(run.profile, one.segment, list_mean_columns(run.profile))
    ways = "".join(_way(contrast, one.segment) for contrast in contrasts[:6])
    action = f'<p class="do"><span>What to do</span>{parts.escape_html(one.action)}</p>' if one.action else ""
    flag = f'<p class="cs-flag">{wording.capitalize(SHAKY)}.</p>' if one.shaky else ""
    return (
        f'<div class="cs-card"><h3>{parts.draw_mark(one.segment)}{parts.escape_html(one.name)}</h3>{flag}'
        f"<p>{parts.escape_html(one.sentence)}</p>{ways}{_came_of_it(run, one)}{action}</div>"
    )


def _came_of_it(run: RunView, one: SegmentView) -> str:
    """Every outcome: the segment's average with its interval, and that of all customers."""
    lines = "".join(
        f'<div class="cs-came"><span>{parts.escape_html(wording.humanize(outcome.name))}</span>'
        f"<span>{outcome.write(found.mean, found.low, found.high)}, "
        f"all {outcome.write(outcome.overall)}</span></div>"
        for outcome, found in zip(run.summary.outcomes, one.outcomes, strict=False)
    )
    return f"<div class='cs-success'><h4>What came of it</h4>{lines}</div>" if lines else ""


def _way(contrast: Contrast, segment: int) -> str:
    """A bar from the middle: how far the mean lies from all customers."""
    z = contrast.z
    width = min(abs(z) / 2, 1) * 50
    left, colour = 50 if z > 0 else 50 - width, palette.pick_colour(segment)
    side = f"left:{left:.1f}%;width:{width:.1f}%;background:{colour}"
    said = f"<span>{parts.escape_html(wording.humanize(contrast.column))}</span>"
    value = f"<span>{wording.format_number(contrast.mean)}</span>"
    return f'<div class="cs-way">{said}<i><b style="{side}"></b></i>{value}</div>'
