"""Finds every proof in this folder: each module that names a `PROOF`."""

import importlib
import pkgutil

from reconciliation import proofs
from reconciliation.proofs.contract import Proof


def find_proofs() -> list[Proof]:
    """Return the proofs in the order of their numbers: I2 before I10."""
    found: dict[str, Proof] = {}
    for module in pkgutil.iter_modules(proofs.__path__, prefix=f"{proofs.__name__}."):
        one = getattr(importlib.import_module(module.name), "PROOF", None)
        if isinstance(one, Proof):
            assert one.id not in found, f"two proofs are called {one.id}"
            found[one.id] = one
    return sorted(found.values(), key=lambda proof: int(proof.id.removeprefix("I")))
