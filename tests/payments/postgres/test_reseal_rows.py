"""Columns that nothing is found by move row by row, in the order of their keys."""

from datetime import timedelta

from sqlalchemy import insert, select

from api.postgres.embedded import Server
from api.postgres.owner import open_owner
from ledger.postgres.transaction import OpenTx
from payments.agency_order import said_place
from payments.personal_data import key_id_of, seal, unseal
from payments.postgres.event_tables import webhook_endpoint, webhook_secret
from payments.postgres.reseal_rows import SEALED, allow_resealing, keys_in_use
from payments.postgres.tables import agency_order
from payments.sealed_row import sealed_anew
from tests.payments.owed import KEYS, NOW, fine, push
from tests.payments.test_reseal_batch import NEW

NONCE = b"n" * 12
ENDPOINT = "we_" + "0" * 24
PLAIN = {
    f"{each.table.name}.{each.column}": each
    for each in SEALED
    if each.table in {agency_order, webhook_secret}
}


def _planted(open_tx: OpenTx) -> dict[str, list[str]]:
    """Keep two rows of each column and return where they are sealed."""
    with open_tx() as tx:
        (obligation_id,) = push(tx, fine())
        references = ["r1", "r2"]
        places = [said_place(agency="a", reference=each) for each in references]
        order = {"agency": "a", "obligation_id": obligation_id, "amount_vnd": 1}
        order |= {"description": "d", "digest": b"0" * 32, "ordered_at": NOW}
        for reference, place in zip(references, places, strict=True):
            said = seal(KEYS, {"said": place}, place=place, nonce=NONCE)
            tx.execute(insert(agency_order).values(order | {"reference": reference, "said": said}))
        endpoint = {"endpoint_id": ENDPOINT, "client": "c", "slot": 1, "url": "https://x.test"}
        endpoint |= {"types": [], "description": "", "is_enabled": True}
        endpoint |= {"created_at": NOW, "changed_at": NOW}
        tx.execute(insert(webhook_endpoint).values(endpoint))
        for place, ends in (("w1", NOW + timedelta(1)), ("w2", None)):
            sealed = seal(KEYS, {"said": place}, place=place, nonce=NONCE)
            secret = {"endpoint_id": ENDPOINT, "seal_place": place, "sealed": sealed}
            secret |= {"made_at": NOW, "ends_at": ends}
            tx.execute(insert(webhook_secret).values(secret))
    return {"agency_order.said": places, "webhook_secret.sealed": ["w1", "w2"]}


def test_plain_columns_are_read_in_order_and_sealed_anew_in_their_place(
    server: Server, database: str, open_tx: OpenTx
):
    wanted = _planted(open_tx)
    open_as_owner = open_owner(server.dsn(role="clearing_migrator", database=database))
    for name, column in PLAIN.items():
        with open_as_owner() as tx:
            first, second = column.read(tx, (), 9)
            assert column.read(tx, first.key, 9) == [second]
            assert [first.place, second.place] == wanted[name]
            assert keys_in_use(tx, column) == {"k1": 2}
            allow_resealing(tx)
            anew = [sealed_anew(each, keys=NEW, nonce=NONCE) for each in (first, second)]
            assert column.write(tx, anew) == 2
            assert column.write(tx, anew) == 0  # Somebody else was quicker.
            assert keys_in_use(tx, column) == {"k2": 2}
            kept = tx.scalars(select(column.table.c[column.column])).all()
            assert {key_id_of(sealed) for sealed in kept} == {"k2"}
            assert unseal(NEW, column.read(tx, (), 1)[0].sealed or b"", place=first.place) == {
                "said": first.place
            }
