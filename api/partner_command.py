"""`clearing partner`: who may speak at the door of partners, with which keys and signatures."""

import argparse
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from api.access.key_text import environment_of
from api.access.partner_certificate import CertificateUnreadable, fingerprint_in
from api.access.scope import Scope
from api.add_signing_key import add_hmac_key, add_public_key
from api.asked import day_of
from api.by_hand import operator
from api.clock import VIETNAM
from api.composition import Role, open_house
from api.house import House
from api.issue_key import issue_key
from api.postgres import partner_rows
from api.registered_partner import (
    REQUESTS_PER_MINUTE,
    Partner,
    PartnerKey,
    SigningKey,
    Sort,
    check_partner,
)
from api.screen import counted, show
from api.settings import read_settings
from ledger.audit_record import Act, Doer
from ledger.postgres import audit_rows
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused

LISTED_MAX: Final = 5_000
ROLES: Final = (Role.APP,)
YES: Final = {"yes": True, "no": False}

Add = Callable[..., argparse.ArgumentParser]


def add_partner(add: Add) -> None:
    """Add the command to the parser."""
    text = "register partners, give and end their keys; audit records say who did"
    verb = add("partner", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=run, needs_settings=True)
    what = verb.add_subparsers(title="what to do", required=True, metavar="WHAT", dest="what")
    _verb(what.add_parser, "list", "print the register", _list)
    new = _verb(what.add_parser, "add", "register a partner", _register)
    change = _verb(what.add_parser, "change", "replace what is given, keep the rest", _change)
    for one in (new, change):
        one.add_argument("name", metavar="NAME", help="as payments and authorities know it")
        _add_traits(one, is_new=one is new)
        _add_reason(one)
    _add_keys(what.add_parser)
    _add_signing_keys(what.add_parser)


def run(chosen: argparse.Namespace) -> int:
    """Do what was asked on the database of the settings, and return 1 when it is refused."""
    settings = read_settings("partner", ROLES)
    return act(open_house(settings, process="partner", roles=ROLES), chosen)


def act(house: House, chosen: argparse.Namespace) -> int:
    """Do what was asked in a house, and return 1 when it is refused."""
    do: Callable[[House, argparse.Namespace], str] = chosen.do
    try:
        show(do(house, chosen))
    except (InputRefused, ValueError) as refusal:  # ValueError: it could not be recorded as given.
        show(f"not done: {refusal}")
        return 1
    return 0


def _list(house: House, _chosen: argparse.Namespace) -> str:
    with house.open_tx() as tx:
        found = partner_rows.all_partners(tx, limit_max=LISTED_MAX)
    return "\n".join([*map(_partner_line, found), f"{len(found):,} registered"])


def _register(house: House, chosen: argparse.Namespace) -> str:
    partner = Partner(
        name=chosen.name,
        sort=Sort(chosen.sort),
        return_origins=tuple(chosen.return_origin or ()),
        certificates=tuple(chosen.certificate or ()),
        must_sign=YES[chosen.must_sign or "no"],
        requests_per_minute_max=chosen.requests_per_minute or REQUESTS_PER_MINUTE,
    )
    check_partner(partner, is_sandbox=house.settings.sandbox)
    by = operator(chosen.reason)
    with house.open_tx() as tx:
        if not partner_rows.insert_partner(tx, partner, now=house.clock()):
            return f"{partner.name} is registered already; `partner change` changes it"
        _record(tx, by, Act.REGISTER_PARTNER, partner.name)
    return f"{partner.name} is registered; it can do nothing until it has a key"


def _change(house: House, chosen: argparse.Namespace) -> str:
    by = operator(chosen.reason)
    with house.open_tx() as tx:
        before = partner_rows.partner_by_name(tx, chosen.name, locked=True)
        if before is None:
            raise InputRefused(field="name", reason="is not registered")
        origins, certificates = chosen.return_origin, chosen.certificate
        must_sign = chosen.must_sign
        after = Partner(
            name=before.name,
            sort=Sort(chosen.sort) if chosen.sort else before.sort,
            return_origins=before.return_origins if origins is None else tuple(origins),
            certificates=before.certificates if certificates is None else tuple(certificates),
            must_sign=YES[must_sign] if must_sign else before.must_sign,
            requests_per_minute_max=chosen.requests_per_minute or before.requests_per_minute_max,
        )
        check_partner(after, is_sandbox=house.settings.sandbox)
        partner_rows.change_partner(tx, after)
        _record(tx, by, Act.CHANGE_PARTNER, after.name)
    return _partner_line(after)


