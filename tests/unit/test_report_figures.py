"""The figures: all are written, legible for odd tables, and say what is seen."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from custseg_spark.report import figures, palette
from custseg_spark.report.plots import labels, titles
from custseg_spark.report.plots.data import FeatureView
from tests.unit import report_trial

ALL = [
    "pca_2d.png", "pca_3d.png", "pair.png", "sizes.png", "shares.png", "heatmap.png", "boxes.png",
    "elbow.png", "silhouette.png", "evidence.png",
]  # fmt: skip


def test_every_figure_is_a_small_png(drawn: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    for side in drawn:
        assert list(side) == ALL
        for content in side.values():
            image = Image.open(io.BytesIO(content))
            assert image.format == "PNG"
            assert min(image.size) > 300
            assert len(content) < 300_000


def test_the_dark_figure_has_dark_paper_and_the_same_colours(
    drawn: tuple[dict[str, bytes], dict[str, bytes]],
) -> None:
    light, dark = (
        np.asarray(Image.open(io.BytesIO(side["sizes.png"])).convert("RGB"), int) for side in drawn
    )
    assert light.mean() > 180
    assert dark[0, 0].max() < 60
    for segment in range(5):
        hue = np.array([int(palette.pick_colour(segment)[i : i + 2], 16) for i in (1, 3, 5)])
        for image in (light, dark):
            assert (np.abs(image - hue).max(axis=2) <= 10).sum() > 2000


@pytest.mark.parametrize("k", [2, 14])
def test_few_and_many_segments_with_long_names(k: int) -> None:
    names = tuple(f"Big spenders, living in the countryside ${i}$ with _many_ deals" for i in range(k))
    pictures = report_trial.pictures(report_trial.trial(k=k, names=names))
    assert list(figures.draw(pictures)) == ALL


def test_what_the_tables_lack_is_left_out(trial: report_trial.Trial) -> None:
    full = report_trial.pictures(trial)
    bare = replace(
        full,
        features=full.features[:1],
        descriptions=(),
        loadings=full.loadings[:, :1],
        sweep=full.sweep[["k", "cost", "smallest_share"]],
        profile=full.profile[["segment", "name", "size", "share"]],
        sample=full.sample[["feature_spend", "segment"]],
    )
    assert list(figures.draw(bare)) == [
        "pca_2d.png",
        "sizes.png",
        "boxes.png",
        "elbow.png",
    ]


def test_an_empty_segment_and_missing_values_are_drawn(trial: report_trial.Trial) -> None:
    full = report_trial.pictures(trial)
    sample = full.sample.assign(segment=full.sample["segment"].replace(4, 3), income=np.nan)
    pictures = replace(full, sample=sample, sizes=(*full.sizes[:3], full.sizes[3] + full.sizes[4], 0))
    assert "boxes.png" in figures.draw(pictures)


def test_labels_never_overlap() -> None:
    rng = np.random.default_rng(3)
    for crowd in (4.0, 40.0, 200.0):
        anchors = rng.normal(400, crowd, (12, 2))
        boxes = labels.place_labels(anchors, [(90.0, 20.0)] * 12, (0, 0, 800, 800), 16.0)
        for i, box in enumerate(boxes):
            assert box[0] >= 0
            assert box[2] <= 800
            assert not any(labels.overlaps(box, other) for other in boxes[:i])


class TestTitles:
    """What is seen, computed."""

    def test_component_names_the_heavy_features_with_their_sign(self, trial: report_trial.Trial) -> None:
        loadings = np.array([[0.8, 0.1, -0.6], [0, 1, 0], [0, 0, 1.0]])
        pictures = replace(
            report_trial.pictures(trial), loadings=loadings, explained=np.array([0.48, 0.3, 0.2])
        )
        assert titles.describe_component(pictures, 0).replace("\u00a0", " ") == "PC1 (48 %): spend +, deals −"

    def test_shares_counts_the_segments_that_bring_more_than_their_share(
        self, trial: report_trial.Trial
    ) -> None:
        pictures = replace(report_trial.pictures(trial), names=("a", "b", "c"), sizes=(20, 30, 50))
        text = titles.describe_shares(pictures, "spend", [0.5, 0.3001, 0.1999])
        assert text.replace("\u00a0", " ") == "50 % of customers bring 80 % of spend"

    def test_elbow_says_what_is_saved(self) -> None:
        sweep = pd.DataFrame({"k": [4, 5, 6], "cost": [100.0, 75.0, 60.0]})
        text = titles.describe_elbow(sweep, 5).replace("\u00a0", " ")
        assert text == "Going from 4 to 5 segments saves 25 % of the cost, one more than 5 would save 20 %"

    @pytest.mark.parametrize(
        ("chosen", "text"),
        [
            (3, "3 segments have the best silhouette of those that come back and are all large enough"),
            (2, "2 segments were chosen; 3 would have the best silhouette of those that come back and are"),
            (4, "4 segments, with a reservation: a segment comes back only to 0.60"),
            (5, "5 segments, with a reservation: a segment is under 5 % of customers"),
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
            == "2 is the only number of segments that are all large enough"
        )

    def test_pair_prefers_income_and_spend(self, trial: report_trial.Trial) -> None:
        pictures = report_trial.pictures(trial)
        assert [view.name for view in titles.choose_pair(pictures)] == ["income", "spend"]
        others = replace(pictures, descriptions=(), features=(FeatureView("recency"), FeatureView("deals")))
        assert [view.name for view in titles.choose_pair(others)] == ["recency", "deals"]
