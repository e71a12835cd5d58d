"""What people take an obligation for: how pages call it, and where to search for more."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.obligations.contract import Sort
from payments.obligations.registry import KINDS

SORTS: Final[Mapping[str, str]] = MappingProxyType(
    {code: kind.sort.value for code, kind in KINDS.items()}
)
"""What each kind is taken for, by its code."""

SEARCHES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Sort.FINE.value: "/find-fine",
        Sort.INSURANCE.value: f"/find?what={Sort.INSURANCE}",
        Sort.FEE.value: f"/find?what={Sort.FEE}",
    }
)
"""Where each sort is searched for."""
