"""Columns drawn at random: what they hold, what they are called, and what is true of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64]
Role = Literal[
    "id", "spend", "count", "recency", "date", "measure", "flag", "outcome", "telltale", "category", "code",
    "personal", "text", "constant", "order", "customer",
]  # fmt: skip
Draw = np.random.Generator

NAMES: dict[str, dict[str, Sequence[str]]] = {
    "en": {
        "id": ["customer id", "client", "account number", "member no", "ID", "cust id"],
        "spend": [
            "spend", "total spent", "sales", "revenue", "amount spent", "monetary", "total purchases amount",
        ],
        "count": ["orders", "visits", "num purchases", "sessions", "items bought", "number of orders"],
        "recency": ["recency", "days since last", "days since last order"],
        "date": ["last order", "last purchase date", "joined", "signup date"],
        "measure": [
            "balance", "annual income", "spending score", "credit limit", "discount ratio", "age of account",
            "credit amount", "total amt change", "avg basket value", "hours online", "tenure", "c1", "x2",
        ],
        "category": ["city", "tier", "channel", "segment", "product line"],
        "code": ["region", "store code", "zip code", "day", "month", "postal code"],
        "text": ["comment", "notes"],
    },
    "de": {
        "id": ["Kunden id", "Kundennummer"],
        "spend": ["Umsatz", "Ausgaben gesamt"],
        "count": ["Bestellungen", "Anzahl Käufe", "Besuche"],
        "recency": ["Tage seit letzter Bestellung"],
        "date": ["letzte Bestellung", "Anmeldedatum"],
        "measure": ["Kontostand", "Einkommen", "Größe", "Kreditlimit"],
        "category": ["Stadt", "Kanal"],
        "code": ["Region", "PLZ"],
        "text": ["Bemerkung"],
    },
    "fr": {
        "id": ["id client", "numéro client"],
        "spend": ["Dépenses totales", "Chiffre d'affaires"],
        "count": ["Nb. commandes", "visites"],
        "recency": ["Jours depuis dernière commande"],
        "date": ["dernière commande", "date d'inscription"],
        "measure": ["solde", "revenu annuel", "âge du compte"],
        "category": ["ville", "canal"],
        "code": ["région", "code postal"],
        "text": ["remarque"],
    },
    "es": {
        "id": ["id cliente", "cliente"],
        "spend": ["gasto total", "ventas"],
        "count": ["pedidos", "visitas"],
        "recency": ["días desde último pedido"],
        "date": ["último pedido", "fecha de alta"],
        "measure": ["saldo", "ingresos", "límite de crédito"],
        "category": ["ciudad", "canal"],
        "code": ["región", "código postal"],
        "text": ["comentario"],
    },
}  # fmt: skip
OUTCOMES = ("churn", "churned", "exited", "response", "target", "converted", "default", "y", "attrition flag")
PERSONAL = ("name", "email", "phone", "address", "surname")
UNITS = {"spend": ["($)", "(€)", "[EUR]", "(USD)"], "measure": ["(k$)", "(1-100)", "(%)", "(h)"]}
DATES = ("%Y-%m-%d", "%d/%m/%Y %H:%M", "%d-%b-%Y", "%Y%m%d", "%Y-%m-%dT%H:%M:%SZ", "{m}/{d}/%Y", "%d.%m.%Y")
WORDS = (
    "blue",
    "green",
    "red",
    "north",
    "south",
    "east",
    "west",
    "gold",
    "silver",
    "web",
    "store",
    "basic",
    "plus",
)


@dataclass(frozen=True)
class Column:
    """`values`: one per row, numbers or text; `written`: how a number is written, None for as it is; `role`:
    what it is in truth."""

    name: str
    role: Role
    values: pd.Series[Any]
    written: Callable[[float], str] | None = None


@dataclass(frozen=True)
class Style:
    """How the columns of one table are called."""

    language: str
    case: str
    taken: set[str] = field(default_factory=set)

    def name(self, rng: Draw, role: str, words: Sequence[str] | None = None) -> str:
        """A name that no column of the table has."""
        offered = words or NAMES[self.language].get(role) or NAMES["en"][role]
        for _ in range(50):
            plain = str(rng.choice(list(offered)))
            name = self.write(plain)
            if role in UNITS and self.case == "units" and rng.random() < 0.5:
                name = f"{name} {rng.choice(UNITS[role])}"
            if name.casefold() not in self.taken:
                break
        else:
            name = f"{self.write(plain)}{self.write(' ')[:1] or '_'}{len(self.taken)}"
        self.taken.add(name.casefold())
        return name

    def write(self, plain: str) -> str:
        if self.case == "snake":
            return plain.replace(" ", "_").replace(".", "").replace("'", "_").lower()
        if self.case == "camel":
            return "".join(word[:1].upper() + word[1:] for word in plain.replace("'", " ").split())
        return plain.upper().replace(" ", "_") if self.case == "upper" else plain


def draw_style(rng: Draw) -> Style:
    language = str(rng.choice(["en", "en", "en", "en", "de", "fr", "es"]))
    return Style(language, str(rng.choice(["snake", "camel", "blanks", "units", "upper"])))


def draw_id(rng: Draw, style: Style, rows: int) -> Column:
    first, step = int(rng.choice([1, 1001, 536_000])), int(rng.choice([1, 1, 3]))
    numbers = np.arange(first, first + step * rows, step)
    kind = rng.choice(["whole", "shuffled", "padded", "letters", "uuid", "float"])
    if kind in ("whole", "shuffled"):
        values = pd.Series(rng.permutation(numbers) if kind == "shuffled" else numbers)
    elif kind == "float":
        values = pd.Series([f"{number}.0" for number in numbers])
    elif kind == "uuid":
        values = pd.Series([str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in numbers])
    else:
        form = "{:08d}" if kind == "padded" else "C-{:06d}"
        values = pd.Series([form.format(number) for number in numbers])
    return Column(style.name(rng, "id"), "id", values)


def money_writers(rng: Draw) -> Callable[[float], str] | None:
    def swap(text: str) -> str:
        return text.translate(str.maketrans(",.", ".,"))

    writers: list[Callable[[float], str] | None] = [
        None,
        None,
        lambda value: f"${value:,.2f}",
        lambda value: f"£{value:.2f}",
        lambda value: f"{swap(f'{value:,.2f}')} €",
        lambda value: f"{value:.2f}".replace(".", ","),
        lambda value: f"{value:,.2f}".replace(",", " "),
        lambda value: f"EUR {value:,.2f}",
        lambda value: f"+{value:.2f}",
    ]
    return writers[int(rng.integers(len(writers)))]


def draw_spend(rng: Draw, style: Style, level: Values) -> Column:
    """`level`: 0 to 1, by group."""
    values = np.round(np.exp(3.5 + 3.5 * level) * rng.lognormal(0, 0.35, len(level)), 2)
    return Column(style.name(rng, "spend"), "spend", pd.Series(values), money_writers(rng))


def draw_count(rng: Draw, style: Style, level: Values) -> Column:
    return Column(style.name(rng, "count"), "count", pd.Series(1 + rng.poisson(3 + 22 * level)))


def draw_recency(rng: Draw, style: Style, level: Values) -> Column:
    days = np.round(rng.gamma(4, 5 + 40 * (1 - level)))
    return Column(style.name(rng, "recency"), "recency", pd.Series(days.astype(int)))


def draw_measure(rng: Draw, style: Style, level: Values) -> Column:
    """A number that is neither spent nor counted: with fractions, whole, a share, a share with its sign."""
    values = 100 * level + rng.normal(0, 12, len(level))
    name, shape = style.name(rng, "measure"), int(rng.integers(7))
    if shape == 0:
        return Column(name, "measure", pd.Series(np.round(values).astype(int)), lambda value: f"{value:.0f}%")
    divisor, digits = ((1, 1), (1, 0), (100, 4))[shape % 3]
    rounded = np.round(values / divisor, digits)
    return Column(name, "measure", pd.Series(rounded if digits else rounded.astype(int)))


def draw_date(rng: Draw, style: Style, level: Values) -> Column:
    days = np.round(rng.gamma(4, 10 + 60 * (1 - level))).astype(int)
    form = str(rng.choice(DATES))
    moments = pd.Timestamp("2023-06-30 10:25:00") - pd.to_timedelta(days, unit="D")
    text = [day.strftime(form.format(m=day.month, d=day.day)) for day in moments]
    return Column(style.name(rng, "date"), "date", pd.Series(text))


def draw_other(rng: Draw, style: Style, level: Values) -> Column:
    """A column that should not cut."""
    rows = len(level)
    role = str(rng.choice(["flag", "category", "code", "personal", "text", "constant", "category", "flag"]))
    if role == "flag":
        pair = [("yes", "no"), ("1", "0"), ("TRUE", "FALSE"), ("Y", "N")][int(rng.integers(4))]
        name = style.name(rng, "flag", ["newsletter", "has card", "mobile app", "opted in"])
        return Column(name, "flag", pd.Series(rng.choice(pair, rows)))
    if role == "category":
        return Column(
            style.name(rng, "category"), "category", pd.Series(rng.choice(rng.choice(WORDS, 4, False), rows))
        )
    if role == "code":
        return Column(
            style.name(rng, "code"), "code", pd.Series(rng.integers(1, int(rng.choice([5, 13, 29])), rows))
        )
    if role == "personal":
        plain = str(rng.choice(PERSONAL))
        form = "{}{}@example.org" if plain == "email" else "{} {}"
        text = [form.format(rng.choice(WORDS), row if plain == "email" else row % 50) for row in range(rows)]
        return Column(style.name(rng, "personal", [plain]), "personal", pd.Series(text))
    if role == "text":
        text = [" ".join(rng.choice(WORDS, 6)) + f" {number}" for number in range(rows)]
        return Column(style.name(rng, "text"), "text", pd.Series(text))
    return Column(
        style.name(rng, "constant", ["country", "year", "currency", "source"]),
        "constant",
        pd.Series(["1"] * rows),
    )


def draw_outcome(rng: Draw, style: Style, level: Values) -> Column:
    pair = [("Yes", "No"), ("1", "0"), ("True", "False"), ("yes", "no")][int(rng.integers(4))]
    happened = rng.random(len(level)) < 0.1 + 0.3 * (1 - level)
    return Column(style.name(rng, "outcome", OUTCOMES), "outcome", pd.Series(np.where(happened, *pair)))


def draw_telltale(rng: Draw, style: Style, outcome: Column) -> Column:
    """What a classifier made of the outcome."""
    happened = outcome.values == outcome.values.unique()[0]
    values = np.where(happened, rng.beta(30, 1, len(happened)), rng.beta(1, 30, len(happened)))
    words = [f"{outcome.name} score", f"p {outcome.name}", f"model {outcome.name} inactive"]
    return Column(style.name(rng, "telltale", words), "telltale", pd.Series(np.round(values, 5)))
