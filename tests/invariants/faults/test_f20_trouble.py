"""A partner in trouble: it is left alone soon, tried again gently, and nobody else notices."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
import pytest
from structlog.testing import capture_logs

from gateways.contract import Answered, Outcome, Prepared
from gateways.errors import GatewayError, OutcomeUnknown, Retryable
from gateways.transport import Limits, Transport
from ledger.postgres.transaction import OpenTx, Tx
from payments.ask_gateway import ask_gateway
from payments.states import PaymentState
from tests.payments.scene import (
    CALENDAR,
    NOW,
    RATES,
    SIGNER,
    PaperGateway,
    inside,
    notice,
    opened,
    owe,
    sent,
)

TEN_MINUTES_MS = 600_000
LIMITS = Limits(calls_max=2)


class Body(httpx2.SyncByteStream):
    """A body that is still on its way."""

    def __iter__(self) -> Iterator[bytes]:
        """Give what arrives."""
        yield b"{}"


@dataclass
class Weather:
    """A network a test makes up: what each partner answers, how long it takes, and the time."""

    now_ms: int = 0
    answers: dict[str, int] = field(default_factory=dict[str, int])
    takes_ms: dict[str, int] = field(default_factory=dict[str, int])
    heard: Counter[str] = field(default_factory=Counter[str])

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as the partner does in this weather; whoever takes too long is not waited for."""
        host = request.url.host
        self.heard[host] += 1
        takes_ms = self.takes_ms.get(host, 10)
        self.now_ms += min(takes_ms, LIMITS.answer_s_max * 1_000)
        if takes_ms >= LIMITS.answer_s_max * 1_000:
            raise httpx2.ReadTimeout("too long", request=request)
        return httpx2.Response(self.answers.get(host, 200), stream=Body())

    def transport(self) -> Transport:
        """Return a transport in this weather."""
        client = httpx2.Client(transport=httpx2.MockTransport(self.answer))
        return Transport(client, monotonic_ms=lambda: self.now_ms, limits=LIMITS)


def send(sender: Transport, partner: str) -> type[GatewayError] | None:
    try:
        sender.post(partner=partner, url=f"https://{partner}/", media_type="text/plain", body=b"?")
    except GatewayError as error:
        return type(error)
    return None


@pytest.mark.parametrize(
    ("status", "takes_ms", "kind"),
    [(500, 10, OutcomeUnknown), (429, 10, Retryable), (200, 30_000, OutcomeUnknown)],
    ids=["500", "429", "30 s"],
)
def test_f20_ten_minutes_of_trouble_are_met_with_a_probe_now_and_then_and_end_by_themselves(
    status: int, takes_ms: int, kind: type[GatewayError]
):
    weather = Weather(answers={"bad": status}, takes_ms={"bad": takes_ms})
    opened_at_ms = 0
    with capture_logs() as logs:
        sender = weather.transport()
        said = Counter[type[GatewayError] | None]()
        while weather.now_ms < TEN_MINUTES_MS:
            said[send(sender, "bad")] += 1
            if not opened_at_ms and sender.is_resting("bad"):
                opened_at_ms = weather.now_ms
            assert send(sender, "good") is None
            weather.now_ms += 200
        weather.answers, weather.takes_ms = {}, {}
        weather.now_ms += LIMITS.rest_ms
        assert send(sender, "bad") is None
        assert not sender.is_resting("bad")
    assert 0 < opened_at_ms <= 30_000
    assert said.keys() == {kind, Retryable}
    assert weather.heard["bad"] <= LIMITS.failures_max + TEN_MINUTES_MS // LIMITS.rest_ms + 1
    events = [each["event"] for each in logs]
    assert events[0] == "gateway.left_alone"
    assert events[-1] == "gateway.back"


def test_f20_what_was_on_its_way_before_the_rest_neither_ends_nor_doubles_the_probe():
    together, late = threading.Barrier(2, timeout=10), threading.Event()

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.content == b"slow":
            together.wait()
            late.wait(10)
            return httpx2.Response(200, stream=Body())
        return httpx2.Response(429, stream=Body())

    hand = [0]
    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    sender = Transport(client, monotonic_ms=lambda: hand[0], limits=LIMITS)

    def slow() -> bytes:
        return sender.post(partner="bad", url="https://bad/", media_type="text/plain", body=b"slow")

    with capture_logs(), ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(slow)
        together.wait()
        assert send(sender, "bad") is Retryable
        late.set()
        assert waiting.result(timeout=10) == b"{}"
    assert sender.is_resting("bad")


def test_f20_one_gateways_slow_answers_hold_up_nobody_elses_questions(open_tx: OpenTx):
    with open_tx() as tx:
        slow = _under_way(tx, PaperGateway("slow"))
        quick = _under_way(tx, PaperGateway("quick"))
    stuck, is_asked = threading.Event(), threading.Event()

    def wait(_: Prepared) -> None:
        is_asked.set()
        stuck.wait(30)

    with ThreadPoolExecutor(1) as other:
        asking = other.submit(_ask, open_tx, _paying("slow", slow, on_ask=wait))
        assert is_asked.wait(10)
        assert _ask(open_tx, _paying("quick", quick)) == 1
        stuck.set()
        assert asking.result(timeout=30) == 1


def _under_way(tx: Tx, gateway: PaperGateway) -> str:
    return sent(inside(tx), opened(tx, owe(tx)), gateway=gateway)


def _paying(
    code: str, reference: str, *, on_ask: Callable[[Prepared], None] | None = None
) -> PaperGateway:
    word = notice(reference, Outcome.PAID, gateway=code)
    answers: dict[str, list[Answered | GatewayError]] = {
        reference: [Answered(reference.encode(), word)]
    }
    return PaperGateway(code, answers=answers, on_ask=on_ask)


def _ask(open_tx: OpenTx, gateway: PaperGateway) -> int:
    return ask_gateway(
        open_tx,
        {gateway.code: gateway},
        calendar=CALENDAR,
        signer=SIGNER,
        rates=RATES,
        now=NOW + timedelta(minutes=1),
        limit_max=10,
    ).answered


def test_f20_a_payer_whose_gateway_is_left_alone_may_choose_another_at_once(tx: Tx):
    payment = opened(tx, owe(tx))
    resting = PaperGateway("resting", start_error=Retryable("resting after 5 failures"))
    with pytest.raises(Retryable):
        sent(inside(tx), payment, gateway=resting)
    assert sent(inside(tx), payment, gateway=PaperGateway("other"))
    assert PaymentState.PENDING in _states(tx)


def _states(tx: Tx) -> set[str]:
    return set(tx.exec_driver_sql("SELECT state FROM payments.payment").scalars())
