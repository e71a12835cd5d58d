"""How one class of refusal is told to the world: status, type, and words in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages: what is wrong, then what to do."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Row:
    """How one class of refusal is told to the world."""

    status: int
    type: str
    title: Words
