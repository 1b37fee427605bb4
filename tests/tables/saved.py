"""A model as a run leaves it, read by the engine: its PipelineModel by Spark, model.json on Sail."""

from pathlib import Path

from pyspark.ml import PipelineModel

from custseg_spark.engine.sail import get_session
from custseg_spark.model import Model, build_pipeline_files


def load_pipeline(model: Model, folder: Path) -> PipelineModel:
    """Spark's own reading of the files, which are written into `folder`."""
    for name, content in build_pipeline_files(model).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return PipelineModel.load(str(folder))


def load_model(model: Model, folder: Path) -> PipelineModel | Model:
    """What labels a raw table in the session that is open."""
    return model if get_session() else load_pipeline(model, folder)


def load_from_run(run: Path) -> PipelineModel | Model:
    """The same of a run's directory."""
    if get_session():
        return Model.from_json((run / "model.json").read_text())
    return PipelineModel.load(str(run / "model"))
