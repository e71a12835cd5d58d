"""A few rows at a time: what was found, what was done, and where the next ones begin."""

from dataclasses import replace

from api.postgres.embedded import Server
from api.postgres.owner import open_owner
from payments.postgres.reseal_rows import SEALED
from payments.reseal_batch import Tally, reseal_batch
from tests.payments.owed import KEYS, fine, push

NEW = replace(KEYS, key_id="k2", encryption_key=b"t" * 32, retired_keys={"k1": b"s" * 32})


def test_batches_follow_each_other_and_a_trial_changes_nothing(server: Server, database: str):
    (column,) = (each for each in SEALED if each.table.name == "obligation")
    with open_owner(server.dsn(role="clearing_migrator", database=database))() as tx:
        push(tx, *(fine(f"{each}/A") for each in range(3)))
        first = reseal_batch(tx, column, after=(), keys=NEW, rows_max=2, is_trial=True)
        done = reseal_batch(tx, column, after=(), keys=NEW, rows_max=2, is_trial=False)
        assert (first.tally.needed, first.tally.written, first.tally.key_ids) == (2, 0, {"k1": 2})
        assert (done.tally.needed, done.tally.written, done.tally.key_ids) == (2, 2, {"k1": 2})
        assert done.last == first.last
        assert done.last is not None
        rest = reseal_batch(tx, column, after=done.last, keys=NEW, rows_max=2, is_trial=False)
        total = done.tally + rest.tally
        assert (total.rows, total.written, total.left) == (3, 3, 0)
        assert rest.last is not None
        none = reseal_batch(tx, column, after=rest.last, keys=NEW, rows_max=2, is_trial=False)
        assert none.last is None
        assert none.tally == Tally(column.name)
