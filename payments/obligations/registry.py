"""Finds every kind of obligation: each module here that has a `KIND`."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Final

from payments import obligations
from payments.obligations.contract import ObligationKind, SecondFact


def find_kinds(package: ModuleType) -> Mapping[str, ObligationKind]:
    """Return the kinds in a package's modules, by code.

    Raises:
        ValueError: two files claim the same code.
    """
    kinds: dict[str, ObligationKind] = {}
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        kind: object = getattr(module, "KIND", None)
        if not isinstance(kind, ObligationKind):
            continue
        if kind.code in kinds:
            raise ValueError(f"two kinds are called {kind.code}")
        kinds[kind.code] = kind
    return MappingProxyType(kinds)


KINDS: Final = find_kinds(obligations)
"""All kinds this program knows."""

UNDATED: Final = frozenset(
    code for code, kind in KINDS.items() if SecondFact.DECIDED_ON not in kind.second_facts
)
"""Kinds found without a date, whether or not theirs have one."""
