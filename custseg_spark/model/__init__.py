"""The model of a run: model.json is the one source; labels, the PipelineModel and SQL come from it."""

from custseg_spark.clustering import add_stages
from custseg_spark.model.model import LABELS, SCALED, Model, build_scaled_stages
from custseg_spark.model.pipeline_files import build_pipeline_files
from custseg_spark.model.warehouse import DIALECTS, write_segments_sql
