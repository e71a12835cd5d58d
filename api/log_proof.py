"""Proofs of the log for whoever asks at a terminal: an entry under its seal, a day after a day."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Final

from api.composition import LOOK, open_look_house
from api.house import LookHouse
from api.screen import show
from api.seals import NotProvable, SealFolder, consistency_of, inclusion_of
from api.settings import read_look_settings

INCLUSION: Final = "inclusion"
CONSISTENCY: Final = "consistency"


def log_proof(chosen: argparse.Namespace) -> int:
    """Print one proof as JSON; 1 when there is none."""
    needs = (*LOOK, "seals") if chosen.kind == INCLUSION else LOOK
    settings = read_look_settings("log-proof", needs)
    house = open_look_house(settings, process="log-proof")
    return print_log_proof(house, chosen.kind, chosen.about, seals=settings.seals or Path())


def print_log_proof(house: LookHouse, kind: str, about: list[str], *, seals: Path) -> int:
    """Print the proof about an entry's key, or about two days; 1 when there is none.

    `seals` is the folder in which an entry's neighbours stand; two days need none.
    """
    folder = SealFolder(seals)
    try:
        with house.open_auditor_tx() as tx:
            match kind, about:
                case "inclusion", [key]:
                    proof = inclusion_of(tx, folder, key)
                case "consistency", [first, second]:
                    proof = consistency_of(tx, first=_day(first), second=_day(second))
                case _:
                    show("log-proof: give inclusion KEY, or consistency DAY DAY")
                    return 2
    except NotProvable as refusal:
        show(f"no proof: {refusal}")
        return 1
    show(json.dumps(proof, ensure_ascii=False, indent=1))
    return 0


def _day(text: str) -> date:
    """Return a date.

    Raises:
        NotProvable: the text is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotProvable(f"{text!r} is not a date like 2026-11-23") from error
