"""Whole words of column names that tell whose a number is: a customer's, an order's, a product's; and which
words of one table's column stand together, as in `customerid`."""

from __future__ import annotations

from itertools import chain

from custseg_spark.topics import AMOUNT, COUNTS, SPENT
from custseg_spark.wording import split_words

ID = frozenset(
    ["id", "ids", "uuid", "guid", "no", "number", "nr", "num", "nummer", "key", "code", "ref", "identifier",
     "numero", "codigo", "codice"]
)  # fmt: skip
ID_FIRST = frozenset(["id", "code", "codigo", "codice"])
"""Those that make an id of what stands behind them: codice prodotto. A number of something may be a count."""
CUSTOMER = frozenset(
    ["customer", "customers", "client", "clients", "cust", "kunde", "kunden", "cliente", "clienti", "klant"]
)
PEOPLE = CUSTOMER | frozenset(
    ["account", "acct", "member", "user", "subscriber", "buyer", "shopper", "guest", "patron", "person",
     "household", "company", "contact", "donor", "policyholder", "cardholder", "card", "debtor", "visitor",
     "caller"]
)  # fmt: skip
"""Who may be a customer."""
CONTACT = frozenset(["email", "mail", "phone", "mobile", "telephone", "iban", "ssn", "passport"])
"""What is one person's alone, as a name is not."""
ORDER = frozenset(
    ["order", "invoice", "receipt", "transaction", "trans", "txn", "basket", "cart", "bill", "ticket", "sale",
     "purchase", "booking", "checkout", "bestellung", "rechnung", "rechnungs", "bestell", "auftrags",
     "commande", "facture", "pedido", "factura", "ordine", "fattura", "fatura"]
)  # fmt: skip
PRODUCT = frozenset(["product", "item", "sku", "stock", "article", "asin", "description", "title", "variant"])
WHEN = frozenset(
    ["date", "time", "datetime", "timestamp", "ts", "day", "at", "on", "created", "placed", "datum", "fecha",
     "dt", "purchased", "ordered", "utc"]
)  # fmt: skip
QUANTITY = frozenset(
    ["quantity", "qty", "quantities", "pieces", "units", "pcs", "items", "menge", "anzahl", "cantidad",
     "quantite", "quantidade", "quantita", "count"]
)  # fmt: skip
PRICE = frozenset(["price", "preis", "prix", "precio", "preco", "prezzo", "einzelpreis"])
PAID = (SPENT | AMOUNT) - {"values", "mnt", "gmv"} | frozenset(
    ["total", "subtotal", "paid", "payment", "net", "gross", "dollars", "euros", "usd", "eur", "gbp"]
)
"""What an order line may call its money."""
PERSONAL = CONTACT | frozenset(["name", "firstname", "lastname", "surname", "address", "street"])
"""What says who a person is."""
_BESIDE = frozenset(["unit", "ship", "birth", "name", "membership"])
_KNOWN = PEOPLE | ORDER | ID | WHEN | QUANTITY | PRICE | PAID | PRODUCT | _BESIDE


def split_name(name: str) -> tuple[str, ...]:
    """The words of a column's name, those of orders and customers too that stand together.

    >>> split_name("CustomerID"), split_name("clientnum")
    (('customer', 'id'), ('client', 'num'))
    """
    return tuple(chain.from_iterable(map(_split_word, split_words(name))))


def skip_marks(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without those that only say that something is counted: num of calls -> calls."""
    marks = 0 if len(words) < 3 or words[0] not in COUNTS else 2 if words[1] in ("of", "de") else 1
    return words[marks:]


def _split_word(word: str) -> tuple[str, ...]:
    ends = range(3, len(word) - 1) if word not in _KNOWN else ()
    pairs = ((word[:end], word[end:]) for end in ends)
    return next((pair for pair in pairs if {*pair} <= _KNOWN), (word,))
