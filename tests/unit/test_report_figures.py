"""The figures: all are written, legible for odd tables, and say what is seen."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from custseg_spark.report import figures, palette
from custseg_spark.report.plots import canvas, flows, labels, planes, rows
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


def test_names_beside_a_flow_never_overlap() -> None:
    assert flows.move_apart([0.1, 0.5, 0.9], [0.1, 0.1, 0.1]) == [0.1, 0.5, 0.9]
    assert flows.move_apart([], []) == []
    rng = np.random.default_rng(5)
    for n in (2, 5, 9):
        middles, heights = np.sort(rng.random(n) ** 3), rng.choice([0.05, 0.1], n)
        found = np.array(flows.move_apart(middles.tolist(), heights.tolist()))
        assert (np.diff(found) >= (heights[1:] + heights[:-1]) / 2 - 1e-9).all()
        assert found[-1] + heights[-1] / 2 <= max(1, middles[-1] + heights[-1] / 2) + 1e-9


def test_segments_stand_in_figures_by_their_letters(trial: report_trial.Trial) -> None:
    pictures = replace(report_trial.pictures(trial), ids=(0, 3, 25, 26, 30))
    letters = ["A", "D", "Z", "AA", "AE"]
    assert [
        text.split("\u2002")[0] for text in canvas.write_names(pictures.names, pictures.ids, 30)
    ] == letters
    long = replace(pictures, names=tuple(f"{name}{' and so on' * 9}" for name in pictures.names))
    for drawing in (planes.draw_plane, planes.draw_pair, planes.draw_space):
        figure = drawing(long)
        assert figure is not None
        assert set(letters) <= {text.get_text() for text in figure.texts}, "at their centres"
        (legend,) = figure.legends
        assert [text.get_text().split("\u2002")[0] for text in legend.get_texts()] == letters
    for rows_drawn in (rows.draw_sizes(pictures), rows.draw_heatmap(pictures), rows.draw_boxes(pictures)):
        assert rows_drawn is not None
        names = [label.get_text() for label in rows_drawn.axes[0].get_yticklabels()]
        assert [name.split("\u2002")[0] for name in names] == letters
