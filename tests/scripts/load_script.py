"""Programs of scripts/ without an ending, as modules."""

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def load_script(name: str) -> ModuleType:
    """scripts/<name>, with what it imports at its top."""
    called = name.replace("-", "_")
    loader = SourceFileLoader(called, str(ROOT / "scripts" / name))
    spec = importlib.util.spec_from_loader(called, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
