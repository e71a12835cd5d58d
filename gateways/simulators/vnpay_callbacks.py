"""Calls the merchant back: ten tries, some minutes apart, until it says 00 or 02."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import httpx2
from pydantic import TypeAdapter, ValidationError

from gateways.simulators.clock import now_ms
from gateways.simulators.store import Row, Store

TRIES_MAX: Final = 10
_ANSWER_S_MAX: Final = 15
_ANSWER_CHARACTERS_MAX: Final = 2_000
_LOOK_MS_MAX: Final = 1_000
_STOPS: Final = frozenset({"00", "02"})
_OBJECT: Final = TypeAdapter(dict[str, object])


@dataclass(frozen=True, slots=True)
class Rule:
    """Where callbacks go, how long a refused one waits, and how many go out at once."""

    url: str
    retry_ms: int
    workers: int


class Callbacks:
    """A dispatcher and a few threads; what is still owed stands in the store."""

    def __init__(self, store: Store, rule: Rule) -> None:
        """Prepare; nothing is sent before `start`."""
        self._store = store
        self._rule = rule
        self._client = httpx2.Client(timeout=_ANSWER_S_MAX, trust_env=False)
        self._pool = ThreadPoolExecutor(rule.workers, "callback")
        self._flying: set[int] = set()
        self._change = threading.Condition()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._dispatch, name="callbacks", daemon=True)

    def start(self) -> None:
        """Begin to send what is due, also what an earlier process left."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more; what is on its way comes to its end."""
        with self._change:
            self._is_stopping = True
            self._change.notify()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)
        self._client.close()

    def wake(self) -> None:
        """Look for due callbacks now."""
        with self._change:
            self._change.notify()

    def _dispatch(self) -> None:
        while True:
            with self._change:
                if self._is_stopping:
                    return
                free = self._rule.workers - len(self._flying)
                due = self._due(limit=free)
                self._flying.update(int(row["delivery_id"]) for row in due)
            for row in due:
                self._pool.submit(self._deliver, row)
            with self._change:
                if not self._is_stopping and not due:
                    self._change.wait(self._wait_ms() / 1000)

    def _due(self, *, limit: int) -> list[Row]:
        rows = self._store.rows(
            """SELECT delivery_id, txn_ref, query, tries FROM vnpay_delivery
               WHERE is_done = 0 AND due_at_ms <= ? ORDER BY due_at_ms LIMIT ?""",
            now_ms(),
            limit + len(self._flying),
        )
        return [row for row in rows if row["delivery_id"] not in self._flying][:limit]

    def _wait_ms(self) -> int:
        found = self._store.rows(
            "SELECT min(due_at_ms) AS due FROM vnpay_delivery WHERE is_done = 0"
        )
        due = found[0]["due"]
        if due is None or self._flying:
            return _LOOK_MS_MAX
        return min(max(int(due) - now_ms(), 10), _LOOK_MS_MAX)

    def _deliver(self, row: Row) -> None:
        try:
            status, body = self._call(str(row["query"]))
            self._keep(row, status=status, body=body)
        finally:
            with self._change:
                self._flying.discard(int(row["delivery_id"]))
                self._change.notify()

    def _call(self, query: str) -> tuple[int, str]:
        """Return HTTP status and body; 0 and the reason when there was no answer."""
        joint = "&" if "?" in self._rule.url else "?"
        try:
            answer = self._client.get(f"{self._rule.url}{joint}{query}")
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            return 0, type(problem).__name__
        return answer.status_code, answer.text[:_ANSWER_CHARACTERS_MAX]

    def _keep(self, row: Row, *, status: int, body: str) -> None:
        rsp_code = _rsp_code(body) if status == 200 else ""
        tries = int(row["tries"]) + 1
        is_done = rsp_code in _STOPS or tries >= TRIES_MAX
        with self._store.change() as tx:
            tx.execute(
                """INSERT INTO vnpay_answer
                       (delivery_id, txn_ref, at_ms, http_status, body, rsp_code)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                (row["delivery_id"], row["txn_ref"], now_ms(), status, body, rsp_code),
            )
            tx.execute(
                """UPDATE vnpay_delivery SET tries = ?, is_done = ?, due_at_ms = ?
                   WHERE delivery_id = ?""",
                (tries, int(is_done), now_ms() + self._rule.retry_ms, row["delivery_id"]),
            )


def _rsp_code(body: str) -> str:
    """Return the code a merchant answered with, '' when it answered none."""
    try:
        code = _OBJECT.validate_json(body).get("RspCode")
    except ValidationError:
        return ""
    return code if isinstance(code, str) else ""
