"""Requests gathered into batches: nobody waits for nothing, nobody is refused for a neighbour."""

import threading
from collections.abc import Callable, Sequence

import anyio
import pytest
from structlog.testing import capture_logs

from api.gathered import BATCH_MAX, Gatherer, QueueFull
from ledger.errors import BookUnreachable

Apply = Callable[[Sequence[int]], Sequence[str]]


def told(
    apply: Apply, *numbers: int, queue_max: int = 2_000, batch_max: int = BATCH_MAX
) -> dict[int, str | Exception]:
    """Return what became of each number when all are asked at once."""
    results: dict[int, str | Exception] = {}

    async def call() -> None:
        gatherer = Gatherer("test", apply, queue_max=queue_max, batch_max=batch_max)

        async def one(number: int) -> None:
            try:
                results[number] = await gatherer.submit(number)
            except Exception as error:  # noqa: BLE001 (what was raised is what is looked at)
                results[number] = error

        async with anyio.create_task_group() as group:
            for number in numbers:
                group.start_soon(one, number)

    with capture_logs():
        anyio.run(call)
    return results


def test_what_arrives_at_once_is_one_batch_in_order() -> None:
    sizes: list[list[int]] = []

    def apply(numbers: Sequence[int]) -> list[str]:
        sizes.append([*numbers])
        return [f"told {number}" for number in numbers]

    assert told(apply, 1, 2, 3) == {1: "told 1", 2: "told 2", 3: "told 3"}
    assert [number for batch in sizes for number in batch] == [1, 2, 3]
    assert len(sizes) < 3


def test_no_batch_is_longer_than_its_limit() -> None:
    sizes: list[int] = []

    def apply(numbers: Sequence[int]) -> list[str]:
        sizes.append(len(numbers))
        return [""] * len(numbers)

    told(apply, *range(20), batch_max=6)
    assert max(sizes) == 6


def test_one_bad_request_is_told_alone() -> None:
    def apply(numbers: Sequence[int]) -> list[str]:
        if 2 in numbers:
            raise RuntimeError("bad")
        return ["well"] * len(numbers)

    results = told(apply, 1, 2, 3)
    assert (results[1], results[3]) == ("well", "well")
    assert isinstance(results[2], RuntimeError)


def test_a_database_that_is_away_is_not_asked_for_each() -> None:
    asked: list[int] = []

    def apply(numbers: Sequence[int]) -> list[str]:
        asked.extend(numbers)
        raise BookUnreachable("away")

    results = told(apply, *range(10))
    assert all(isinstance(each, BookUnreachable) for each in results.values())
    assert len(asked) <= 10 + 2


def test_a_full_queue_is_said_at_once() -> None:
    is_free = threading.Event()

    def apply(numbers: Sequence[int]) -> list[str]:
        is_free.wait(0.2)
        return ["well"] * len(numbers)

    results = told(apply, *range(9), queue_max=3, batch_max=3)
    assert any(isinstance(each, QueueFull) for each in results.values())
    assert any(each == "well" for each in results.values())


def test_who_comes_alone_waits_for_nobody() -> None:
    sizes: list[int] = []

    def apply(numbers: Sequence[int]) -> list[str]:
        sizes.append(len(numbers))
        return ["well"] * len(numbers)

    assert told(apply, 1) == {1: "well"}
    assert sizes == [1]


def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    sizes: list[int] = []
    is_first_under_way = threading.Event()

    def apply(numbers: Sequence[int]) -> list[str]:
        sizes.append(len(numbers))
        if len(sizes) == 1:
            is_first_under_way.wait(5)
        return ["well"] * len(numbers)

    async def call() -> None:
        gatherer = Gatherer("test", apply)
        async with anyio.create_task_group() as group:
            group.start_soon(gatherer.submit, 0)
            await anyio.sleep(0.05)
            for number in range(1, 50):
                group.start_soon(gatherer.submit, number)
            await anyio.sleep(0.05)
            is_first_under_way.set()

    anyio.run(call)
    assert sizes == [1, 49]


class Stopped(BaseException):
    """Something no catch-all catches."""


def test_nobody_waits_for_ever_when_the_worker_itself_dies() -> None:
    def apply(_numbers: Sequence[int]) -> list[str]:
        raise Stopped

    async def call() -> None:
        with anyio.fail_after(5), pytest.raises(QueueFull):
            await Gatherer("test", apply).submit(1)

    anyio.run(call)
