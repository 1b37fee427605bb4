"""What a column is about, told by whole words of its name and by its unit: what may be said of it.

Nothing is better than a false word: what is not known has no topic, adds up to nothing and is called by its
own name.
"""

from __future__ import annotations

import re
from typing import Literal

from custseg_spark.wording import split_words

Topic = Literal["income", "recency", "deals", "tenure", "channel", "spend", "frequency"]


def _collect(words: str) -> frozenset[str]:
    return frozenset(words.split())


RELATIVE = _collect(
    """
    ratio ratios rate rates share percent percentage pct avg average mean median std change chg chng
    growth delta score scores rating ratings rank index probability prob propensity likelihood
    utilization level quantile per
    """
)
"""Of what a name with one of these says, no sum is anything."""
_INCOME = _collect("income salary earnings earning wealth wage wages")
_OWED = _collect(
    """
    balance balances credit loan loans limit limits charge charges fee fees debt debts debit deposit
    deposits advance advances payment payments premium premiums price prices cost costs tax refund
    refunds return returns capital gain loss saving savings budget profit margin discount
    """
)
"""Money that nobody spent on goods, or may not have."""
SPENT = _collect(
    """
    spent spend spends spending spendings sales revenue revenues monetary turnover mnt gmv money
    depenses depense umsatz ausgaben ventas vendas gasto gastos spesa
    """
)
AMOUNTS = _collect("amount amounts amt montant betrag importe")
AMOUNT = AMOUNTS | {"value", "values"}
_BOUGHT = _collect(
    """
    trans transaction transactions purchase purchases purchased order orders ordered sale basket invoice
    """
)
TIMES = _collect(
    """
    order orders purchase purchases trans transaction transactions basket baskets visit visits trip trips
    booking bookings frequency commandes achats bestellungen pedidos
    """
)
_THINGS = _collect(
    """
    calls contacts logins sessions clicks complaints tickets messages products items pieces cards accounts
    claims policies subscriptions downloads returns reviews
    """
)
"""What is counted, if no money or time is meant."""
_DEALS = _collect(
    """
    deal deals coupon coupons promo promos voucher vouchers offer offers discount discounts
    """
)
_CHANNEL = _collect("web online store stores shop catalog catalogue mobile app channel phone")
PERIODS = _collect(
    """
    days weeks months years hours minutes jours semaines mois tage wochen monate jahre dias semanas meses
    anos giorni settimane mesi anni
    """
)
"""Times that are counted, without their accents."""
_PERIOD = PERIODS - {"hours", "minutes"} | {"day", "week", "month", "year"}
_EACH = _collect("day week month quarter year")
_CLOCK = _collect("second seconds sec minute minutes min mins hour hours time duration session")
COUNTS = _collect("num n nb no count cnt number")
"""What stands beside what is counted."""
_NUMBERS = _collect("number nombre numero anzahl")
"""The number of something, whatever the plural of its noun looks like."""
_MARKS = COUNTS | _NUMBERS | {"ct", "qty", "quantity"}
_LEFT = _collect("inactive inactivity dormant idle")
LAST = _collect("last latest recent letzte letzter letztes dernier derniere ultima ultimo")
_SINCE = LAST | _collect("since depuis seit desde")
_ACTED = _collect(
    """
    order ordered purchase purchased visit visited seen active activity login transaction commande achat
    derniere dernier shopping bought bestellung kauf einkauf pedido compra acquisto ordine gift donation
    """
)
_BEGAN = _collect(
    """
    tenure member membership joined join enroll enrolled enrol registered registration signup first
    """
)
_STATES = (
    RELATIVE
    | _INCOME
    | _PERIOD
    | _CLOCK
    | _collect(
        """
    balance balances credit loan loans limit limits debt debts age ages recency tenure birth date since
    length distance height weight bmi size price prices capital code id zip latitude longitude
    temperature
    """
    )
)
"""What a customer has or is: of many customers together it is no sum that they bring."""
_SUMS = (
    SPENT
    | AMOUNT
    | TIMES
    | _MARKS
    | _DEALS
    | _collect(
        """
    charges charge fee fees payment payments cost costs profit sale volume consumption usage basket
    """
    )
)
MEASURES = _SUMS | _OWED | _INCOME | RELATIVE
"""What is measured, however long its numbers are."""

