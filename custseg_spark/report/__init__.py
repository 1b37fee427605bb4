"""Figures and the page of a run: small tables in, files out; no Spark."""

from custseg_spark.report.figures import FeatureView, Pictures, draw

__all__ = ["FeatureView", "Pictures", "draw"]
