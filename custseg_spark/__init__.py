"""Customer segmentation on Spark: from a customer table to labelled, named, trusted segments."""

__version__ = "0.1.0"