def _issue(house: House, chosen: argparse.Namespace) -> str:
    by = operator(chosen.reason)
    with house.open_tx() as tx:
        key = issue_key(
            tx,
            chosen.name,
            environment=environment_of(is_sandbox=house.settings.sandbox),
            scopes=chosen.scopes,
            now=house.clock(),
            expires_at=chosen.expires,
        )
        _record(tx, by, Act.ISSUE_PARTNER_KEY, f"{chosen.name}/{key.split('_')[1]}")
    return f"{key}\nshown this once: hand it over now; nobody can read it again"


def _list_keys(house: House, chosen: argparse.Namespace) -> str:
    with house.open_tx() as tx:
        keys = partner_rows.keys_of(tx, chosen.name)
    return "\n".join([*(_key_line(key, now=house.clock()) for key in keys), _counted(keys)])


def _revoke(house: House, chosen: argparse.Namespace) -> str:
    by = operator(chosen.reason)
    with house.open_tx() as tx:
        partner = partner_rows.revoke_key(tx, chosen.key_id, now=house.clock())
        if partner is None:
            raise InputRefused(field="key", reason="is not there, or has ended")
        _record(tx, by, Act.REVOKE_PARTNER_KEY, f"{partner}/{chosen.key_id}")
    return f"{chosen.key_id} of {partner} opens nothing any more, in all processes within 2 s"


def _add_signing_key(house: House, chosen: argparse.Namespace) -> str:
    by, now, until = operator(chosen.reason), house.clock(), chosen.expires
    with house.open_tx() as tx:
        if chosen.hmac:
            key_id, secret = add_hmac_key(
                tx, chosen.name, keys=house.personal_keys, now=now, expires_at=until
            )
            told = f"keyid {key_id}\nsecret {secret}\nshown this once: hand it over now"
        else:
            pem = chosen.public_key.read_bytes()
            key_id = add_public_key(tx, chosen.name, pem=pem, now=now, expires_at=until)
            told = f"keyid {key_id}"
        _record(tx, by, Act.ADD_SIGNING_KEY, f"{chosen.name}/{key_id}")
    return told


def _list_signing_keys(house: House, chosen: argparse.Namespace) -> str:
    with house.open_tx() as tx:
        keys = partner_rows.signing_keys_of(tx, chosen.name)
    lines = (_signing_line(key, now=house.clock()) for key in keys)
    return "\n".join([*lines, _counted(keys)])


def _revoke_signing_key(house: House, chosen: argparse.Namespace) -> str:
    by = operator(chosen.reason)
    with house.open_tx() as tx:
        partner = partner_rows.revoke_signing_key(tx, chosen.key_id, now=house.clock())
        if partner is None:
            raise InputRefused(field="key", reason="is not there, or has ended")
        _record(tx, by, Act.REVOKE_SIGNING_KEY, f"{partner}/{chosen.key_id}")
    return f"{chosen.key_id} of {partner} signs nothing any more, in all processes within 2 s"


def _record(tx: Tx, by: Doer, did: Act, name: str) -> None:
    audit_rows.record(tx, by.did(did, to=f"partner:{name}"))


def _partner_line(partner: Partner) -> str:
    shows = [counted(len(partner.certificates), "certificate")] if partner.certificates else []
    shows += ["signs every request"] if partner.must_sign else []
    origins = " ".join(partner.return_origins) or "no return address"
    return (
        f"{partner.name:20} {partner.sort:12} {partner.requests_per_minute_max:,} a minute"
        f"  {origins}  {', '.join(shows)}"
    ).rstrip()


def _key_line(key: PartnerKey, *, now: datetime) -> str:
    used = "never used" if key.last_used_at is None else f"used {_hour_of(key.last_used_at)}"
    return f"{key.key_id}  {_standing(key, now=now)}, {used}  {' '.join(sorted(key.scopes))}"


def _signing_line(key: SigningKey, *, now: datetime) -> str:
    return f"{key.key_id}  {key.algorithm:12} {_standing(key, now=now)}"


