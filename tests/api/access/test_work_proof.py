"""Work before a look-up: found by trying, for one visitor, for half an hour."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from api.access.work_proof import AGE_MAX_S, Work, give_work, work_done
from api.house import House

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _solved(work: Work) -> str:
    """Return the number a browser finds."""
    salt = bytes.fromhex(work.salt)
    for number in map(str, range(work.tries_max)):
        found = hashlib.pbkdf2_hmac("sha256", number.encode(), salt, work.rounds)
        if found.hex() == work.wanted:
            return number
    raise AssertionError("the work cannot be done")


def test_work_that_was_done_counts_under_a_key_of_its_own(house: House) -> None:
    settings = house.settings
    keys: set[tuple[str, ...]] = set()
    for _ in range(5):
        work = give_work(settings, visitor="v", factor=2, now=NOW)
        assert work.tries_max == 2 * settings.look_up_work
        done = work_done(settings, work.sealed, number=_solved(work), visitor="v", now=NOW)
        assert done is not None
        assert done.tries_max == 1
        keys.add(done.key)
    assert len(keys) == 5


def test_no_other_number_no_other_visitor_and_no_later_day(house: House) -> None:
    settings = house.settings
    work = give_work(settings, visitor="v", factor=1, now=NOW)
    number = _solved(work)
    late = NOW + timedelta(seconds=AGE_MAX_S + 1)
    wrong = str((int(number) + 1) % work.tries_max)
    assert work_done(settings, work.sealed, number=wrong, visitor="v", now=NOW) is None
    assert work_done(settings, work.sealed, number=number, visitor="w", now=NOW) is None
    assert work_done(settings, work.sealed, number=number, visitor="v", now=late) is None
    assert work_done(settings, work.sealed[:-4], number=number, visitor="v", now=NOW) is None


@pytest.mark.parametrize("number", ["", "-1", "²", "9" * 200, "0.0", "\u0660"])
def test_what_is_no_number_is_no_work(house: House, number: str) -> None:
    work = give_work(house.settings, visitor="v", factor=1, now=NOW)
    assert work_done(house.settings, work.sealed, number=number, visitor="v", now=NOW) is None


def test_the_number_is_not_readable_in_the_page(house: House) -> None:
    works = [give_work(house.settings, visitor="v", factor=1, now=NOW) for _ in range(20)]
    assert {len(work.sealed) for work in works} == {len(works[0].sealed)}
    assert len({work.sealed for work in works}) == 20
