"""Mutants that scripts/mutants counts neither as killed nor as alive: they compute the same."""

from collections.abc import Sequence

_SUMS = "of a table of two dimensions the sum over rows, kept as a row or not, is the same beside it"
EQUIVALENT = {
    ("evidence/valley.py", "density, -1.0", "density, - 0.0"): (
        "differs only where nobody is on that side: then the lower peak is 0 from either index"
    ),
    ("segments/identity.py", '== "continues"', '<= "continues"'): "no kind of event sorts before it",
    ("segments/identity.py", "(of_column & ~(", "(of_column * ~("): "of truth values the product is the and",
    ("segments/identity.py", "sum(axis=0, keepdims=True)", "sum(axis=0, keepdims=False)"): _SUMS,
    ("segments/movement.py", "NOBODY = -1", "NOBODY = - 2"): "any number that is no segment's will do",
    ("segments/movement.py", "fewest: int = 0", "fewest: int = -1"): "no flow has less than one customer",
    ("segments/movement.py", "self.value else 0.0", "self.value else -1.0"): "of no total under 0 is a share",
    ("segments/movement.py", "self.now != NOBODY", "self.now > NOBODY"): "every id is above nobody's",
}
"""Module, what stood there and what the mutant has instead; and why no test can tell them apart."""


def equivalent(module: str, changed: Sequence[str]) -> str:
    """Why this change changes nothing; empty for any that is not listed."""
    before, after = ("\n".join(line[1:] for line in changed if line[0] == sign) for sign in "-+")
    for (name, old, new), why in EQUIVALENT.items():
        if name == module and old in before and before.replace(old, new, 1) == after:
            return why
    return ""
