"""Between stages go frozen dataclasses: what was decided is not altered on the way."""

from dataclasses import is_dataclass
from types import ModuleType


def unfrozen(module: ModuleType) -> list[str]:
    """The dataclasses of a module that could be altered."""
    own = [kind for kind in vars(module).values() if getattr(kind, "__module__", "") == module.__name__]
    assert any(is_dataclass(kind) for kind in own)
    return [kind.__name__ for kind in own if is_dataclass(kind) and not kind.__dataclass_params__.frozen]
