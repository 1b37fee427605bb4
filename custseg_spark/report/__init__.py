"""Figures and the page of a run: small tables in, files out; no Spark."""

from custseg_spark.report.assemble import Told
from custseg_spark.report.assemble import segments as segment_views
from custseg_spark.report.figures import FeatureView, Pictures, draw
from custseg_spark.report.html import render
from custseg_spark.report.page import Page

__all__ = ["FeatureView", "Page", "Pictures", "Told", "draw", "render", "segment_views"]
