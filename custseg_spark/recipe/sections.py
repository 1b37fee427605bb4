"""What all sections of a recipe have in common, and those of the sweep and of what leaves a run."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]


def check_day(text: str) -> str:
    """The text, which is a day as it stands in a folder's name. Raises ValueError for any other."""
    with suppress(ValueError):
        if date.fromisoformat(text).isoformat() == text:
            return text
    raise ValueError(f"a day is written like 2026-11-24; found {text!r}")


Day = Annotated[str, AfterValidator(check_day)]


class Section(BaseModel):
    """A mapping of the recipe: frozen, and unknown keys are refused.

    Where it has an expression `sql`, the short form `name: expression` stands for `name: {sql: expression}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    one_of: ClassVar[dict[str, str]] = {}
    """Keys of which exactly one is given -> what an error calls them."""

    @model_validator(mode="before")
    @classmethod
    def _read_short_form(cls, value: Any) -> Any:
        return {"sql": value} if isinstance(value, str) and "sql" in cls.model_fields else value

    @model_validator(mode="after")
    def _check_one_of(self) -> Section:
        if self.one_of and sum(getattr(self, key) is not None for key in self.one_of) != 1:
            raise ValueError(f"give either {' or '.join(self.one_of.values())}")
        return self


class Customers(Section):
    """What is said of every customer."""

    weight: str | None = None
    """A column or an expression: how many customers this one stands for, more than 0; one if null."""


SAMPLE = 50_000
"""Customers that the driver holds, unless the recipe says another number."""


class Sweep(Section):
    """How centres are found for every k."""

    by: Literal["driver", "spark_ml"] = "driver"
    """driver: scikit-learn on the driver's copy of the sample; spark_ml: Spark ML's StandardScaler, KMeans
    and ClusteringEvaluator."""
    sample: Annotated[int, Field(ge=100, le=2_000_000)] | Literal["all"] = SAMPLE
    """Customers on which every k is tried; `all`, which takes spark_ml: all of them, while evidence is
    gathered on SAMPLE of them."""
    restarts: Annotated[int, Field(ge=1, le=1000)] = 30
    """By spark_ml 3: thirty starts take the driver seconds, and three take Spark ML as long."""
    seed: int = 42
    order: Literal["hash", "file"] = "hash"
    """hash: of the id, which says nothing; file: a replication. The starts are then those of scikit-learn's
    KMeans(k, n_init=restarts, random_state=seed) on the rows in the order of their one file, all of them."""
    refine: Annotated[int, Field(ge=0, le=20)] = 2
    """At most this many Lloyd steps over all rows, fewer when the cost no longer falls; none by order: file,
    whose centres are those of its starts."""
    tolerance: Annotated[float, Field(gt=0, lt=1)] = 1e-3
    """A refinement step that lowers the cost by less than this share is the last one."""

    @property
    def sample_rows(self) -> int:
        """Customers that the driver holds."""
        return SAMPLE if self.sample == "all" else self.sample

    @model_validator(mode="after")
    def _check_spark_ml(self) -> Sweep:
        if self.sample == "all" and self.by != "spark_ml":
            raise ValueError(
                "sample: all takes by: spark_ml; the driver finds centres on a number of customers"
            )
        if self.order == "file" and self.by != "driver":
            raise ValueError("order: file is a replication of scikit-learn's starts, so it takes by: driver")
        return self

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """`start` is what `by` was called, in the records of runs too. Spark ML and a replication have
        defaults of their own."""
        if isinstance(value, dict) and "start" in value:
            by = {"driver": "driver", "spark": "spark_ml"}.get(str(value["start"]))
            if by is None or "by" in value:
                raise ValueError("start is the old name of by, which takes driver or spark_ml: leave it out")
            value = {**{key: entry for key, entry in value.items() if key != "start"}, "by": by}
        if isinstance(value, dict) and value.get("by") == "spark_ml":
            return {"restarts": 3, **value}
        if isinstance(value, dict) and value.get("order") == "file":
            return {"refine": 0, **value}
        return value


class Evidence(Section):
    """Which evidence is gathered for each k; a part switched off is left empty."""

    bootstraps: Annotated[int, Field(ge=0, le=1000)] = 20
    further: bool = True
    """Euclidean silhouette and Davies-Bouldin: nothing is chosen by them."""
    gap: bool = True
    prediction_strength: bool = True
    structure: bool = True
    spark_ml: bool = True
    """On Spark, whether Spark ML cuts the sample into the chosen number of segments too."""
    compare: bool = False
    """Whether other algorithms are tried on the same sample, for the page: `custseg compare` in a run."""


class Privacy(Section):
    """What must not travel further than the table it came in."""

    drop: tuple[str, ...] = ()
    """Columns that are taken away before anything else sees them, from the quarantine too."""
    hash: tuple[str, ...] = ()
    """Columns, the id for one, that become SHA-256 of the secret and their value."""
    secret: str = "CUSTSEG_SECRET"
    """The environment variable of the driver that holds the secret of `hash`; never the secret itself."""
    min_cell: Annotated[int, Field(ge=0)] = 0
    """Figures of fewer customers than this are withheld from the page, the plots and profile.csv; and
    smallest and largest values are, which are always one customer's."""


LABELS = ("segment", "segment_name", "distance_to_centre")
"""What a run adds to a customer, beside the features."""


class Output(Section):
    """What is written of each customer."""

    columns: tuple[str, ...] | None = None
    """Input columns kept beside the labels; all if null. The id always stays."""


class Audience(Section):
    """What a campaign gets of each segment."""

    eligible: str | None = None
    """A predicate: who may be written to, say by consent; null counts as no. Everybody if not given."""
    hold_out: Share = 0.1
    """The share of customers, by a hash of the id, whom no campaign touches: the same ones every night."""
    margin: Share = 0.05
    """A customer changes audience only where the margin to the next segment is at least this."""
    columns: tuple[str, ...] = ()
    """Input columns that the campaign needs beside the id."""


class Publish(Section):
    """Where the live run's customers go in the lake: a folder or partition for each day and segment."""

    one_of = {"path": "path", "table": "table"}
    path: str | None = None
    """A directory that Spark can write to; or `table`."""
    table: str | None = None
    """The name of a catalog table, made where there is none."""
    format: Literal["parquet", "delta"] = "parquet"
    date: Day | None = None
    """The day that `train` replaces; the day of the run, in UTC, if null. A score has its own."""
