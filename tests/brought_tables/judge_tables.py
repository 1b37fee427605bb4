"""What came of a drawn table, held against its truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from custseg_spark.engine.session import open_session
from tests.brought_tables.draw_columns import Role
from tests.brought_tables.draw_tables import DrawnTable
from tests.brought_tables.trial import QUICK, Trial, bring
from tests.brought_tables.true_names import find_false_words
from tests.brought_tables.write_tables import write_table
from tests.recomputed_page.judge import find_differences
from tests.recomputed_page.read_texts import find_faults


@dataclass(frozen=True)
class Verdict:
    """`failures`: a sentence each; `agreement`: adjusted Rand index of segments and planted groups, NaN where
    there are none or no segments."""

    table: DrawnTable
    failures: tuple[str, ...]
    agreement: float
    names: tuple[str, ...]


NUMBERS: tuple[Role, ...] = ("spend", "count", "recency", "date", "measure", "code")


def try_table(table: DrawnTable, directory: Path, settings: tuple[str, ...] = QUICK) -> Verdict:
    """Write it, give it to `init` and `train`, and judge."""
    place = directory / table.name
    place.mkdir(parents=True)
    trial = bring(write_table(table, place), place / "trial", settings=settings)
    failures = tuple(_judge_exit(table, trial))
    if trial.train is None or trial.train.code:
        return Verdict(table, failures, np.nan, ())
    if table.orders:
        failures += tuple(_judge_orders(table, trial))
        spend, recency = frozenset({"monetary", "average_basket"}), frozenset({"recency"})
    else:
        failures += (*_judge_recipe(table, trial), *_judge_rows(table, trial))
        spend, recency = table.names("spend"), table.names("recency", "date")
    failures += tuple(_judge_page(table, trial))
    failures += tuple(find_false_words(trial.record["recipe"], trial.customers, spend, recency))
    return Verdict(table, failures, _measure_agreement(table, trial), tuple(trial.names))


def _judge_exit(table: DrawnTable, trial: Trial) -> list[str]:
    """No traceback; refused in a line of what and a line of what to do, and only where there is nobody."""
    said = [one for one in (trial.init, trial.rfm, trial.train) if one is not None]
    failures = [
        f"traceback: {one.err.strip().splitlines()[-1]}"
        for one in said
        if "Traceback" in one.err or one.code == 1
    ]
    refused = [one for one in said if one.code not in (0, 1)]
    if table.nobody:
        wrong = [one for one in refused if one.code != 3 or len(one.errors) > 2]
        if not refused or wrong:
            failures.append(
                f"{table.nobody}, yet exit {[one.code for one in said]}: {said[-1].err.strip()[:200]}"
            )
        return failures
    failures += [f"exit {one.code}: {' '.join(one.errors)[:300]}" for one in refused]
    if bool(trial.orders) != table.orders:
        failures.append(f"taken for {'orders' if trial.orders else 'customers'}")
    if trial.train is None and not failures:
        failures.append("no recipe to train with")
    return failures


def _judge_recipe(table: DrawnTable, trial: Trial) -> list[str]:
    """The id is the customer's, and nothing cuts that is none of what customers do."""
    failures = []
    found = trial.recipe["input"]["id"]
    # without an id an address that tells all apart will do
    wanted = [table.id] if table.id else [{"row_number": True}, *table.find_unique("personal")]
    if found not in wanted:
        failures.append(f"the id is {found}, and not {wanted[0]}")
    cut, shown = trial.columns("segment_by"), trial.columns("describe")
    for role, where in (
        ("outcome", cut), ("telltale", cut | shown), ("code", cut), ("id", cut), ("personal", cut),
        ("flag", cut), ("category", cut), ("constant", cut), ("text", cut),
    ):  # fmt: skip
        if role in ("flag", "category") and not table.names(*NUMBERS):
            continue  # nothing else is there
        if wrong := sorted(table.names(role) & where):  # type: ignore[arg-type]
            failures.append(f"{role} {', '.join(wrong)} cuts" + (" or is shown" if where is not cut else ""))
    bare = {sql.strip("`") for sql in trial.sections["segment_by"].values()}
    if wrong := sorted(table.names("date") & bare):
        failures.append(f"date {', '.join(wrong)} cuts as a number")
    return failures


def _judge_page(table: DrawnTable, trial: Trial) -> list[str]:
    """Every number of the page is what the customers beside it say, and its texts are written well."""
    html = (trial.run / "report.html").read_text(encoding="utf-8")
    _, wrong = find_differences(open_session("judge tables"), trial.run)
    names = frozenset([table.name, *(column.name for column in table.columns)])
    return [*(f"page: {told}" for told in wrong), *(f"page: {told}" for told in find_faults(html, names))]


def _judge_orders(table: DrawnTable, trial: Trial) -> list[str]:
    """Whose the orders are, and as many customers in segments as stand in the table."""
    whose = next(column for column in table.columns if column.role == "customer")
    failures = []
    if trial.orders and trial.orders["lines"]["customer"].strip("`") != whose.name:
        failures.append(f"the customer is {trial.orders['lines']['customer']}, and not {whose.name}")
    found, wanted = len(trial.customers), whose.values.nunique()
    if not wanted - table.bad <= found <= wanted:
        failures.append(f"{found} customers of {wanted}")
    return failures


def _judge_rows(table: DrawnTable, trial: Trial) -> list[str]:
    """Every row is accounted for, and everyone who is a customer stands in a segment."""
    rows, failures = trial.rows, []
    if rows["read"] != rows["accepted"] + rows["quarantined"]:
        failures.append(
            f"{rows['read']} rows read, {rows['accepted']} accepted, {rows['quarantined']} quarantined"
        )
    if not table.rows - table.bad <= rows["accepted"] <= table.rows:
        failures.append(
            f"{rows['accepted']} accepted of {table.rows}, {table.bad} of them bad: {rows['by_reason']}"
        )
    if len(trial.customers) != rows["accepted"]:
        failures.append(f"{len(trial.customers)} customers written, {rows['accepted']} accepted")
    if any(identity.casefold() in ("total", "nan", "none") for identity in trial.ids):
        failures.append("a total row is a customer")
    return failures


def _measure_agreement(table: DrawnTable, trial: Trial) -> float:
    """By the id where it is the truth's and the rows are all there."""
    if (
        table.groups is None
        or table.orders
        or trial.recipe["input"]["id"] != table.id
        or len(trial.customers) < table.rows - 10
    ):
        return float("nan")
    given = [
        str(value).removesuffix(".0") for value in next(c for c in table.columns if c.name == table.id).values
    ]
    truth = dict(zip(given, table.groups, strict=True))
    ids = [identity.removesuffix(".0") for identity in trial.ids]
    both = [
        (truth[one], segment)
        for one, segment in zip(ids, trial.customers["segment"], strict=True)
        if one in truth
    ]
    return float(adjusted_rand_score(*zip(*both, strict=True))) if both else float("nan")
