"""`clearing keys`: which keys seal personal data, and moving it to the current one."""

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Final

from api.by_hand import operator
from api.keys import personal_keys_of
from api.postgres.owner import open_owner
from api.screen import counted, show
from api.sealed_columns import SEALED_EVERYWHERE
from api.settings import SettingsWrong, read_settings
from ledger.audit_record import Act, Doer
from ledger.postgres import audit_rows
from ledger.postgres.transaction import OpenTx
from payments.personal_data import PersonalDataKeys
from payments.postgres.reseal_rows import keys_in_use
from payments.reseal import reseal
from payments.reseal_batch import Tally

URL: Final = "CLEARING_MIGRATE_URL"
TOLD_EVERY_ROWS: Final = 10_000
_CONFIRM: Final = """\
not done: all would be sealed with {key_id}, and a process without that key reads nothing of it.
Which processes know it cannot be seen from here. Once every one (web, schedule, whoever runs
commands) was restarted with it, say so: --all-processes-know"""
_DIGESTS: Final = """\
a change sent again word for word is known by a digest made with the
  index key of its day, and is refused as another one under the same document without it"""


def add_keys(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    text = "show which keys personal data is sealed with, and move it to the current one"
    verb = add("keys", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=run, needs_settings=True)
    verb.add_argument(
        "--url", metavar="URL", help=f"address of the database as clearing_migrator (${URL})"
    )
    what = verb.add_subparsers(title="what to do", required=True, metavar="WHAT", dest="what")
    what.add_parser("status", help="count rows by the key they are sealed with")
    rotate = what.add_parser(
        "rotate",
        help="seal everything anew under the current keys, while everybody works; again goes on"
        " where it stopped",
    )
    rotate.add_argument(
        "--all-processes-know",
        action="store_true",
        help="say that every process was restarted with the current keys: it cannot be seen from"
        " here, and one without them reads nothing of what was moved",
    )
    rotate.add_argument("--reason", required=True, metavar="TEXT", help="why, for the record")
    what.add_parser("check", help="look at every row: exit 1 while anything needs another key")


def run(chosen: argparse.Namespace) -> int:
    """Do what was asked on the database of the settings, and return 1 when something is left."""
    keys = personal_keys_of(read_settings("keys"))
    url = chosen.url or os.environ.get(URL)
    if not url:
        raise SettingsWrong(f"{URL} (or --url): sealed bytes are exchanged by the owner alone")
    return act(open_owner(url), chosen, keys)


def act(open_tx: OpenTx, chosen: argparse.Namespace, keys: PersonalDataKeys) -> int:
    """Do what was asked as the owner, and return 1 when something is left."""
    if chosen.what == "status":
        return _status(open_tx, keys)
    if chosen.what == "check":
        return _check(open_tx, keys)
    if not chosen.all_processes_know:
        show(_CONFIRM.format(key_id=keys.key_id))
        return 1
    try:
        return _rotate(open_tx, keys, operator(chosen.reason))
    except ValueError as refusal:  # The record of it could not be written as given.
        show(f"not done: {refusal}")
        return 1


def _status(open_tx: OpenTx, keys: PersonalDataKeys) -> int:
    for column in SEALED_EVERYWHERE:
        with open_tx() as tx:
            found = keys_in_use(tx, column)
        counts = [f"{rows:,} under {_named(key, keys)}" for key, rows in sorted(found.items())]
        show(f"{column.name:34} {', '.join(counts) or 'empty'}")
    show(f"new data is sealed with {keys.key_id}")
    return 0


def _named(key_id: str, keys: PersonalDataKeys) -> str:
    return key_id if keys.opening(key_id) is not None else f"{key_id} (not known here)"


def _rotate(open_tx: OpenTx, keys: PersonalDataKeys, by: Doer) -> int:
    _record(open_tx, by, f"keys:{keys.key_id}")
    tallies = reseal(open_tx, SEALED_EVERYWHERE, keys=keys, told=_Progress())
    written = sum(tally.written for tally in tallies)
    _record(open_tx, by, f"keys:{keys.key_id} rows:{written}")
    for tally in tallies:
        show(_line(tally, f"{tally.written:,} sealed anew"))
    left = sum(tally.left for tally in tallies)
    if left:
        show(f"{counted(left, 'row')} somebody was changing all the while: run it again")
    show("`clearing keys check` says whether the keys of before may go")
    return 1 if left or any(tally.unopened for tally in tallies) else 0


def _check(open_tx: OpenTx, keys: PersonalDataKeys) -> int:
    tallies = reseal(open_tx, SEALED_EVERYWHERE, keys=keys, told=_Progress(), is_trial=True)
    for tally in tallies:
        show(_line(tally, "nothing to do" if not tally.needed else f"{tally.needed:,} to move"))
    for key_id in sorted({key_id for tally in tallies for key_id in tally.key_ids}):
        if keys.opening(key_id) is None:
            show(f"{key_id}: not known here, and {_needed_by(tallies, key_id)}")
    for key_id in sorted(keys.retired_keys):
        show(f"{key_id}: {_needed_by(tallies, key_id)}")
    return _check_indexes(tallies, keys) or int(any(tally.needed for tally in tallies))


def _check_indexes(tallies: Sequence[Tally], keys: PersonalDataKeys) -> int:
    moved = sum(sum(tally.moved.values()) for tally in tallies)
    unexplained = sum(sum(tally.unexplained.values()) for tally in tallies)
    unopened = sum(tally.unopened for tally in tallies)
    if moved:
        show(f"other index keys: {moved:,} indexes stand under them")
    elif unexplained:
        show(
            f"other index keys: {unexplained:,} indexes are of what is not sealed and cannot be"
            " moved: keep the keys they may stand under"
        )
    elif keys.other_index_keys:
        show(f"other index keys: no row needs them; {_DIGESTS}")
    return int(bool(moved or unexplained or unopened))


def _needed_by(tallies: Sequence[Tally], key_id: str) -> str:
    rows = sum(tally.key_ids[key_id] for tally in tallies)
    return f"needed by {counted(rows, 'row')}" if rows else "nothing needs it any more"


def _line(tally: Tally, said: str) -> str:
    notes = [
        f"{rows:,} {column} of what is not sealed" for column, rows in tally.unexplained.items()
    ]
    notes += [f"{tally.unopened:,} that no key known opens"] if tally.unopened else []
    return f"{tally.column:34} {counted(tally.rows, 'row')}, {', '.join([said, *notes])}"


def _record(open_tx: OpenTx, by: Doer, subject: str) -> None:
    with open_tx() as tx:
        audit_rows.record(tx, by.did(Act.ROTATE_KEYS, to=subject))


class _Progress:
    """Says how far a column is, now and then."""

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, tally: Tally) -> None:
        if tally.rows < self._said:
            self._said = 0  # The next column, or the same once more.
        if tally.rows - self._said >= TOLD_EVERY_ROWS:
            self._said = tally.rows
            show(f"  {tally.column}: {tally.rows:,} looked at, {tally.written:,} sealed anew")
