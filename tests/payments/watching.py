"""Wishes of visitors in tests, and who sends the mails."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ledger.postgres.transaction import Tx
from payments.tell_watchers import WatchersTold, tell_watchers
from payments.watch import Wish, Word
from payments.watch_decision import watch_decision
from tests.payments.scene import KEYS, NOW, inside

WISH = Wish(
    number="0012345/qđ-xphc",
    decided_on=date(2026, 3, 10),
    subject="59A 123.21",
    address="an@example.vn",
    language="vi",
    device="browser",
)


@dataclass
class Post:
    """A post office that keeps what it is given; `error` is what it says when it does not."""

    error: str = ""
    sent: list[Word] = field(default_factory=list[Word])

    def __call__(self, word: Word) -> str:
        """Take a word, or refuse it."""
        self.sent.append(word)
        return self.error


def wish(
    tx: Tx,
    *,
    now: datetime = NOW,
    number: str = WISH.number,
    decided_on: date | None = WISH.decided_on,
    subject: str = WISH.subject,
    address: str = WISH.address,
    device: str = WISH.device,
) -> str | None:
    """Keep a wish that differs from the usual one in these fields."""
    wanted = replace(
        WISH,
        number=number,
        decided_on=decided_on,
        subject=subject,
        address=address,
        device=device,
    )
    return watch_decision(tx, wanted, keys=KEYS, now=now)


def tell(tx: Tx, post: Post, *, now: datetime = NOW) -> WatchersTold:
    """Tell who waits."""
    return tell_watchers(inside(tx), post, keys=KEYS, now=now, limit_max=100)
