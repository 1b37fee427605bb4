"""What stands over the figures: computed, plain words, whole sentences for one segment and for many."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from custseg_spark.report.plots import curves, flows, planes, rows, titles
from custseg_spark.report.plots.data import FeatureView, Pictures
from custseg_spark.statistics import measure_eta_squared
from tests.unit import report_trial


def read_titles(pictures: Pictures) -> dict[str, str]:
    """The title of every figure that is drawn, by function."""
    drawings = (
        planes.draw_plane, planes.draw_space, planes.draw_pair, rows.draw_sizes, rows.draw_shares,
        rows.draw_heatmap, rows.draw_boxes, curves.draw_elbow, curves.draw_silhouette, curves.draw_evidence,
        flows.draw_movement,
    )  # fmt: skip
    figures = {drawing.__name__: drawing(pictures) for drawing in drawings}
    return {
        name: figure.texts[0].get_text().replace("\n", " ").replace("\u00a0", " ")
        for name, figure in figures.items()
        if figure is not None
    }


JARGON = re.compile(
    r"redraw|depth of the bend|\beta\b|jaccard|silhouette|standard deviation|correlation|PC\d|ward|dbscan|z-",
    re.IGNORECASE,
)
FAULTS = re.compile(
    r"\b1 (segments|groups|customers|merges)\b|\b[Aa]ll [012] |\bof 1 \b|\b1 lie\b|– |nan|  |\bNone\b|%%|\.$"
)


def keep_segments(pictures: Pictures, k: int) -> Pictures:
    """The same with the first k segments alone: their customers, centres and lines of the profile."""
    kept, drawn = pictures.sample["segment"] < k, pictures.plane_labels < k
    return replace(
        pictures,
        names=pictures.names[:k],
        sizes=pictures.sizes[:k],
        plane=pictures.plane[drawn],
        plane_labels=pictures.plane_labels[drawn],
        plane_centres=pictures.plane_centres[:k],
        profile=pictures.profile.iloc[:k],
        sample=pictures.sample[kept],
        ids=pictures.ids[:k],
    )


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("kind", ["all alike", "one score", "moved"])
def test_every_title_is_plain_and_whole(k: int, kind: str, trial: report_trial.Trial) -> None:
    pictures = keep_segments(report_trial.pictures(trial), k)
    if kind == "all alike":
        z = {str(name): 0.0 for name in pictures.profile if str(name).startswith("z_")}
        same = pictures.sample.assign(feature_spend=9.0, feature_recency=4.0, income=3.0)
        pictures = replace(pictures, profile=pictures.profile.assign(**z), sample=same, sizes=(10,) * k)
    elif kind == "one score":
        pictures = replace(pictures, sweep=pictures.sweep[pictures.sweep["k"] == pictures.chosen])
    elif kind == "moved":
        names = {"from_name": "Before", "to_name": "Now"}
        flows = pd.DataFrame(
            {"from_segment": [0.0, np.nan], "to_segment": [np.nan, 0.0], "customers": [4, 5]}
        )
        pictures = replace(pictures, flows=flows.assign(**names))
    titles_read = read_titles(pictures)
    assert ("draw_movement" in titles_read) == (kind == "moved")
    for name, title in titles_read.items():
        assert not JARGON.search(title), (name, title)
        assert not FAULTS.search(title), (name, title)
        assert title[0] == title[0].upper(), (name, title)


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("jaccard", [0.5, 0.9, np.nan])
@pytest.mark.parametrize("share", [0.01, 0.3])
@pytest.mark.parametrize("scores", [[0.4, 0.5, 0.6], [0.6, 0.5, 0.4], [np.nan] * 3])
def test_the_titles_of_the_sweep_are_too(k: int, jaccard: float, share: float, scores: list[float]) -> None:
    sweep = pd.DataFrame(
        {
            "k": [2, 3, 4], "cost": [90.0, 0.0, 0.0], "silhouette": scores,
            "lowest_jaccard": [0.8, jaccard, 0.9], "smallest_share": [share, 0.2, 0.2],
        }
    )  # fmt: skip
    made = (
        titles.describe_elbow(sweep, k),
        titles.describe_silhouette(sweep, k),
        titles.describe_evidence(sweep, k, 0.05),
    )
    for title in (text.replace("\u00a0", " ") for text in made):
        assert not JARGON.search(title), title
        assert not FAULTS.search(title), title


def test_the_boxes_speak_of_what_people_count_in(trial: report_trial.Trial) -> None:
    """Of the values in their unit, not of their logarithms, on which the segments were cut."""
    pictures = report_trial.pictures(trial)
    spend = pictures.sample["feature_spend"].to_numpy()
    groups = pictures.sample["segment"].to_numpy()
    between, on_logs = measure_eta_squared(spend, groups), measure_eta_squared(np.log1p(spend), groups)
    assert on_logs - between > 0.05
    figure = rows.draw_boxes(replace(pictures, features=pictures.features[:1]))
    assert figure is not None
    said = figure.texts[0].get_text().replace("\n", " ").replace("\u00a0", " ")
    assert said.startswith(f"The segments differ most in spend: {100 * between:.0f} % of its variation")


def test_the_boxes_begin_with_the_column_of_the_title(trial: report_trial.Trial) -> None:
    figure = rows.draw_boxes(report_trial.pictures(trial))
    assert figure is not None
    first = figure.axes[0].get_xlabel().split(" (")[0]
    assert f"differ most in {first}:" in figure.texts[0].get_text()


class TestTitles:
    """What is seen, computed."""

    def test_component_names_the_heavy_features_with_their_sign(self, trial: report_trial.Trial) -> None:
        loadings = np.array([[0.8, 0.1, -0.6], [0, 1, 0], [0, 0, 1.0]])
        pictures = replace(
            report_trial.pictures(trial), loadings=loadings, explained=np.array([0.48, 0.3, 0.2])
        )
        assert (
            titles.describe_component(pictures, 0).replace("\u00a0", " ") == "Axis 1 (48 %): spend +, deals −"
        )

    def test_shares_counts_the_segments_that_bring_more_than_their_share(
        self, trial: report_trial.Trial
    ) -> None:
        pictures = replace(report_trial.pictures(trial), names=("a", "b", "c"), sizes=(20, 30, 50))
        text = titles.describe_shares(pictures, "spend", [0.5, 0.3001, 0.1999])
        assert text.replace("\u00a0", " ") == "50 % of customers bring 80 % of spend"

    def test_elbow_says_what_is_saved(self) -> None:
        sweep = pd.DataFrame({"k": [4, 5, 6], "cost": [100.0, 75.0, 60.0]})
        text = titles.describe_elbow(sweep, 5).replace("\u00a0", " ")
        assert text == "Going from 4 to 5 segments saves 25 % of the cost, one more would save 20 %"

    @pytest.mark.parametrize(
        ("chosen", "text"),
        [
            (3, "3 segments lie farthest apart of all numbers of which each comes back and is large enough"),
            (2, "2 segments were chosen; 3, of which each comes back and is large enough too, would lie"),
            (4, "4 segments, with a reservation: one comes back too seldom when other customers are drawn"),
            (5, "5 segments, with a reservation: one holds under 5 % of customers"),
        ],
    )  # fmt: skip
    def test_evidence_does_not_praise_what_breaks_a_limit(self, chosen: int, text: str) -> None:
        sweep = pd.DataFrame(
            {
                "k": [2, 3, 4, 5],
                "silhouette": [0.4, 0.5, 0.6, 0.7],
                "lowest_jaccard": [0.9, 0.8, 0.6, 0.9],
                "smallest_share": [0.3, 0.2, 0.1, 0.01],
            }
        )
        assert titles.describe_evidence(sweep, chosen, 0.05).replace("\u00a0", " ").startswith(text)

    def test_evidence_says_where_only_one_passes(self) -> None:
        sweep = pd.DataFrame({"k": [2, 3], "silhouette": [0.4, 0.5], "smallest_share": [0.3, 0.01]})
        assert (
            titles.describe_evidence(sweep, 2, 0.05)
            == "2 is the only number of segments of which each is large enough"
        )

    def test_pair_prefers_income_and_spend(self, trial: report_trial.Trial) -> None:
        pictures = report_trial.pictures(trial)
        assert [view.name for view in titles.choose_pair(pictures)] == ["income", "spend"]
        others = replace(pictures, descriptions=(), features=(FeatureView("recency"), FeatureView("deals")))
        assert [view.name for view in titles.choose_pair(others)] == ["recency", "deals"]
