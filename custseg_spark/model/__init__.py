"""The model of a run: model.json is the one source; labels, the PipelineModel and SQL come from it."""

from custseg_spark.model.model import SCALED, Model, with_stages
from custseg_spark.model.warehouse import DIALECTS, segments_sql

__all__ = ["DIALECTS", "SCALED", "Model", "segments_sql", "with_stages"]
