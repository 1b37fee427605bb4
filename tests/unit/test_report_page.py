"""The page: whole from little, safe from hostile text, small, and alone in the world."""

import json
import re
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from custseg_spark.errors import RunError
from custseg_spark.evidence import Candidate
from custseg_spark.quantities import Line
from custseg_spark.report import page, tables
from custseg_spark.report.html import FIGURES, render_page
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.profile_table import Contrast, ProfileTable
from custseg_spark.report.sweep_scores import SCORES, build_sweep_table
from custseg_spark.report.view import MeanView, OutcomeView, SegmentView, Summary, read_summary
from custseg_spark.runs import SegmentShare
from tests.unit import report_trial

HOSTILE = '<script>alert("1")</script>"\' onload=x {{ 7*7 }} &amp;'
LEAST = {"summary", "run_id", "when"}
ONE = Summary(
    title="t",
    headline=(Line("One segment."),),
    segments=(SegmentView(segment=0, name="All", size=9, share=1.0),),
)


@pytest.fixture(scope="module")
def full(trial: report_trial.Trial) -> page.Page:
    return report_trial.full_page(trial, {"pca_2d.png": b"png", "boxes.png": b"png"})


def test_the_least_page_stands() -> None:
    html = render_page(page.Page(ONE, "r", "today"))
    assert "One segment." in html
    assert "All" in html
    assert "What to do" not in html  # where no segment has an action there is no column of them
    for heading in ("Why", "Plain rules", "The data", "Fairness", "Method", "Do it again", "Can I trust it?"):
        assert f">{heading}" not in html


def test_every_part_may_be_missing_alone(full: page.Page) -> None:
    empty, whole = page.Page(ONE, "r", "today"), render_page(full)
    assert 'class="still">What to do' in whole
    for one in fields(page.Page):
        if one.name not in LEAST and getattr(full, one.name) != getattr(empty, one.name):
            assert render_page(replace(full, **{one.name: getattr(empty, one.name)})) != whole, one.name
    for name, field in Summary.model_fields.items():
        if not field.is_required() and name not in ("schema_version", "title", "shares"):
            less = full.summary.model_copy(update={name: field.default})
            assert render_page(replace(full, summary=less)) != whole, name


def test_the_first_screen_has_a_line_per_segment(full: page.Page) -> None:
    html = render_page(full)
    answer = html[html.index('id="answer"') : html.index("<nav")]
    for segment in full.summary.segments:
        assert segment.name in answer
        assert segment.fact.text in answer
        assert segment.action in answer
    assert answer.count("do not act on this segment alone") == 1
    assert "Reproducible" in answer


def test_text_from_data_is_escaped(full: page.Page) -> None:
    bad = full.summary.segments[0].model_copy(
        update={
            **dict.fromkeys(("name", "action"), HOSTILE),
            **dict.fromkeys(("fact", "sentence"), Line(HOSTILE)),
            "words": (HOSTILE,),
        }
    )
    views = (FeatureView(HOSTILE, HOSTILE),)
    table = pd.DataFrame({"segment": [0], f"mean_{HOSTILE}": [1.0], f"z_{HOSTILE}": [1.0]})
    assert full.evidence
    hostile = replace(
        full,
        summary=full.summary.model_copy(
            update={
                **{"title": HOSTILE, "headline": (Line(HOSTILE),), "value": HOSTILE, "careful": (HOSTILE,)},
                "segments": (bad, *full.summary.segments[1:]),
                "outcomes": (OutcomeView(name=HOSTILE),),
            }
        ),
        profile=ProfileTable(table, views),
        rows=page.RowTotals(2, 1, 1, ((HOSTILE, 1),)),
        rules=(page.RuleCount(HOSTILE, HOSTILE, "warn", 1),),
        columns=tuple(replace(column, column=views[0]) for column in full.columns),
        evidence=replace(full.evidence, why=HOSTILE, runners_up=((3, HOSTILE),)),
        recipe=HOSTILE,
        sections=(
            page.PageSection(
                HOSTILE, (HOSTILE,), (tables.PageTable((tables.Column(HOSTILE, "text"),), ((HOSTILE,),)),)
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
    table = build_sweep_table(sweep, 3, every=True)
    assert [column.title for column in table.columns] == ["Segments", "Silhouette"]
    assert table.rows == ((2.0, 0.4), (3.0, 0.5))
    assert table.marked == 1


def test_every_score_of_a_candidate_has_a_column() -> None:
    """A score without a title would be missing on the page."""
    assert {one.name for one in fields(Candidate)} == {*SCORES, "jaccards", "distinct_segments", "redraws"}


def test_what_a_card_shows_of_profile_csv() -> None:
    profile = pd.DataFrame(
        {
            "segment": [1, 0],
            "mean_spend": [10.0, 100.0], "z_spend": [-0.5, 0.9], "median_spend": [9.0, 90.0],
            "mean_age": [40.0, 41.0], "z_age": [-0.1, 0.1], "median_age": [np.nan, 40.0],
        }
    )  # fmt: skip
    spend, age = FeatureView("spend", "euro"), FeatureView("age")
    shown = ProfileTable(profile, (spend, age))
    assert shown.list_contrasts(0) == [Contrast("spend", 100.0, 0.9)]
    assert shown.list_medians(1) == [(spend, 9.0)]
    assert (shown.list_contrasts(7), shown.list_medians(7)) == ([], [])


def test_a_median_customer_has_no_share_and_no_half_of_a_yes() -> None:
    profile = pd.DataFrame({"segment": [0], "median_answered": [0.0], "median_age": [40.0]})
    shown = ProfileTable(profile, (FeatureView("answered", rate=True), FeatureView("age")))
    assert [view.name for view, _ in shown.list_medians(0)] == ["age"]


def test_a_summary_comes_back_as_it_was_written(full: page.Page) -> None:
    text = full.summary.to_json()
    assert read_summary(text.encode(), []) == full.summary
    assert json.loads(text)["schema_version"] == 2


def test_a_summary_holds_no_nan() -> None:
    mean = MeanView(mean=float("nan"), low=-float("inf"), high=0.2)
    assert (mean.mean, mean.low, mean.high) == (None, None, 0.2)


def test_a_summary_of_an_older_version_is_read_and_that_of_a_newer_is_refused() -> None:
    """0.1.0 wrote no version, no outcomes and no stability."""
    older = {
        "title": "t", "headline": ["Two segments."], "trust": None, "order_by": "", "value": "spend",
        "decides": [{"feature": "spend", "share": None}], "careful": ["Small."],
        "segments": [
            {"segment": 0, "name": "Rich", "size": 60, "share": 0.6, "share_of_value": 0.87, "fact": "rich",
             "sentence": "They are rich.", "action": "", "words": ["rich: spend z +1.0"]},
        ],
    }  # fmt: skip
    found = read_summary(json.dumps(older).encode(), [])
    assert found.segment(0).share_of_value == 0.87
    assert not found.segment(0).shaky
    with pytest.raises(RunError, match="newer"):
        read_summary(json.dumps({**older, "schema_version": 3}).encode(), [])


def test_a_run_without_a_summary_still_has_its_names() -> None:
    found = read_summary(None, [SegmentShare(segment=2, name="Rich", size=60, share=0.6)])
    assert (found.headline, found.segment(2).name) == ((Line("1 segment."),), "Rich")


def test_a_label_stands_wherever_its_column_is_named(full: page.Page) -> None:
    html = render_page(full)
    assert html.count("dépenses") >= 3
    assert ">deals<" not in html
