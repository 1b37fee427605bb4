"""Figures and the page of a run: small tables in, files out; no Spark."""
