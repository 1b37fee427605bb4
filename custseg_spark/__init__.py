"""Customer segmentation on Spark: from a customer table to labelled, named, trusted segments."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from custseg_spark.engine.require_pyspark import require_pyspark

if TYPE_CHECKING:
    from custseg_spark.api.segmentation_model import SegmentationModel
    from custseg_spark.api.segmenter import Category, Feature, Segmenter

__version__ = "0.1.0"
__all__ = ["Category", "Feature", "SegmentationModel", "Segmenter", "__version__"]
_PLACES = {
    "Category": "segmenter", "Feature": "segmenter", "SegmentationModel": "segmentation_model",
    "Segmenter": "segmenter",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """What needs an engine is there when it is asked for: `custseg --help` does not wait for it."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_pyspark()
    return getattr(import_module(f"custseg_spark.api.{_PLACES[name]}"), name)
