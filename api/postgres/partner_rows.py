"""The register of partners and their keys in and out of the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Table, select, update
from sqlalchemy.dialects.postgresql import insert

from api.postgres.partner_tables import partner as p
from api.postgres.partner_tables import partner_key as k
from api.postgres.partner_tables import partner_signing_key as s
from api.registered_partner import Algorithm, Caller, Partner, PartnerKey, SigningKey, Sort
from ledger.postgres.transaction import Tx

KEYS_OF_ONE_MAX: Final = 200


def insert_partner(tx: Tx, partner: Partner, *, now: datetime) -> bool:
    """Register a partner; False when the name is taken."""
    statement = insert(p).values(**_values(partner), name=partner.name, registered_at=now)
    kept = tx.execute(statement.on_conflict_do_nothing().returning(p.c.name))
    return kept.one_or_none() is not None


def change_partner(tx: Tx, partner: Partner) -> None:
    """Keep what a partner is and must show from now on."""
    tx.execute(update(p).where(p.c.name == partner.name).values(**_values(partner)))


def partner_by_name(tx: Tx, name: str, *, locked: bool = False) -> Partner | None:
    """Return one partner; `locked` keeps other acts on it waiting until this transaction ends."""
    wanted = select(p).where(p.c.name == name)
    row = tx.execute(wanted.with_for_update() if locked else wanted).one_or_none()
    return None if row is None else _partner(row)


def all_partners(tx: Tx, *, limit_max: int) -> list[Partner]:
    """Return the register in the order of its names."""
    return [_partner(row) for row in tx.execute(select(p).order_by(p.c.name).limit(limit_max))]


def insert_key(tx: Tx, key: PartnerKey) -> None:
    """Keep a new key of a partner that is registered."""
    tx.execute(
        insert(k).values(
            key_id=key.key_id,
            partner=key.partner,
            digest=key.digest,
            scopes=sorted(key.scopes),
            issued_at=key.issued_at,
            expires_at=key.expires_at,
        )
    )


def keys_of(tx: Tx, partner: str) -> list[PartnerKey]:
    """Return the newest keys of a partner, newest first."""
    wanted = select(k).where(k.c.partner == partner).order_by(k.c.issued_at.desc(), k.c.key_id)
    return [_key(row) for row in tx.execute(wanted.limit(KEYS_OF_ONE_MAX))]


def revoke_key(tx: Tx, key_id: str, *, now: datetime) -> str | None:
    """End a key at once and return whose it was, None when it is not there or ended before."""
    return _end(tx, k, key_id, now=now)


def note_used(tx: Tx, key_id: str, *, now: datetime) -> None:
    """Note that a key was used, without waiting for whoever notes the same."""
    waiting = select(k.c.key_id).where(k.c.key_id == key_id).with_for_update(skip_locked=True)
    tx.execute(update(k).where(k.c.key_id.in_(waiting)).values(last_used_at=now))


def insert_signing_key(tx: Tx, key: SigningKey, *, sealed: bytes | None) -> None:
    """Keep what checks signatures; a secret only as it is `sealed`."""
    is_public = key.algorithm is Algorithm.ED25519
    assert is_public == (sealed is None), "secrets are sealed, public keys are not"
    tx.execute(
        insert(s).values(
            key_id=key.key_id,
            partner=key.partner,
            algorithm=key.algorithm.value,
            public_key=key.material if is_public else None,
            sealed=sealed,
            added_at=key.added_at,
            expires_at=key.expires_at,
        )
    )


def signing_keys_of(tx: Tx, partner: str) -> list[SigningKey]:
    """Return the newest keys that check a partner's signatures; `material` as it is kept."""
    wanted = select(s).where(s.c.partner == partner).order_by(s.c.added_at.desc(), s.c.key_id)
    return [_signing_key(row) for row in tx.execute(wanted.limit(KEYS_OF_ONE_MAX))]


def revoke_signing_key(tx: Tx, key_id: str, *, now: datetime) -> str | None:
    """End a signing key at once and return whose it was, None as for `revoke_key`."""
    return _end(tx, s, key_id, now=now)


def caller_by_key(tx: Tx, key_id: str) -> Caller | None:
    """Return whose key an id names; secrets for signatures still sealed."""
    row = tx.execute(select(k).where(k.c.key_id == key_id)).one_or_none()
    if row is None:
        return None
    partner = partner_by_name(tx, str(row.partner))
    assert partner is not None, "a key has a partner"
    signing: Mapping[str, SigningKey] = {
        each.key_id: each for each in signing_keys_of(tx, partner.name) if each.revoked_at is None
    }
    return Caller(partner, _key(row), signing)


def _end(tx: Tx, table: Table, key_id: str, *, now: datetime) -> str | None:
    still = (table.c.key_id == key_id, table.c.revoked_at.is_(None))
    ending = update(table).where(*still).values(revoked_at=now).returning(table.c.partner)
    row = tx.execute(ending).one_or_none()
    return None if row is None else str(row.partner)


def _values(partner: Partner) -> dict[str, object]:
    return {
        "sort": partner.sort.value,
        "return_origins": list(partner.return_origins),
        "certificates": list(partner.certificates),
        "must_sign": partner.must_sign,
        "requests_per_minute_max": partner.requests_per_minute_max,
    }


def _partner(row: Row[Any]) -> Partner:
    return Partner(
        name=str(row.name),
        sort=Sort(row.sort),
        return_origins=tuple(map(str, row.return_origins)),
        certificates=tuple(map(str, row.certificates)),
        must_sign=bool(row.must_sign),
        requests_per_minute_max=int(row.requests_per_minute_max),
    )


def _key(row: Row[Any]) -> PartnerKey:
    return PartnerKey(
        key_id=str(row.key_id),
        partner=str(row.partner),
        digest=bytes(row.digest),
        scopes=frozenset(map(str, row.scopes)),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _signing_key(row: Row[Any]) -> SigningKey:
    return SigningKey(
        key_id=str(row.key_id),
        partner=str(row.partner),
        algorithm=Algorithm(row.algorithm),
        material=bytes(row.public_key or row.sealed),
        added_at=row.added_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
