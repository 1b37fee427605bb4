"""The page: whole from little, safe from hostile text, small, and alone in the world."""

import re
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from custseg_spark.report import assemble, page, tables
from custseg_spark.report.html import FIGURES, render_page
from custseg_spark.report.plots.data import FeatureView
from tests.unit import report_trial

HOSTILE = '<script>alert("1")</script>"\' onload=x {{ 7*7 }} &amp;'
LEAST = {"title", "run_id", "when", "headline", "segments"}


@pytest.fixture(scope="module")
def full() -> page.Page:
    return report_trial.full_page(report_trial.trial(), {"pca_2d.png": b"png", "boxes.png": b"png"})


def test_the_least_page_stands() -> None:
    html = render_page(page.Page("t", "r", "today", ("One segment.",), (page.Segment(0, "All", 9, 1.0),)))
    assert "One segment." in html
    assert "All" in html
    for heading in ("Why", "Plain rules", "The data", "Fairness", "Method", "Do it again", "Can I trust it?"):
        assert f">{heading}" not in html


def test_every_part_may_be_missing_alone(full: page.Page) -> None:
    empty = page.Page("t", "r", "today", ("One.",), ())
    whole = render_page(full)
    for one in fields(page.Page):
        if one.name not in LEAST and getattr(full, one.name) != getattr(empty, one.name):
            assert render_page(replace(full, **{one.name: getattr(empty, one.name)})) != whole, one.name


def test_the_first_screen_has_a_line_per_segment(full: page.Page) -> None:
    html = render_page(full)
    answer = html[html.index('id="answer"') : html.index("<nav")]
    for segment in full.segments:
        assert segment.name in answer
        assert segment.fact in answer
        assert segment.action in answer
    assert answer.count("do not act on this segment alone") == 1
    assert "Reproducible" in answer


def test_text_from_data_is_escaped(full: page.Page) -> None:
    bad = replace(
        full.segments[0], name=HOSTILE, fact=HOSTILE, sentence=HOSTILE, action=HOSTILE, words=(HOSTILE,)
    )
    views = (FeatureView(HOSTILE, HOSTILE),)
    table = pd.DataFrame({"segment": [0], f"mean_{HOSTILE}": [1.0], f"z_{HOSTILE}": [1.0]})
    hostile = replace(
        full,
        title=HOSTILE,
        headline=(HOSTILE,),
        segments=(bad, *full.segments[1:]),
        value=HOSTILE,
        outcomes=(page.Outcome(HOSTILE),),
        profile=page.Profile(table, views),
        rows=page.Rows(2, 1, 1, ((HOSTILE, 1),)),
        careful=(HOSTILE,),
        rules=(page.Rule(HOSTILE, HOSTILE, "warn", 1),),
        columns=tuple(replace(column, name=HOSTILE, unit=HOSTILE) for column in full.columns),
        evidence=replace(full.evidence, why=HOSTILE, runners_up=((3, HOSTILE),)),
        recipe=HOSTILE,
        more=(
            page.Section(
                HOSTILE, (HOSTILE,), (tables.Table((tables.Column(HOSTILE, "text"),), ((HOSTILE,),)),)
            ),
        ),
    )
    html = render_page(hostile)
    assert "<script>alert" not in html
    assert html.count("<script>") == 1
    assert "\"' onload=x" not in html
    assert "{{ 7*7 }}" in html


def test_nothing_is_fetched(full: page.Page) -> None:
    html = render_page(full)
    assert not re.findall(r"""(?:src|href)\s*=\s*(?!["'](?:data:|#))\S+""", html)
    assert not re.findall(r"@import|url\(|https?://", html)


def test_the_page_stays_under_3_mb(full: page.Page) -> None:
    big = np.random.default_rng(0).bytes(900_000)
    figures = dict.fromkeys(FIGURES, big)
    html = render_page(replace(full, figures=figures, dark_figures=figures))
    assert len(html.encode()) < 3_000_000
    assert "pca_2d.png" not in html.split("these stand beside it only:")[0]
    assert "pca_3d.png" in html.split("these stand beside it only:")[1]


def test_scores_that_were_not_taken_leave_no_column() -> None:
    sweep = pd.DataFrame(
        {"k": [3, 2], "silhouette": [0.5, 0.4], "gap": [np.nan, np.nan], "chosen": [True, False]}
    )
    table = tables.build_sweep_table(sweep, 3, every=True)
    assert [column.title for column in table.columns] == ["Segments", "Silhouette"]
    assert table.rows == ((2.0, 0.4), (3.0, 0.5))
    assert table.marked == 1


def test_segments_from_profile_csv() -> None:
    profile = pd.DataFrame(
        {
            "segment": [1, 0], "name": ["b", "a"], "size": [40, 60], "share": [0.4, 0.6],
            "mean_spend": [10.0, 100.0], "z_spend": [-0.5, 0.9], "median_spend": [9.0, 90.0],
            "mean_age": [40.0, 41.0], "z_age": [-0.1, 0.1], "median_age": [np.nan, 40.0],
            "share_of_total_spend": [0.13, 0.87],
            "mean_answered": [0.1, np.nan], "low_answered": [0.05, np.nan], "high_answered": [0.2, np.nan],
        }
    )  # fmt: skip
    spend, age = FeatureView("spend", "euro"), FeatureView("age")
    told = {0: assemble.SegmentText(fact="rich", stability=0.5)}
    first, second = assemble.build_segments(
        profile, (spend, age), told, (page.Outcome("answered"),), "spend", {"spend": 46.0}
    )
    assert (first.id, first.name, first.value_share, first.fact, first.shaky) == (0, "a", 0.87, "rich", True)
    assert first.apart == (page.Apart(spend, 100.0, 46.0, 0.9),)
    assert first.outcomes == (page.Interval(None, None, None),)
    assert second.typical == ((spend, 9.0),)
    assert second.outcomes == (page.Interval(0.1, 0.05, 0.2),)
    assert not second.shaky
