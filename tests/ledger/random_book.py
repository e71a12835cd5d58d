"""A book nobody would keep: every movement there is, at random, with reversals of reversals."""

import importlib
import inspect
import pkgutil
import random
from collections.abc import Callable
from datetime import date, timedelta

from ledger import movements
from ledger.accounts import CLEARING, AccountKind
from ledger.entry import Entry, batch_of
from ledger.money import ZERO, Money
from ledger.movements.reversed import reversed as reversed_entry

FIRST_DAY = date(2026, 9, 28)
DAYS = 40
TOGETHER = 250
GATEWAYS = ("vnpay", "MoMo", "x-pay", "X-pay", "pay.os_2", "9pay")
BENEFICIARIES = ("kbnn-0011", "KBNN-0011", "bhxh_01.Q", "q.-", "7")
SOURCES = ("evidence:1", '=HYPERLINK("http://x")', "a, date:2020-01-01; [2020-02-02]", '"\\" x:')
REVERSED = "reversed"


def names_of_movements() -> set[str]:
    """Return every movement there is, reversals too."""
    return {found.name for found in pkgutil.iter_modules(movements.__path__)}


def random_book(*, seed: int, size: int) -> list[Entry]:
    """Return entries of every movement by business date, each reversed at most once.

    They may be posted `TOGETHER` at a time: what is reversed was posted before.
    """
    drawn = random.Random(seed)  # noqa: S311 (a book for tests, not a secret)
    builders = {
        name: getattr(importlib.import_module(f"ledger.movements.{name}"), name)
        for name in sorted(names_of_movements() - {REVERSED})
    }
    entries: list[Entry] = []
    reversible: list[Entry] = []
    fresh: list[Entry] = []
    for number in range(size):
        if number % TOGETHER == 0:
            reversible, fresh = reversible + fresh, []
        day = FIRST_DAY + timedelta(days=number * DAYS // size)
        words: dict[str, object] = {
            "key": f"random:{number}",
            "business_date": day,
            "source": drawn.choice(SOURCES),
        }
        if reversible and drawn.random() < 1 / 10:
            entry = reversible.pop(drawn.randrange(len(reversible)))
            entries.append(
                reversed_entry(entry, key=f"random:{number}", business_date=day, source="test")
            )
        else:
            entries.append(_moved(drawn, drawn.choice(list(builders.values())), words))
        fresh.append(entries[-1])
    return entries


def _moved(drawn: random.Random, builder: Callable[..., Entry], words: dict[str, object]) -> Entry:
    """Return an entry of a movement, drawn again until it does not contradict itself."""
    wanted = inspect.signature(builder).parameters.values()
    for _ in range(100):
        choices = _choices(drawn) | words
        try:
            return builder(
                **{
                    one.name: None
                    if one.annotation == (str | None) and drawn.random() < 1 / 3
                    else choices[one.name]
                    for one in wanted
                }
            )
        except ValueError:
            continue
    raise AssertionError(builder)


def _choices(drawn: random.Random) -> dict[str, object]:
    gateway, beneficiary = drawn.choice(GATEWAYS), drawn.choice(BENEFICIARIES)
    day = FIRST_DAY + timedelta(days=drawn.randrange(DAYS))
    amount = Money(drawn.choice((1, 999, 750_000, 10**9, drawn.randrange(1, 10**12))))
    kind = drawn.choice(sorted(CLEARING | {AccountKind.FEE_DISPUTE}))
    return {
        "gateway": gateway,
        "beneficiary": beneficiary,
        "batch": batch_of(gateway=gateway, business_date=day, beneficiary=beneficiary),
        "party": drawn.choice((*GATEWAYS, *BENEFICIARIES, "payer-1")),
        "amount": amount,
        "gross": amount,
        "fee": drawn.choice((ZERO, Money(1), amount)),
        "difference": drawn.choice((amount, -amount)),
        "differs": drawn.random() < 1 / 2,
        "is_gain": drawn.random() < 1 / 2,
        "out_of": kind,
        "stands_in": kind,
        "lines": [(drawn.choice(BENEFICIARIES), amount) for _ in range(drawn.randint(1, 3))],
    }
