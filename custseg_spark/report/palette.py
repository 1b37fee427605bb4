"""One colour, one marker and one letter per segment, the same in every figure and on the page.

The first six colours are those of Okabe and Ito ("Color Universal Design", 2008) with a brown for the
fifth; the rest were added so that any two of the first six keep a distance of at least 15 (CIE76) for
normal sight and under simulated protan-, deuteran- and tritanopia, and none is so light or so dark that
it is lost on a white or on a dark page. Colour alone never says which segment it is: points carry a
marker, everything else the segment's name.

People read letters: a segment that is numbered 0 in the tables is A where a person meets it.
"""

from __future__ import annotations

from collections.abc import Collection

COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#8C510A",
    "#56B4E9",
    "#5B4BB5",
    "#D55E00",
    "#CCBB44",
    "#3E7D6A",
    "#F2B9A0",
    "#EE3377",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", "*", ">", "h")
SYMBOLS = {
    "o": "circle", "s": "square", "^": "triangle-up", "D": "diamond", "v": "triangle-down", "P": "cross",
    "X": "x", "<": "triangle-left", "p": "pentagon", "*": "star", ">": "triangle-right", "h": "hexagon",
}  # fmt: skip
"""What Plotly calls each marker."""

INK = "#1f2430"
SOFT_INK = "#5b6270"
RULE = "#d9d9d3"
PAPER = "#fdfcf9"
NIGHT = "#1b1e23"
ACCENT = "#B3261E"
LINK = "#0b5a8c"
"""Of what can be pressed: read on white, and on a pale ground of its own colour."""
ABOVE, BELOW = "#c2410c", "#1d6fb8"
"""All customers, as the style of the page has it."""
LINE = "#3b5b8c"
"""Of a curve that belongs to no segment."""
NOBODY = "#7d8087"
"""Of a group that is no segment, where all colours are those of segments."""


def pick_colour(segment: int) -> str:
    """The hex colour of a segment id; cycles after twelve. Under zero is no segment."""
    return COLOURS[segment % len(COLOURS)] if segment >= 0 else NOBODY


def pick_marker(segment: int) -> str:
    """The Matplotlib marker of a segment id; moves on by one with each cycle of colours, so that
    colour and marker together tell 144 segments apart."""
    return MARKERS[(segment + segment // len(COLOURS)) % len(MARKERS)]


def pick_symbol(segment: int) -> str:
    """The same marker in Plotly's words."""
    return SYMBOLS[pick_marker(segment)]


def pick_ink(segment: int) -> str:
    """Black or white, whichever is easier to read on the segment's colour: 4.5 to 1 at least."""
    red, green, blue = (_to_linear(int(pick_colour(segment)[i : i + 2], 16) / 255) for i in (1, 3, 5))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else "#ffffff"


def _to_linear(channel: float) -> float:
    """A channel of sRGB as WCAG 2 takes it for contrast."""
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def write_letter(segment: int) -> str:
    """What people call a segment id by: 0 is A, 25 is Z, 26 is AA, 702 is AAA."""
    letters, rest = "", segment + 1
    while rest > 0:
        rest, place = divmod(rest - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def write_lettered(segment: int, name: str) -> str:
    """`A  Big spenders`: a segment's letter and name, in a figure or a list."""
    return f"{write_letter(segment)}\u2002{name}"


def find_in_tables(segment: int) -> str:
    """Where an engineer finds the segment that a letter stands for."""
    return f"segment {segment} in the tables"


def list_spare(taken: Collection[int], count: int) -> list[int]:
    """Numbers for `count` groups that are no segments: their colours are none of those of the ids `taken`.

    A colour that comes again has another marker; where every colour is taken, all are NOBODY's.
    """
    used = {pick_colour(segment) for segment in taken}
    free = [number for number, colour in enumerate(COLOURS) if colour not in used]
    if not free:
        return [-2] * count
    return [free[i % len(free)] + len(COLOURS) * (i // len(free)) for i in range(count)]
