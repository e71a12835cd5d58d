"""Give a partner a new key; the text is told once and kept nowhere."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Final

from api.access.key_text import SECRET_BYTES, digest_of, key_text, read_key
from api.access.scope import Scope
from api.postgres import partner_rows
from api.registered_partner import LIVE_KEYS_MAX, Partner, PartnerKey
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused

_ID_BYTES: Final = 12


def issue_key(
    tx: Tx,
    partner: str,
    *,
    environment: str,
    scopes: Collection[Scope],
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Return a new key of a registered partner; those it has go on.

    Raises:
        InputRefused: no such partner, no scope, an end that is past, or too many keys at once.
    """
    if partner_rows.partner_by_name(tx, partner, locked=True) is None:
        raise InputRefused(field="name", reason="is not registered")
    if not scopes:
        raise InputRefused(field="scopes", reason="are at least one")
    if expires_at is not None and expires_at <= now:
        raise InputRefused(field="expires", reason="is past")
    if sum(each.is_live(now) for each in partner_rows.keys_of(tx, partner)) >= LIVE_KEYS_MAX:
        raise InputRefused(field="name", reason=f"has {LIVE_KEYS_MAX} keys already: revoke one")
    text = drawn_key(environment)
    _keep(tx, partner, text, scopes=scopes, now=now, expires_at=expires_at)
    return text


def drawn_key(environment: str) -> str:
    """Return a key nobody has yet."""
    return key_text(
        environment,
        id_bytes=secrets.token_bytes(_ID_BYTES),
        secret=secrets.token_bytes(SECRET_BYTES),
    )


def enrol(tx: Tx, partner: Partner, *, key: str, now: datetime) -> None:
    """Register a partner whose key is known beforehand and opens everything: demo, bench, tests.

    Saying the same again changes nothing.
    """
    partner_rows.insert_partner(tx, partner, now=now)
    held = {each.digest for each in partner_rows.keys_of(tx, partner.name)}
    if digest_of(key) not in held:
        _keep(tx, partner.name, key, scopes=list(Scope), now=now, expires_at=None)


def _keep(
    tx: Tx,
    partner: str,
    text: str,
    *,
    scopes: Collection[Scope],
    now: datetime,
    expires_at: datetime | None,
) -> None:
    shown = read_key(text, environment=text.partition("_")[0])
    assert shown is not None, "a key of ours has our form"
    partner_rows.insert_key(
        tx,
        PartnerKey(
            key_id=shown.key_id,
            partner=partner,
            digest=shown.digest,
            scopes=frozenset(each.value for each in scopes),
            issued_at=now,
            expires_at=expires_at,
        ),
    )
