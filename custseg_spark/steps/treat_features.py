"""sample -> features: imputation, clipping and scaling, as fitted on the sample."""

from __future__ import annotations

from custseg_spark import features
from custseg_spark.results import CountedTable, TreatedSample


def treat_features(counted: CountedTable) -> TreatedSample:
    """The features of the sampled customers, complete, bounded and comparable.

    Raises DataError naming the feature that can't cut: all values missing, equal, or too far apart.
    """
    recipe, raw = counted.recipe, counted.sample.raw
    treatments = features.fit_treatments(raw, counted.table.expressions, recipe.segment_by, recipe.scale)
    values = features.apply_treatments(raw, treatments)
    return TreatedSample(treatments, values, features.to_model_scale(values, treatments))
