"""Between stages go frozen dataclasses: what was decided is not altered on the way."""

from dataclasses import is_dataclass
from types import ModuleType
from typing import Any


def unfrozen(module: ModuleType) -> list[str]:
    """The dataclasses of a module that could be altered."""
    own = [kind for kind in vars(module).values() if getattr(kind, "__module__", "") == module.__name__]
    dataclasses: list[Any] = [kind for kind in own if is_dataclass(kind)]
    assert dataclasses
    return [kind.__name__ for kind in dataclasses if not kind.__dataclass_params__.frozen]
