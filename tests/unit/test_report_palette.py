"""Segments are told apart without full colour sight, and without colour."""

from itertools import combinations

import numpy as np
import pytest

from custseg_spark.report import palette

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)


def linear(colour: str) -> np.ndarray:
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ rgb / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHT)
def test_the_first_six_colours_stay_apart(sight: str) -> None:
    seen = [lab(np.clip(SIGHT[sight] @ linear(colour), 0, 1)) for colour in palette.COLOURS[:6]]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) >= 15


def test_every_colour_is_seen_on_white_and_on_dark() -> None:
    for colour in palette.COLOURS:
        assert 35 <= lab(linear(colour))[0] <= 82, colour


def test_colour_and_marker_tell_144_segments_apart() -> None:
    looks = {(palette.pick_colour(segment), palette.pick_marker(segment)) for segment in range(144)}
    assert len(looks) == 144
    assert len({palette.pick_marker(segment) for segment in range(12)}) == 12


def test_the_letter_on_a_colour_can_be_read() -> None:
    for segment in (*range(12), -2):
        light, dark = sorted(
            float(TO_XYZ[1] @ linear(colour))
            for colour in (palette.pick_colour(segment), palette.pick_ink(segment))
        )
        assert (dark + 0.05) / (light + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("segment", "letter"),
    [
        (0, "A"),
        (1, "B"),
        (25, "Z"),
        (26, "AA"),
        (27, "AB"),
        (51, "AZ"),
        (52, "BA"),
        (701, "ZZ"),
        (702, "AAA"),
    ],
)
def test_a_segment_is_called_by_a_letter(segment: int, letter: str) -> None:
    assert palette.write_letter(segment) == letter
    assert palette.write_lettered(segment, "Big") == f"{letter}\u2002Big"
    assert palette.find_in_tables(segment) == f"segment {segment} in the tables"


def test_no_two_segments_share_a_letter() -> None:
    assert len({palette.write_letter(segment) for segment in range(2000)}) == 2000


def test_what_is_no_segment_gets_no_segment_s_colour() -> None:
    taken = [0, 1, 3, 16]
    colours = {palette.pick_colour(segment) for segment in taken}
    spare = palette.list_spare(taken, 20)
    assert len({(palette.pick_colour(one), palette.pick_marker(one)) for one in spare}) == 20
    assert not colours & {palette.pick_colour(one) for one in spare}
    (grey,) = {palette.pick_colour(one) for one in palette.list_spare(range(12), 3)}
    assert grey not in palette.COLOURS
