"""Finds every statement format in this folder: each file that names a `FORMAT`."""

import importlib
import pkgutil
from collections.abc import Mapping

from reconciliation import statements
from reconciliation.statements.contract import StatementFormat


def find_formats() -> Mapping[str, StatementFormat]:
    """Return the formats by their short names."""
    found: dict[str, StatementFormat] = {}
    for module in pkgutil.iter_modules(statements.__path__, prefix=f"{statements.__name__}."):
        one = getattr(importlib.import_module(module.name), "FORMAT", None)
        if isinstance(one, StatementFormat):
            assert one.code not in found, f"two formats are called {one.code}"
            found[one.code] = one
    return found
