"""Why a column of numbers does not cut: what the calendar, a code, an id or a filler makes of customers is
no segment.

Every rule is over the column's name and its values in the sample; such a column may still describe.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.topics import COUNTS

CONTINUOUS = 10
"""Fewer distinct values than this are a code or a small count, which is described."""
_MOSTLY_ONE_VALUE = 0.6
"""Where more of the known values than this are the same, the others make a segment by being the others."""
_NEARLY_ALL = 0.995
_MOSTLY_FILLED = 0.3
"""Where more than this is missing, what fills it makes a segment of its own."""
_STANDS_FOR = 0.01
"""A code such as -1 or 999 in this share of the known values stands for something, such as never."""
_SHARED = 30
"""A number with fractions of no more values than this, each in as many rows on average, was not measured of
each customer, but where the values are those of a scale."""

_CALENDAR = {
    "month": (1, 12), "mon": (1, 12), "hour": (0, 24), "weekday": (0, 7), "day": (1, 31),
    "dayofweek": (0, 7), "dow": (0, 7), "dayofmonth": (1, 31), "week": (0, 53), "quarter": (1, 4),
    "monat": (1, 12), "tag": (1, 31), "mois": (1, 12), "jour": (1, 31), "mes": (1, 12), "dia": (1, 31),
    "mese": (1, 12), "giorno": (1, 31), "stunde": (0, 24), "hora": (0, 24), "heure": (0, 24),
}  # fmt: skip
"""Words at the end of a name that say a place in the calendar, with the whole numbers that such a column
holds."""
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OF_CALENDAR = tuple(frozenset([*names, *(name[:3] for name in names)]) for names in (_MONTHS, _DAYS))
_COUNTED = COUNTS | frozenset(
    ["per", "visits", "purchases", "orders", "calls", "sessions", "avg", "mean", "spend", "amount", "sales"]
)
_CODES = frozenset(
    ["code", "class", "category", "type", "grade", "region", "district", "channel", "zone", "zip", "zipcode",
     "postal", "postcode", "plz", "cep", "branch", "store", "sku", "fnlwgt"]
)  # fmt: skip
_GROUPS = frozenset(
    ["segment", "segmentation", "cluster", "rfm", "rfmscore", "custcat", "cohort", "quintile", "decile"]
)
_PLACES = frozenset(["latitude", "longitude", "lat", "lon", "lng", "long"])
_MODELS = frozenset(
    ["classifier", "predicted", "prediction", "predictions", "predict", "prob", "proba", "probability",
     "propensity", "logit", "likelihood", "bayes", "xgb", "model"]
)  # fmt: skip
_TENURES = (
    {"tenure"}, {"months", "on", "book"}, {"since", "enroll"}, {"since", "enrollment"},
    {"since", "enrolled"}, {"since", "join"}, {"since", "joined"}, {"since", "joining"},
    {"since", "registration"}, {"since", "signup"}, {"since", "policy", "inception"},
    {"account", "length"}, {"account", "weeks"}, {"account", "age"}, {"customer", "since"},
    {"length", "membership"}, {"membership", "years"}, {"seniority"}, {"vintage"},
)  # fmt: skip
_SENTINELS = (-1, -9, -99, -999, -9999, 99, 999, 9999, 99999, 999999)


def explain_unfit(column: ColumnKind) -> str:
    """Why a column of numbers never cuts, as a remark beside it; empty where it could."""
    return next((why for explain in _NEVER if (why := explain(column))), "")


def explain_weak(column: ColumnKind) -> str:
    """Why a column of numbers cuts only where no other can; empty where it does so gladly."""
    return next((why for explain in _WEAK if (why := explain(column))), "")


def is_of_calendar(column: ColumnKind) -> bool:
    """Whether a column of words or codes says a month, a weekday or the like: by its name, or its values."""
    ends = [word for word in column.words if word not in ("of", "the", "in")][-1:]
    values = {*map(str.lower, map(str, column.known.unique()))} if column.kind == "category" else set()
    return not {*_CALENDAR}.isdisjoint(ends) or any(values and values <= names for names in _OF_CALENDAR)


def explain_given(column: ColumnKind) -> str:
    """That a segmentation or a model made a column of words or codes, as a remark; empty where none did."""
    if not _GROUPS.isdisjoint(column.words):
        return "a segment or a score that somebody gave"
    return "" if (_MODELS - {"model"}).isdisjoint(column.words) else "what a model says of customers"


def _name_doubt(column: ColumnKind) -> str:
    return "can be read in two ways, see types" if column.ambiguous else ""


def _name_id(column: ColumnKind) -> str:
    if column.is_year:
        return "a year of the calendar"
    if column.is_id_like:
        return "an id or a code"
    return "numbers the rows, as an id does" if column.is_running else ""


def _name_code(column: ColumnKind) -> str:
    words = {*column.words}
    if not _PLACES.isdisjoint(words) and bool(column.known.between(-180, 180).all()):
        return "a place on the map"
    if not _GROUPS.isdisjoint(words):
        return "a segment or a score that somebody gave"
    named = not _CODES.isdisjoint(column.words[-1:])
    return "a code: its numbers are names" if named and column.is_whole else ""


def _name_model(column: ColumnKind) -> str:
    return "" if _MODELS.isdisjoint(column.words) else "what a model says of customers, not what they do"


def _name_calendar(column: ColumnKind) -> str:
    """A day of the month, a month, an hour: by the end of the name, and whole numbers within the calendar."""
    words = [word for word in column.words if word not in ("of", "the", "in")]
    if not _COUNTED.isdisjoint(words) or not words or not column.is_whole:
        return ""
    ends = {words[-1]} | ({words[0]} if words[-1] in (*_CALENDAR, "year") else set())
    placed = any(bool(column.known.between(*_CALENDAR[word]).all()) for word in ends if word in _CALENDAR)
    return "a place in the calendar, not a quantity" if placed else ""


def _find_filler(column: ColumnKind) -> str:
    """A code in place of a quantity: the lowest or the highest value, apart from all others and often met."""
    for code in _SENTINELS:
        share, rest = float((column.known == code).mean()), column.known[column.known != code]
        if share < _STANDS_FOR or rest.empty:
            continue
        apart = rest.min() >= 0 if code < 0 else code > 2 * rest.max()
        if apart:
            return f"{code} in {share:.0%} of the rows may stand for something else, such as never"
    return ""


def _find_gaps(column: ColumnKind) -> str:
    return f"{column.missing:.0%} of it is missing" if column.missing > _MOSTLY_FILLED else ""


def _find_commonest(column: ColumnKind) -> str:
    shares = column.values.value_counts(normalize=True)
    if shares.empty or shares.iloc[0] <= _MOSTLY_ONE_VALUE:
        return ""
    rows = "nearly all rows" if shares.iloc[0] >= _NEARLY_ALL else f"{shares.iloc[0]:.0%} of the rows"
    return f"{float(shares.index[0]):,.6g} in {rows}"


def _find_few(column: ColumnKind) -> str:
    return (
        f"{column.distinct} different values: a code or a small count" if column.distinct < CONTINUOUS else ""
    )


def _find_shared(column: ColumnKind) -> str:
    """An index of the day, the price of a tariff: few values with fractions, no scale such as 1, 1.5, 2."""
    values = np.unique(column.known)
    if column.is_whole or len(values) > _SHARED or len(column.known) < _SHARED * len(values):
        return ""
    steps = np.diff(values)
    is_scale = len(values) > np.ptp(values) / steps.min() / 2
    return (
        "" if is_scale else f"{len(values)} values, each of many rows: of the day or the tariff they came by"
    )


def _find_tenure(column: ColumnKind) -> str:
    if not any(words <= {*column.words} for words in _TENURES):
        return ""
    return "says how long somebody has been a customer, not what they do"


_NEVER: tuple[Callable[[ColumnKind], str], ...] = (
    _name_doubt,
    _name_id,
    _name_code,
    _name_model,
    _name_calendar,
    _find_filler,
)
_WEAK: tuple[Callable[[ColumnKind], str], ...] = (
    _find_gaps,
    _find_commonest,
    _find_few,
    _find_shared,
    _find_tenure,
)
