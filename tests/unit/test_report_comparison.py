"""The figures of a comparison: all are written, odd labellings too, and colours mean the same customers."""

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image
from scipy.cluster.hierarchy import fcluster, linkage

from custseg_spark.report import palette
from custseg_spark.report.figures import draw
from custseg_spark.report.plots import compared
from custseg_spark.report.plots.data import ComparisonPictures
from custseg_spark.report.plots.pairing import renumber_all

ALL = ["comparison.png", "dendrogram.png", "k_distance.png"]


@pytest.fixture(scope="module")
def trial() -> ComparisonPictures:
    rng = np.random.default_rng(3)
    truth = np.repeat(np.arange(3), 30)
    plane = rng.normal(size=(90, 3)) + 6 * np.eye(3)[truth]
    tree = linkage(plane, "ward")
    density = np.where(rng.random(90) < 0.2, -1, truth)
    labellings = {"Ward": fcluster(tree, 3, "maxclust") - 1, "KMeans": truth, "DBSCAN": density}
    return ComparisonPictures(plane, labellings, tree, 3, np.sort(rng.gamma(2, size=90)), 3.0, 6)


def test_every_figure_is_a_small_png(trial: ComparisonPictures) -> None:
    drawn = draw(trial)
    assert list(drawn) == ALL
    for content in (one.light for one in drawn.values()):
        image = Image.open(io.BytesIO(content))
        assert image.format == "PNG"
        assert min(image.size) > 300
        assert len(content) < 300_000


@pytest.mark.parametrize("alone", [True, False])
def test_a_labelling_of_noise_only(trial: ComparisonPictures, alone: bool) -> None:
    noise = {"DBSCAN": np.full(90, -1)}
    pictures = replace(trial, labellings=noise if alone else {**trial.labellings, **noise})
    assert list(draw(pictures)) == ALL
    figure = compared.draw_comparison_panels(pictures)
    assert figure is not None
    assert "DBSCAN · no segment" in [axes.get_title(loc="left") for axes in figure.axes]


def test_each_panel_names_the_algorithm_and_counts(trial: ComparisonPictures) -> None:
    figure = compared.draw_comparison_panels(trial)
    assert figure is not None
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Ward · 3 segments", "KMeans · 3 segments", "DBSCAN · 3 segments"]


def test_what_is_missing_is_left_out(trial: ComparisonPictures) -> None:
    bare = replace(trial, linkage=None)
    assert list(draw(bare)) == ["comparison.png", "k_distance.png"]
    assert draw(replace(bare, labellings={}, distances=np.empty(0))) == {}


@pytest.mark.parametrize("k", [1, 2, 40, 500])
def test_any_cut_of_the_tree(trial: ComparisonPictures, k: int) -> None:
    alone = replace(trial, k=k, labellings={}, distances=np.empty(0))
    assert list(draw(alone)) == ["dendrogram.png"]


def test_the_cut_line_leaves_k_branches(trial: ComparisonPictures) -> None:
    assert trial.linkage is not None
    for k in (2, 3, 7):
        low, high = compared._find_gap(trial.linkage, k)
        assert fcluster(trial.linkage, (low + high) / 2, "distance").max() == k


def test_two_customers_at_one_place(trial: ComparisonPictures) -> None:
    same, tree = np.zeros((2, 2)), np.array([[0.0, 1.0, 0.0, 2.0]])
    pictures = ComparisonPictures(same, {"KMeans": np.zeros(2, int)}, tree, 2, np.zeros(2), 0.0, 4)
    assert list(draw(pictures)) == ALL


def test_the_same_customers_wear_the_same_number() -> None:
    found = {"Ward": np.array([7, 7, 0, 0, 3, -1]), "KMeans": np.array([0, 0, 1, 1, 1, 1])}
    made = renumber_all(found)
    assert made["KMeans"].tolist() == [0, 0, 1, 1, 1, 1]
    assert made["Ward"].tolist() == [0, 0, 1, 1, 2, -1]
    made = renumber_all(found, np.array([6, 6, 2, 2, 2, 2]))
    assert made["KMeans"].tolist() == [6, 6, 2, 2, 2, 2]
    assert made["Ward"].tolist() == [6, 6, 2, 2, 0, -1]


def test_groups_wear_the_colours_and_letters_of_the_segments(trial: ComparisonPictures) -> None:
    truth = np.asarray(trial.labellings["KMeans"])
    ids = np.array([14, 3, 7])[truth]
    two = np.where(truth == 0, 0, 1)
    four = np.where((truth == 2) & (np.arange(90) % 3 == 0), 3, truth)
    pictures = replace(trial, labellings={"KMeans": truth, "Two": two, "Four": four}, segments=ids)
    figure = compared.draw_comparison_panels(pictures)
    assert figure is not None
    shown = []
    for axes in figure.axes:
        painted = {
            to_hex(face).upper() for dots in axes.collections for face in np.asarray(dots.get_facecolor())
        }
        painted.discard(compared.NOISE.upper())
        shown.append((sorted(text.get_text() for text in axes.texts if text.get_text()), painted))
    own = {
        letter: palette.pick_colour(segment).upper() for letter, segment in (("O", 14), ("D", 3), ("H", 7))
    }
    assert shown[0] == (["D", "H", "O"], {*own.values()})
    assert len(shown[1][0]) == 2
    assert shown[1][1] == {own[letter] for letter in shown[1][0]}
    assert shown[2][0] == ["D", "H", "O"]
    (other,) = shown[2][1] - {*own.values()}
    assert other in {palette.pick_colour(one).upper() for one in palette.list_spare((14, 3, 7), 1)}


def test_the_tree_wears_them_too(trial: ComparisonPictures) -> None:
    truth = np.asarray(trial.labellings["KMeans"])
    figure = compared.draw_dendrogram(replace(trial, segments=np.array([4, 2, 9])[truth]))
    assert figure is not None
    leaves = {line.get_color() for line in figure.axes[0].lines if line.get_marker() not in ("None", "")}
    assert leaves == {palette.pick_colour(segment) for segment in (4, 2, 9)}
