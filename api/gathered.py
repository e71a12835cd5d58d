"""Requests gathered into batches: what arrives while one transaction commits shares the next."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog
from anyio import CapacityLimiter, to_thread

from ledger.errors import BookUnreachable

Asked = TypeVar("Asked")
Told = TypeVar("Told")

BATCH_MAX = 200
QUEUE_MAX = 2_000

_log = structlog.get_logger()


class QueueFull(Exception):
    """More wait than can be served soon: this one is not waited for."""


@dataclass
class Gatherer(Generic[Asked, Told]):
    """Hands over, as one batch, what arrived while the last transaction committed.

    One caller alone waits for nobody. A batch that fails is tried again one by one, so that a
    single bad one cannot refuse its neighbours, until the database is found to be away. The
    thread is its own, whatever else is busy.
    """

    name: str
    apply: Callable[[Sequence[Asked]], Sequence[Told]]
    batch_max: int = BATCH_MAX
    queue_max: int = QUEUE_MAX
    _thread: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _waiting: list[tuple[Asked, asyncio.Future[Told]]] = field(
        default_factory=list[tuple[Asked, asyncio.Future[Told]]]
    )
    _worker: asyncio.Task[None] | None = None

    async def submit(self, asked: Asked) -> Told:
        """Return what became of it, after the commit that holds it.

        Raises:
            QueueFull: too many wait already.
            Exception: what `apply` raised for this one alone.
        """
        if len(self._waiting) >= self.queue_max:
            raise QueueFull
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch = self._waiting[: self.batch_max]
            del self._waiting[: self.batch_max]
            results: Sequence[Told | Exception] = [QueueFull()] * len(batch)
            try:
                wanted = [asked for asked, _ in batch]
                results = await to_thread.run_sync(self._apply_all, wanted, limiter=self._thread)
            finally:  # Nobody waits for ever, not even when a log cannot be written.
                for (_, answer), result in zip(batch, results, strict=True):
                    _settle(answer, result)

    def _apply_all(self, wanted: Sequence[Asked]) -> Sequence[Told | Exception]:
        try:
            return self.apply(wanted)
        except Exception as error:  # noqa: BLE001 (a door: whatever broke, each gets its own try)
            if len(wanted) == 1:
                return [error]
            _log.warning("gathered.batch_failed", door=self.name, count=len(wanted), exc_info=True)
        results: list[Told | Exception] = []
        for place, asked in enumerate(wanted):
            result = self._apply_one(asked)
            results.append(result)
            if isinstance(result, BookUnreachable):
                left = len(wanted) - place - 1
                _log.warning("gathered.away", door=self.name, left=left, reason=str(result))
                return [*results, *[result] * left]
        return results

    def _apply_one(self, asked: Asked) -> Told | Exception:
        try:
            (told,) = self.apply([asked])
        except Exception as error:  # noqa: BLE001 (a door: who asked is told, whatever broke)
            return error
        return told


def _settle(answer: asyncio.Future[Told], result: Told | Exception) -> None:
    if answer.done():  # Who asked may have hung up meanwhile.
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)