def _standing(key: PartnerKey | SigningKey, *, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {_day_of(key.revoked_at)}"
    if key.expires_at is None:
        return "live"
    last = _day_of(key.expires_at - timedelta(seconds=1))
    return f"{'live' if key.is_live(now) else 'ended'}, last day {last}"


def _day_of(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).date().isoformat()


def _hour_of(instant: datetime) -> str:
    """Return the hour an instant lies in, which is as exactly as uses are noted."""
    return f"{instant.astimezone(VIETNAM):%Y-%m-%d %H}h"


def _counted(keys: list[PartnerKey] | list[SigningKey]) -> str:
    return counted(len(keys), "key")


def _verb(
    add: Add, name: str, text: str, do: Callable[[House, argparse.Namespace], str]
) -> argparse.ArgumentParser:
    verb = add(name, help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(do=do)
    return verb


def _add_traits(one: argparse.ArgumentParser, *, is_new: bool) -> None:
    one.add_argument(
        "--sort", choices=[each.value for each in Sort], required=is_new, help="what it is"
    )
    one.add_argument(
        "--return-origin",
        action="append",
        metavar="URL",
        help="where its payers may be sent back to, such as https://portal.example.vn; repeat",
    )
    one.add_argument(
        "--certificate",
        action="append",
        type=_certificate,
        metavar="FILE|SHA256",
        help="of its client, as PEM or fingerprint; with any, one must be shown; repeat",
    )
    one.add_argument("--must-sign", choices=YES, help="whether it signs every request (no)")
    one.add_argument(
        "--requests-per-minute",
        type=_count,
        metavar="N",
        help=f"of each sort: reading, writing; lists a tenth (default {REQUESTS_PER_MINUTE})",
    )


def _add_keys(add: Add) -> None:
    verb = add("key", help="give, print or end keys", description="Give, print or end keys.")
    what = verb.add_subparsers(required=True, metavar="WHAT").add_parser
    issue = _verb(what, "issue", "print a new key, once; those it has go on", _issue)
    issue.add_argument("name", metavar="NAME", help="of the partner")
    issue.add_argument(
        "--scopes",
        type=_scopes,
        required=True,
        metavar="A,B",
        help=f"what it opens: {', '.join(Scope)}",
    )
    _add_end(issue)
    listing = _verb(what, "list", "print what is known of a partner's keys", _list_keys)
    listing.add_argument("name", metavar="NAME", help="of the partner")
    revoke = _verb(what, "revoke", "end a key at once", _revoke)
    revoke.add_argument("key_id", metavar="ID", help="the part between the two underscores")
    _add_reason(revoke)


def _add_signing_keys(add: Add) -> None:
    text = "keys that check its signatures"
    verb = add("sign-key", help=text, description=text[0].upper() + text[1:] + ".")
    what = verb.add_subparsers(required=True, metavar="WHAT").add_parser
    new = _verb(what, "add", "register one; those it has go on", _add_signing_key)
    new.add_argument("name", metavar="NAME", help="of the partner")
    sort = new.add_mutually_exclusive_group(required=True)
    sort.add_argument("--public-key", type=Path, metavar="FILE", help="Ed25519, PEM")
    sort.add_argument("--hmac", action="store_true", help="draw a secret and print it, once")
    _add_end(new)
    listing = _verb(what, "list", "print what is known of them", _list_signing_keys)
    listing.add_argument("name", metavar="NAME", help="of the partner")
    revoke = _verb(what, "revoke", "end one at once", _revoke_signing_key)
    revoke.add_argument("key_id", metavar="ID", help="its keyid")
    _add_reason(revoke)


def _add_end(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--expires", type=_end_of_day, metavar="DATE", help="its last day (default: none)"
    )
    _add_reason(one)


def _add_reason(one: argparse.ArgumentParser) -> None:
    one.add_argument("--reason", required=True, metavar="TEXT", help="why, for the record")


def _end_of_day(text: str) -> datetime:
    day = day_of(text)
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-11-23")
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)


def _scopes(text: str) -> list[Scope]:
    try:
        return [Scope(each.strip()) for each in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; there are {', '.join(Scope)}") from error


def _certificate(text: str) -> str:
    try:
        return fingerprint_in(text)
    except CertificateUnreadable as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)
