"""The sections that say how centres are found for every k, and which evidence is gathered of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from custseg_spark.recipe.section import Section


class Sweep(Section):
    """How centres are found for every k."""

    sample: Annotated[int, Field(ge=100, le=2_000_000)] = 50_000
    restarts: Annotated[int, Field(ge=1, le=1000)] = 30
    seed: int = 42
    by: Literal["driver", "spark_ml"] = "driver"
    """driver: scikit-learn on the driver's copy of the sample; spark_ml: Spark ML's StandardScaler, KMeans
    and ClusteringEvaluator."""
    refine: Annotated[int, Field(ge=0, le=20)] = 2
    """At most this many Lloyd steps over all rows, fewer when the cost no longer falls."""
    tolerance: Annotated[float, Field(gt=0, lt=1)] = 1e-3
    """A refinement step that lowers the cost by less than this share is the last one."""

    @model_validator(mode="before")
    @classmethod
    def _start_is_by(cls, value: Any) -> Any:
        """`start` is what `by` was called; the records of runs made then have it too."""
        if not isinstance(value, dict) or "start" not in value:
            return value
        by = {"driver": "driver", "spark": "spark_ml"}.get(str(value["start"]))
        if by is None or "by" in value:
            raise ValueError("start is the old name of by, which takes driver or spark_ml: leave it out")
        return {**{key: entry for key, entry in value.items() if key != "start"}, "by": by}


class Evidence(Section):
    """Which evidence is gathered for each k; a part switched off is left empty."""

    bootstraps: Annotated[int, Field(ge=0, le=1000)] = 20
    further: bool = True
    """Euclidean silhouette, Calinski-Harabasz and Davies-Bouldin: nothing is chosen by them."""
    gap: bool = True
    prediction_strength: bool = True
    structure: bool = True
    compare: bool = False
    """Whether other algorithms are tried on the same sample, for the page: `custseg compare` in a run."""
