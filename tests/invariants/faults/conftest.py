"""A whole house for faults that only show at its doors."""

from tests.api.conftest import house

__all__ = ["house"]
