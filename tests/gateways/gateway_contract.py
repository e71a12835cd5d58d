"""What is asked of every gateway: its tests inherit this and give two samples."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateways.contract import (
    Gateway,
    Intent,
    Notice,
    Outcome,
    RawAnswer,
    RawRequest,
    Rejection,
    Verdict,
)
from gateways.errors import Untrusted
from ledger.money import Money

inherited = settings(suppress_health_check=[HealthCheck.differing_executors])
"""The same test runs in several classes, which hypothesis would otherwise call a mistake."""

HEADERS = st.lists(st.tuples(st.text(max_size=10), st.text(max_size=10)), max_size=3)


class GatewayContract(ABC):
    """Give the gateway, its genuine callback of a paid order, and an order it takes."""

    @abstractmethod
    def gateway(self) -> Gateway:
        """Return the gateway under test; nothing here uses the net."""

    @abstractmethod
    def paid_callback(self) -> RawRequest:
        """Return a genuine callback that says an order was paid."""

    @abstractmethod
    def intent(self) -> Intent:
        """Return what this gateway can collect."""

    def test_a_genuine_callback_is_believed(self):
        notice = self.gateway().read_callback(self.paid_callback())
        assert isinstance(notice, Notice)
        assert notice.gateway == self.gateway().code
        assert notice.outcome is Outcome.PAID
        assert notice.amount is not None
        assert notice.amount.is_positive
        assert notice.reference
        assert notice.gateway_transaction
        assert notice.occurred_at is None or notice.occurred_at.tzinfo is not None

    def test_a_replayed_callback_says_the_same_again(self):
        gateway, request = self.gateway(), self.paid_callback()
        assert gateway.read_callback(request) == gateway.read_callback(request)

    @inherited
    @given(data=st.data())
    def test_a_changed_byte_is_refused_or_changes_nothing(self, data: st.DataObject):
        request = self.paid_callback()
        part = "query" if request.query else "body"
        signed = request.query or request.body
        at = data.draw(st.integers(0, len(signed) - 1))
        changed = signed[:at] + data.draw(st.binary(max_size=2)) + signed[at + 1 :]
        read = self.gateway().read_callback(replace(request, **{part: changed}))
        genuine = self.gateway().read_callback(request)
        assert isinstance(read, Rejection) or read == genuine

    @inherited
    @given(data=st.data())
    def test_a_callback_cut_short_is_refused(self, data: st.DataObject):
        request = self.paid_callback()
        query = request.query[: data.draw(st.integers(0, max(0, len(request.query) - 1)))]
        body = request.body[: data.draw(st.integers(0, max(0, len(request.body) - 1)))]
        read = self.gateway().read_callback(replace(request, query=query, body=body))
        assert isinstance(read, Rejection)

    @inherited
    @given(query=st.binary(max_size=300), body=st.binary(max_size=300), headers=HEADERS)
    def test_whatever_an_outsider_sends_is_refused_without_raising(
        self, query: bytes, body: bytes, headers: list[tuple[str, str]]
    ):
        for method in ("GET", "POST", "PUT", ""):
            request = RawRequest(method, "/", query, tuple(headers), body, "")
            assert isinstance(self.gateway().read_callback(request), Rejection)
            assert self.gateway().read_return(request) is None

    @pytest.mark.parametrize("verdict", list(Verdict))
    def test_every_verdict_has_words(self, verdict: Verdict):
        answer = self.gateway().answer(verdict)
        assert isinstance(answer, RawAnswer)
        assert 200 <= answer.status < 600

    def test_trouble_is_never_answered_like_success(self):
        gateway = self.gateway()
        trouble = (Verdict.BAD_SIGNATURE, Verdict.MALFORMED, Verdict.UNAVAILABLE)
        recorded = gateway.answer(Verdict.RECORDED)
        assert all(gateway.answer(verdict) != recorded for verdict in trouble)

    def test_preparing_twice_gives_the_same_order(self):
        assert self.gateway().prepare(self.intent()) == self.gateway().prepare(self.intent())

    def test_an_order_keeps_what_was_asked_for(self):
        intent = self.intent()
        prepared = self.gateway().prepare(intent)
        assert (prepared.reference, prepared.amount) == (intent.reference, intent.amount)
        assert prepared.expires_at == intent.expires_at

    def test_amounts_outside_the_limits_are_refused_before_anything_is_sent(self):
        gateway = self.gateway()
        limits = gateway.capabilities
        for amount in (limits.amount_min - Money(1), limits.amount_max + Money(1)):
            with pytest.raises(ValueError, match=str(amount.vnd)):
                gateway.prepare(replace(self.intent(), amount=amount))

    def test_amounts_at_the_limits_are_taken(self):
        limits = self.gateway().capabilities
        for amount in (limits.amount_min, limits.amount_max):
            assert self.gateway().prepare(replace(self.intent(), amount=amount)).amount == amount

    def test_a_time_without_its_zone_is_refused(self):
        naive = datetime(2026, 9, 1, 8, 0)  # noqa: DTZ001 - the mistake under test
        with pytest.raises(ValueError, match="zone"):
            self.gateway().prepare(replace(self.intent(), created_at=naive))

    @inherited
    @given(raw=st.binary(max_size=300))
    def test_what_is_not_a_report_is_refused_whole(self, raw: bytes):
        with pytest.raises(Untrusted):
            self.gateway().read_report(raw)

    @inherited
    @given(raw=st.binary(max_size=300))
    def test_what_is_not_an_answer_is_not_believed(self, raw: bytes):
        prepared = self.gateway().prepare(self.intent())
        with pytest.raises(Untrusted):
            self.gateway().read_answer(prepared, raw)
