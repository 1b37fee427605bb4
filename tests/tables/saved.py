"""A model's PipelineModel as a run leaves it: files, read by Spark."""

from pathlib import Path

from pyspark.ml import PipelineModel

from custseg_spark.model import Model, build_pipeline_files


def load_pipeline(model: Model, folder: Path) -> PipelineModel:
    """Spark's own reading of the files, which are written into `folder`."""
    for name, content in build_pipeline_files(model).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return PipelineModel.load(str(folder))
