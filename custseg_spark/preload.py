"""What the process has in memory that workers are copies of; nothing else imports this."""

import atexit
import os

import sklearn.cluster
import sklearn.metrics
import sklearn.tree  # noqa: F401

from custseg_spark.report.plots import curves, flows, planes, rows  # noqa: F401

atexit.register(os._exit, 0)  # it takes half a second to take all that apart, and holds the terminal's pipes
