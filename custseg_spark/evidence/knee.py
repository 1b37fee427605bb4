"""Where a curve bends, by the Kneedle rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def find_knee(x: Sequence[float] | ArrayLike, y: Sequence[float] | ArrayLike) -> float | None:
    """The x at which a curve bends most: below its chord (a falling elbow) or a rising knee.

    Kneedle (Satopaa et al. 2011) without smoothing: both axes are brought to 0..1 and the point
    farthest under the chord is the knee of a convex curve. None where the curve has fewer than three
    points, is flat, or nowhere lies under its chord by more than rounding. Ties go to the smaller x.
    The paper's sensitivity only matters to streams, where later points may still come.
    """
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if across.size < 3 or up[0] == up[-1] or across[0] == across[-1]:
        return None
    under = measure_under_chord(across, up)
    best = int(np.argmax(under))
    return float(across[best]) if under[best] > 1e-9 else None


def measure_under_chord(
    x: Sequence[float] | ArrayLike, y: Sequence[float] | ArrayLike
) -> NDArray[np.float64]:
    """(n,) how far each point lies under the chord between the ends, which must differ, in shares of y's
    whole way from end to end."""
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    along = (across - across[0]) / (across[-1] - across[0])
    chord = up[0] + along * (up[-1] - up[0])
    return np.asarray((chord - up) / abs(up[-1] - up[0]))
