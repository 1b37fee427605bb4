"""Figures and the page of a run: small tables in, files out; no Spark."""

from custseg_spark.report.assemble import SegmentText
from custseg_spark.report.assemble import build_segments as segment_views
from custseg_spark.report.figures import draw, draw_comparison
from custseg_spark.report.html import render_page
from custseg_spark.report.page import Page
from custseg_spark.report.plots.data import ComparisonPictures, FeatureView, Pictures
from custseg_spark.report.summary import build_summary
