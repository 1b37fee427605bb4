"""One colour and one marker per segment, the same in every figure and on the page.

The first six colours are those of Okabe and Ito ("Color Universal Design", 2008) with a brown for the
fifth; the rest were added so that any two of the first six keep a distance of at least 15 (CIE76) for
normal sight and under simulated protan-, deuteran- and tritanopia, and none is so light or so dark that
it is lost on a white or on a dark page. Colour alone never says which segment it is: points carry a
marker, everything else the segment's name.
"""

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

INK = "#1f2430"
SOFT_INK = "#5b6270"
RULE = "#d9d9d3"
PAPER = "#fdfcf9"
NIGHT = "#1b1e23"
ACCENT = "#B3261E"
ABOVE, BELOW = "#c2410c", "#1d6fb8"
"""All customers, as the style of the page has it."""
LINE = "#3b5b8c"
"""Of a curve that belongs to no segment."""


def pick_colour(segment: int) -> str:
    """The hex colour of a segment id; cycles after twelve."""
    return COLOURS[segment % len(COLOURS)]


def pick_marker(segment: int) -> str:
    """The Matplotlib marker of a segment id; moves on by one with each cycle of colours, so that
    colour and marker together tell 144 segments apart."""
    return MARKERS[(segment + segment // len(COLOURS)) % len(MARKERS)]


def pick_ink(segment: int) -> str:
    """Black or white, whichever is easier to read on the segment's colour."""
    red, green, blue = ((int(pick_colour(segment)[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5))
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else "#ffffff"
