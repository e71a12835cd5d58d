"""How much a partner may ask in a minute, over all processes, and when the counts are away."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from api.access.partner_quotas import SHARE_MAX, SHARES, PartnerQuotas, Use, use_of
from api.registered_partner import Partner, Sort
from ledger.errors import BookUnreachable
from ledger.postgres.transaction import OpenTx, Tx
from tests.api.conftest import NOON

MOST = 100
PARTNER = Partner(name="portal", sort=Sort.PORTAL, requests_per_minute_max=MOST)


class Counted:
    """A way to open transactions that counts how often it was used, and can be away."""

    def __init__(self, open_tx: OpenTx) -> None:
        self.opened = 0
        self.is_away = False
        self._open_tx = open_tx

    def __call__(self) -> AbstractContextManager[Tx]:
        self.opened += 1
        if self.is_away:
            raise BookUnreachable("away")
        return self._open_tx()


def asked(quotas: PartnerQuotas, times: int, *, use: Use = Use.READ) -> list[bool]:
    return [quotas.take(PARTNER, use, now=NOON).is_open for _ in range(times)]


def test_a_minute_holds_so_many_and_most_cost_no_statement(open_tx: OpenTx) -> None:
    counted = Counted(open_tx)
    quotas = PartnerQuotas(counted)
    assert asked(quotas, MOST + 50) == [True] * MOST + [False] * 50
    assert counted.opened == SHARES


def test_processes_count_together_and_lose_a_share_each_at_most(open_tx: OpenTx) -> None:
    many = [PartnerQuotas(open_tx) for _ in range(3)]
    granted = sum(sum(asked(many[turn % 3], 1)) for turn in range(3 * MOST))
    assert MOST - 2 * MOST // SHARES <= granted <= MOST


def test_processes_that_die_again_and_again_leave_most_of_the_minute(open_tx: OpenTx) -> None:
    large = replace(PARTNER, requests_per_minute_max=1_000 * SHARE_MAX)
    deaths = 3 * SHARES
    for _ in range(deaths):
        assert PartnerQuotas(open_tx).take(large, Use.WRITE, now=NOON).is_open
    left = PartnerQuotas(open_tx).take(large, Use.WRITE, now=NOON).left
    assert left >= (1_000 - deaths - 1) * SHARE_MAX


def test_each_sort_has_a_count_of_its_own_and_bulk_a_tenth(open_tx: OpenTx) -> None:
    quotas = PartnerQuotas(open_tx)
    assert sum(asked(quotas, 2 * MOST)) == MOST
    assert sum(asked(quotas, 2 * MOST, use=Use.WRITE)) == MOST
    assert sum(asked(quotas, 2 * MOST, use=Use.BULK)) == MOST // 10


def test_the_next_minute_begins_anew(open_tx: OpenTx) -> None:
    quotas = PartnerQuotas(open_tx)
    asked(quotas, MOST + 1)
    spent = quotas.take(PARTNER, Use.READ, now=NOON + timedelta(seconds=59, milliseconds=1))
    assert (spent.is_open, spent.left, spent.ends_in_s) == (False, 0, 1)
    fresh = quotas.take(PARTNER, Use.READ, now=NOON + timedelta(seconds=60))
    assert (fresh.is_open, fresh.left, fresh.ends_in_s) == (True, MOST - 1, 60)
    assert fresh.headers() == {
        "RateLimit-Policy": '"read";q=100;w=60',
        "RateLimit": '"read";r=99;t=60',
    }


def test_a_small_quota_is_exact(open_tx: OpenTx) -> None:
    few = replace(PARTNER, requests_per_minute_max=3)
    many = [PartnerQuotas(open_tx) for _ in range(3)]
    taken = [many[turn % 3].take(few, Use.READ, now=NOON).is_open for turn in range(9)]
    assert taken == [True] * 3 + [False] * 6


def away(counted: Counted, _owner: OpenTx) -> None:
    counted.is_away = True


def forbidden(_counted: Counted, owner: OpenTx) -> None:
    with owner() as tx:
        tx.exec_driver_sql("REVOKE INSERT ON api.quota FROM clearing_app")


@pytest.mark.parametrize("broken", [away, forbidden])
def test_f49_a_limiter_that_fails_neither_opens_the_door_nor_shuts_it(
    open_tx: OpenTx, owner_open_tx: OpenTx, broken: Callable[[Counted, OpenTx], None]
) -> None:
    counted = Counted(open_tx)
    quotas = PartnerQuotas(counted)
    before = asked(quotas, 12)
    broken(counted, owner_open_tx)
    opened = counted.opened
    with capture_logs() as logs:
        after = asked(quotas, 2 * MOST)
    assert sum(before) + sum(after) == MOST
    assert counted.opened - opened == 1, "a store that fails is asked once a minute, not each time"
    assert [each["event"] for each in logs] == ["partner.requests_counted_here_only"]


@pytest.mark.parametrize(
    ("method", "path", "use"),
    [
        ("GET", "/v1/obligations", Use.READ),
        ("HEAD", "/v1/payments", Use.READ),
        ("POST", "/v1/obligations", Use.BULK),
        ("POST", "/v1/payments", Use.WRITE),
        ("PUT", "/v1/status", Use.WRITE),
    ],
)
def test_reading_writing_and_lists_are_counted_apart(method: str, path: str, use: Use) -> None:
    assert use_of(method=method, path=path) is use
