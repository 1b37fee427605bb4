"""Customer segmentation on Spark: from a customer table to labelled, named, trusted segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custseg_spark.api.segmentation_model import SegmentationModel
    from custseg_spark.api.segmenter import Feature, Segmenter

__version__ = "0.1.0"
__all__ = ["Feature", "SegmentationModel", "Segmenter", "__version__"]


def __getattr__(name: str) -> object:
    """What needs Spark is there when it is asked for: `custseg --help` does not wait for it."""
    if name == "SegmentationModel":
        from custseg_spark.api import segmentation_model as module
    elif name in ("Feature", "Segmenter"):
        from custseg_spark.api import segmenter as module  # type: ignore[no-redef]
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(module, name)
