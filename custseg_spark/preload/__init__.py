"""What the process has in memory that workers are copies of; nothing else imports this."""

import atexit
import os

import sklearn.cluster
import sklearn.metrics
import sklearn.tree

from custseg_spark import evidence, trees

atexit.register(os._exit, 0)  # it takes half a second to take all that apart, and holds the terminal's pipes
