"""The separate verifier at our own command line: what it is not told stands in the settings."""

import argparse
import sys

from api.settings import PREFIX, SettingsWrong, read_settings
from ledger.postgres.verify_log.__main__ import run

_KEY = "key.pub"


def verify_log(chosen: argparse.Namespace) -> int:
    """Check the book or a proof; 0 when it holds, 1 when not, 2 when it cannot be checked."""
    given = dict(vars(chosen))
    if chosen.proof is None and not (chosen.database and chosen.seals and chosen.key):
        settings = read_settings()
        given["seals"] = chosen.seals or settings.seals
        given["database"] = chosen.database or settings.auditor_database_url
        if not given["database"]:
            raise SettingsWrong(f"setting {PREFIX}AUDITOR_DATABASE_URL: verify-log needs it")
    if not chosen.key:
        folder = given["seals"] or read_settings().seals
        given["key"] = str(folder / _KEY)
        sys.stderr.write(
            f"the key is taken from {given['key']}: an auditor gives the copy kept elsewhere\n"
        )
    return run(argparse.Namespace(**given))
