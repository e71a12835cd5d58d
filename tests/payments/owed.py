"""Fines and accounts for the tests of this package."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.obligation import NewObligation
from payments.obligations.rates import load_rates
from payments.personal_data import PersonalDataKeys
from payments.push_beneficiaries import push_beneficiaries
from payments.push_obligations import push_obligations

NOW = datetime(2026, 3, 11, 1, tzinfo=UTC)
TODAY = date(2026, 3, 11)
RATES = load_rates()
KEYS = PersonalDataKeys(key_id="k1", encryption_key=b"s" * 32, index_key=b"i" * 32)

TREASURY = Beneficiary(
    code="kbnn-0011",
    name="Kho bạc Nhà nước Khu vực I",
    account_number="7111.0.1054321",
    bank_name="Kho bạc Nhà nước",
    statement_source="kbnn",
)

FINE_FACTS: Mapping[str, object] = {
    "fine_vnd": 3_000_000,
    "issued_on": "2026-03-10",
    "received_on": "2026-03-10",
    "term_days": 10,
    "behaviour": "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông",
    "authority": "Đội CSGT số 1",
    "budget": {"chapter": "009", "sub_item": "4252"},
}

DEMAND_FACTS: Mapping[str, object] = {
    "amount_vnd": 115_000,
    "title": "Lệ phí cấp giấy phép lái xe",
    "law": "Thông tư 154/2025/TT-BTC",
    "budget": {"chapter": "021", "sub_item": "2763"},
}

RECORD_FACTS: Mapping[str, object] = {
    "behaviour": "Chạy quá tốc độ quy định",
    "authority": "Đội CSGT số 1",
}


def fine(number: str = "0012345/QĐ-XPHC", **facts: object) -> NewObligation:
    """Return a fine that differs from the usual one in these facts."""
    return NewObligation(
        provider="csgt",
        kind="traffic_fine",
        number=number,
        decided_on=date(2026, 3, 10),
        subject="59A-123.21",
        personal={"name": "Nguyễn Văn An", "plate": "59A-123.21"},
        facts={**FINE_FACTS, **facts},
        beneficiary=TREASURY.code,
    )


def demand(number: str = "H29.17-260311-0001") -> NewObligation:
    """Return an agency's plain demand."""
    return NewObligation(
        provider="dvc",
        kind="demand",
        number=number,
        decided_on=None,
        subject="",
        personal={},
        facts=DEMAND_FACTS,
        beneficiary=TREASURY.code,
    )


def record(number: str = "0077/BB-VPHC") -> NewObligation:
    """Return a violation record, which is not a decision."""
    return NewObligation(
        provider="csgt",
        kind="violation_record",
        number=number,
        decided_on=date(2026, 3, 1),
        subject="59A-123.21",
        personal={},
        facts=RECORD_FACTS,
        beneficiary=TREASURY.code,
    )


def push(tx: Tx, *obligations: NewObligation, now: datetime = NOW) -> list[int]:
    """Keep obligations owed to the treasury, and return their ids."""
    push_beneficiaries(tx, [TREASURY])
    verdicts = push_obligations(tx, obligations, keys=KEYS, now=now)
    ids = [verdict.obligation_id for verdict in verdicts if verdict.obligation_id is not None]
    assert len(ids) == len(obligations), verdicts
    return ids
