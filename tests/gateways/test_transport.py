"""What the transport makes of a partner's silence, lies and haste."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from gateways.errors import GatewayError, Misconfigured, OutcomeUnknown, Retryable
from gateways.transport import Limits, Transport, open_client
from tests.gateways.canned_partner import LIMITS, Canned, canned_partner, http, transport

OK = http(200, b"{}")


def send(sender: Transport, url: str, partner: str = "bank") -> bytes:
    return sender.post(partner=partner, url=url, media_type="application/json", body=b'{"a":"1"}')


@dataclass(slots=True)
class Hand:
    """A clock that a test turns."""

    at_ms: int = 0

    def now_ms(self) -> int:
        return self.at_ms


@pytest.fixture
def sender() -> Iterator[Transport]:
    with transport() as opened:
        yield opened


def test_an_answer_comes_back_as_it_was_said(sender: Transport):
    with canned_partner(http(200, b'{"x":"\xc4\x90"}')) as partner:
        assert send(sender, partner.url) == b'{"x":"\xc4\x90"}'
        assert partner.heard == [b'{"a":"1"}']


def test_no_connection_means_nothing_happened(sender: Transport):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(Retryable):
        send(sender, closed)


@pytest.mark.parametrize(
    "answer",
    [
        b"",  # hangs up
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        b"no HTTP at all\r\n\r\n",
        http(500, b"oops"),
        http(503, b""),
        http(404, b"<html>"),
        http(302, b"", b"Location: http://127.0.0.1:9/elsewhere"),
        http(200, b"\x1f\x8b", b"Content-Encoding: gzip"),
        http(200, b"x" * 20_000),
    ],
)
def test_after_sending_anything_unusable_leaves_the_outcome_unknown(
    sender: Transport, answer: bytes
):
    with canned_partner(answer) as partner, pytest.raises(OutcomeUnknown):
        send(sender, partner.url)
    assert len(partner.heard) == 1  # Nothing is sent a second time.


def test_a_partner_that_never_answers_leaves_the_outcome_unknown():
    quick = Limits(connect_s_max=1, answer_s_max=1)
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, transport(quick) as sender, pytest.raises(OutcomeUnknown):
        send(sender, f"http://127.0.0.1:{silent.getsockname()[1]}/")


def test_an_answer_that_never_ends_is_given_up():
    hand = Hand()
    endless = http(200, b"x" * 5_000)
    with open_client(LIMITS) as client, canned_partner(endless) as partner:
        impatient = Transport(client, monotonic_ms=lambda: turned(hand), limits=LIMITS)
        with pytest.raises(OutcomeUnknown, match="never ended"):
            send(impatient, partner.url)


def turned(hand: Hand) -> int:
    hand.at_ms += 2_500
    return hand.at_ms


def test_being_asked_to_slow_down_means_the_same_may_be_sent_again(sender: Transport):
    with canned_partner(http(429, b"slow")) as partner, pytest.raises(Retryable) as caught:
        send(sender, partner.url)
    assert caught.value.raw == b"slow"


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1/", "http://[::1"])
def test_a_wrong_address_is_our_own_mistake(sender: Transport, url: str):
    with pytest.raises(Misconfigured):
        send(sender, url)


def test_the_words_of_a_failure_are_kept_as_evidence(sender: Transport):
    with canned_partner(http(500, b"oops")) as partner, pytest.raises(OutcomeUnknown) as caught:
        send(sender, partner.url)
    assert (caught.value.raw, caught.value.partner_code) == (b"oops", "500")


def fail(sender: Transport, url: str, *, times: int) -> None:
    for _ in range(times):
        with pytest.raises(GatewayError):
            send(sender, url)


def resting(limits: Limits, hand: Hand, partner: Canned) -> Transport:
    """Return a transport that has just had enough of a partner."""
    sender = Transport(open_client(limits), monotonic_ms=hand.now_ms, limits=limits)
    fail(sender, partner.url, times=limits.failures_max)
    return sender


def test_a_partner_that_keeps_failing_is_left_alone():
    with canned_partner(http(500, b"")) as partner:
        sender = resting(LIMITS, Hand(), partner)
        assert sender.is_resting("bank")
        with pytest.raises(Retryable, match="resting"):
            send(sender, partner.url)
        assert len(partner.heard) == LIMITS.failures_max
        sender.client.close()


def test_one_partners_trouble_is_not_anothers():
    with canned_partner(http(500, b"")) as bad, canned_partner(OK) as good:
        sender = resting(LIMITS, Hand(), bad)
        assert not sender.is_resting("wallet")
        assert send(sender, good.url, partner="wallet") == b"{}"
        sender.client.close()


def test_after_its_rest_one_good_answer_brings_a_partner_back():
    hand = Hand()
    with canned_partner(*[http(500, b"")] * LIMITS.failures_max, OK) as partner:
        sender = resting(LIMITS, hand, partner)
        hand.at_ms += LIMITS.rest_ms
        assert send(sender, partner.url) == b"{}"
        assert not sender.is_resting("bank")
        assert send(sender, partner.url) == b"{}"
        sender.client.close()


def test_after_its_rest_one_bad_answer_sends_a_partner_back_to_rest():
    hand = Hand()
    with canned_partner(http(500, b"")) as partner:
        sender = resting(LIMITS, hand, partner)
        hand.at_ms += LIMITS.rest_ms
        fail(sender, partner.url, times=1)
        heard = len(partner.heard)
        fail(sender, partner.url, times=1)
        assert len(partner.heard) == heard  # Resting again: nothing went out.
        sender.client.close()


def test_a_good_answer_forgets_earlier_failures():
    bad = [http(500, b"")] * (LIMITS.failures_max - 1)
    with canned_partner(*bad, OK, http(500, b"")) as partner, transport() as sender:
        fail(sender, partner.url, times=len(bad))
        send(sender, partner.url)
        fail(sender, partner.url, times=1)
        assert not sender.is_resting("bank")


def test_a_slow_partner_cannot_take_every_thread():
    narrow = Limits(connect_s_max=1, answer_s_max=1, calls_max=2)
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    together = threading.Barrier(4)

    def call(sender: Transport) -> type[Exception] | None:
        together.wait()
        try:
            send(sender, url)
        except GatewayError as problem:
            return type(problem)
        return None

    with silent, transport(narrow) as sender, ThreadPoolExecutor(4) as threads:
        found = list(threads.map(call, [sender] * 4))
    assert (
        sorted(one.__name__ for one in found if one) == ["OutcomeUnknown"] * 2 + ["Retryable"] * 2
    )
