"""`clearing authority`: who may push what is owed, who joins, and who takes over from whom."""

import argparse
from collections.abc import Callable
from datetime import date
from typing import Final

from api.asked import day_of
from api.by_hand import operator
from api.composition import Role, open_house
from api.house import House
from api.postgres import partner_rows
from api.screen import show
from api.settings import read_settings
from ledger.audit_record import Act, Doer
from ledger.postgres import audit_rows
from payments.authority import ITEMS_PER_MINUTE_MAX, Authority, Family
from payments.end_authority import end_authority
from payments.errors import InputRefused
from payments.postgres.authority_rows import all_authorities
from payments.push_authorities import push_authorities

LISTED_MAX: Final = 5_000
ITEMS_PER_MINUTE: Final = 10_000
ROLES: Final = (Role.APP,)


def add_authority(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    text = "list, add or end authorities that may push what is owed; audit records say who did"
    verb = add("authority", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=run, needs_settings=True)
    what = verb.add_subparsers(title="what to do", required=True, metavar="WHAT", dest="what")
    what.add_parser("list", help="print the register")
    new = what.add_parser("add", help="register one; the same again is no change")
    new.add_argument("code", metavar="CODE", help="such as csgt-hn")
    new.add_argument(
        "--family", choices=[one.value for one in Family], required=True, help="what sort it is"
    )
    new.add_argument("--name", metavar="NAME", required=True, help="as citizens read it")
    new.add_argument("--pushed-by", metavar="PARTNER", help="whose key speaks for it (the code)")
    new.add_argument("--from", dest="first", type=_day, required=True, metavar="DATE")
    new.add_argument(
        "--items-per-minute",
        type=_count,
        default=ITEMS_PER_MINUTE,
        metavar="N",
        help="how much it may send (default %(default)s)",
    )
    end = what.add_parser("end", help="give one its last day, and name who takes over")
    end.add_argument("code", metavar="CODE", help="what it pushed stays payable")
    end.add_argument("--on", type=_day, required=True, metavar="DATE", help="its last day")
    end.add_argument("--successor", metavar="CODE", help="is told of payments from then on")
    for one in (new, end):
        one.add_argument("--reason", required=True, metavar="TEXT", help="why, for the record")


def run(chosen: argparse.Namespace) -> int:
    """Do what was asked on the database of the settings, and return 1 when it is refused."""
    settings = read_settings("authority", ROLES)
    return act(open_house(settings, process="authority", roles=ROLES), chosen)


def act(house: House, chosen: argparse.Namespace) -> int:
    """Do what was asked in a house, and return 1 when it is refused."""
    if chosen.what == "list":
        return _list(house)
    try:
        by = operator(chosen.reason)
        show(_add(house, chosen, by) if chosen.what == "add" else _end(house, chosen, by))
    except InputRefused as refusal:
        show(f"not done: {refusal}")
        return 1
    except ValueError as refusal:  # The record of it could not be written as given.
        show(f"not done: {refusal}")
        return 1
    return 0


def _list(house: House) -> int:
    with house.open_tx() as tx:
        found = all_authorities(tx, limit_max=LISTED_MAX)
    for one in found:
        ends = "" if one.in_force_to is None else f" to {one.in_force_to}"
        then = "" if one.successor is None else f", then {one.successor}"
        show(
            f"{one.code:16} {one.family:16} from {one.in_force_from}{ends}{then}  {one.name}"
            f" (key of {one.pushed_by}, {one.items_per_minute_max:,} a minute)"
        )
    show(f"{len(found):,} registered")
    return 0


def _add(house: House, chosen: argparse.Namespace, by: Doer) -> str:
    authority = Authority(
        code=chosen.code,
        family=Family(chosen.family),
        name=chosen.name,
        pushed_by=chosen.pushed_by or chosen.code,
        in_force_from=chosen.first,
        items_per_minute_max=chosen.items_per_minute,
    )
    with house.open_tx() as tx:
        if not push_authorities(tx, [authority]):
            return f"{authority.code} is registered already"
        audit_rows.record(tx, by.did(Act.REGISTER_AUTHORITY, to=f"authority:{authority.code}"))
    done = f"{authority.code} is registered; the key of {authority.pushed_by} speaks for it"
    return done if _has_key(house, authority.pushed_by) else f"{done}\n{_no_key(authority)}"


def _has_key(house: House, partner: str) -> bool:
    if partner in house.settings.agencies:
        return True
    with house.open_tx() as tx:
        return any(key.is_live(house.clock()) for key in partner_rows.keys_of(tx, partner))


def _no_key(authority: Authority) -> str:
    return (
        f"warning: {authority.pushed_by} has no key, so nobody can push for {authority.code}:"
        " see clearing partner add, clearing partner key issue (docs/partners/security.md)"
    )


def _end(house: House, chosen: argparse.Namespace, by: Doer) -> str:
    with house.open_tx() as tx:
        ended = end_authority(tx, chosen.code, on=chosen.on, successor=chosen.successor)
        audit_rows.record(tx, by.did(Act.END_AUTHORITY, to=f"authority:{ended.code}"))
    then = f"{ended.successor} takes over" if ended.successor else "nobody takes over"
    return f"{ended.code} ends on {ended.in_force_to}; {then}"


def _day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-11-23")
    return day


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= ITEMS_PER_MINUTE_MAX:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a whole number from 1 to {ITEMS_PER_MINUTE_MAX:,}"
        )
    return int(text)
