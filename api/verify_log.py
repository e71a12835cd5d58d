"""The separate verifier at our own command line: what it is not told stands in the settings."""

import argparse
import sys

from api.composition import Role
from api.settings import read_look_settings
from ledger.postgres.verify_log.__main__ import run

_KEY = "key.pub"


def verify_log(chosen: argparse.Namespace) -> int:
    """Check the book or a proof; 0 when it holds, 1 when not, 2 when it cannot be checked."""
    given = dict(vars(chosen))
    needs, seals = list[str](), chosen.seals
    if chosen.proof is None and not chosen.database:
        needs.append(Role.AUDITOR)
    if not chosen.seals and (chosen.proof is None or not chosen.key):
        needs.append("seals")
    if needs:
        settings = read_look_settings("verify-log", needs)
        given["seals"] = seals = chosen.seals or settings.seals
        given["database"] = chosen.database or settings.auditor_database_url
    if not chosen.key:
        assert seals is not None
        given["key"] = str(seals / _KEY)
        sys.stderr.write(
            f"the key is taken from {given['key']}: an auditor gives the copy kept elsewhere\n"
        )
    return run(argparse.Namespace(**given))