_MONEY_UNIT = re.compile(
    r"money|€|\$|£|¥|\b(eur|usd|gbp|chf|inr|jpy|euros?|dollars?|pounds?|rupees?)\b", re.IGNORECASE
)
_TIME_UNIT = re.compile(
    r"\W*(\d+\W*)?(seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|ages?)\b", re.IGNORECASE
)
_RATIO_UNIT = re.compile(
    r"%|/|\b(per|percent|percentage|share|rate|ratio|score|index|average|mean|median|rank|level)\b|^\W*\d+\W+\d+\W*$",
    re.IGNORECASE,
)


def is_money(unit: str) -> bool:
    """Whether a unit is one of money: k$, EUR, money in 2 years."""
    return bool(_MONEY_UNIT.search(unit))


def find_time(unit: str) -> str:
    """The time that a unit begins with, such as days; empty if it begins with none."""
    time = _TIME_UNIT.match(unit)
    return time.group(2).lower() if time else ""


def find_topic(name: str, unit: str = "") -> Topic | None:
    """What a column is about; None where its name does not say it or says something else."""
    words = frozenset(split_words(name))
    if words & RELATIVE or _RATIO_UNIT.search(unit):
        return None
    if _is_recency(words):
        return "recency"
    if words & _INCOME:
        return "income"
    if words & _DEALS and not (words & {"discount"} and is_money(unit)):
        return "deals"
    if words & _BEGAN or {"on", "book"} <= words or {"customer", "since"} <= words:
        return "tenure"
    if words & (_OWED | _CLOCK):
        return None
    if _is_spend(words, unit):
        return "spend"
    if words & _CHANNEL and not words & {"id", "code"}:
        return "channel"
    return "frequency" if words & TIMES and not words & {"size", "value", "amount"} else None


def is_additive(name: str, unit: str) -> bool:
    """Whether values of different customers add up to what they bring: sums of money and counts do.

    An income, a balance, a limit, a time, a ratio, a score, a rank or an average does not, nor what neither
    its unit nor its name says anything of.
    """
    words = frozenset(split_words(name))
    if unit and (find_time(unit) or _RATIO_UNIT.search(unit)):
        return False
    if words & (RELATIVE | _INCOME | _CLOCK) or (words & _STATES and not words & _SUMS):
        return False
    if words & SPENT or (unit and not words & _STATES):
        return True
    if words & _STATES - _PERIOD:
        return False
    return bool(words & _SUMS) or is_plural(name)


def is_count(name: str, unit: str = "") -> bool:
    """Whether it is a number of things that its name ends with, or of those in a time: orders, Nb. commandes,
    num web visits month."""
    words = things = split_words(name)
    if len(words) > 1 and words[-1] in _EACH:
        things = words[: -2 if words[-2] == "per" else -1]
    numbered = len(things) > 1 and things[0] in _NUMBERS
    if not things or is_money(unit) or not (numbered or is_plural(" ".join(things))):
        return False
    if frozenset(things) & (RELATIVE | _INCOME | SPENT | _CLOCK | AMOUNT):
        return False
    if things[-1] in _THINGS:
        return True
    if frozenset(words) & _OWED:
        return False
    return words[0] in _MARKS or find_topic(" ".join(things), unit) in ("frequency", "deals", "channel")


def is_plural(name: str) -> bool:
    """Whether the last word of a name is an English or French plural, as far as its letters tell."""
    last = (split_words(name) or ("",))[-1]
    return len(last) > 3 and last.endswith("s") and not last.endswith(("ss", "us", "is"))


def _is_recency(words: frozenset[str]) -> bool:
    if words & _BEGAN:
        return False
    if words & ({"recency"} | _LEFT):
        return True
    return bool(words & _PERIOD and words & _SINCE and (words & _ACTED or words <= _PERIOD | _SINCE))


def _is_spend(words: frozenset[str], unit: str) -> bool:
    if words & _MARKS:
        return False
    return bool(
        words & SPENT or (words & AMOUNT and words & _BOUGHT) or (is_money(unit) and not words & AMOUNT)
    )
