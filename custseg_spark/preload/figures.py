"""And what it has beside that where figures will be drawn."""

from custseg_spark.report import figures  # noqa: F401
from custseg_spark.report.plots import curves, flows, planes, rows  # noqa: F401
