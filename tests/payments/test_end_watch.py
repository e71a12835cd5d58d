"""Taking an address back: at once, and as often as one likes."""

from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.end_watch import end_watch
from tests.payments.owed import fine, push
from tests.payments.watching import Post, tell, wish


def test_who_thought_better_of_it_is_forgotten_and_never_told(tx: Tx):
    place = wish(tx)
    wish(tx, number="2/QĐ")
    assert place is not None
    end_watch(tx, place)
    end_watch(tx, place)
    assert tx.scalar(text("SELECT count(*) FROM payments.decision_watch")) == 1
    push(tx, fine())
    post = Post()
    tell(tx, post)
    assert post.sent == []
