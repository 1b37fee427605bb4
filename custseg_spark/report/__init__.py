"""Figures and the page of a run: small tables in, files out; no Spark."""

from custseg_spark.report.assemble import Told
from custseg_spark.report.assemble import segments as segment_views
from custseg_spark.report.comparison import ComparisonPictures, draw_comparison
from custseg_spark.report.figures import FeatureView, Pictures, draw
from custseg_spark.report.html import render
from custseg_spark.report.page import Page
from custseg_spark.report.summary import summary

__all__ = [
    "ComparisonPictures",
    "FeatureView",
    "Page",
    "Pictures",
    "Told",
    "draw",
    "draw_comparison",
    "render",
    "segment_views",
    "summary",
]
