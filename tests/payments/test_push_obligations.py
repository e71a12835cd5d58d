"""Taking in what a provider says is owed."""

from dataclasses import replace
from datetime import UTC, date, datetime

from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.obligation import NewObligation
from payments.personal_data import PersonalDataKeys
from payments.push_beneficiaries import push_beneficiaries
from payments.push_obligations import PushOutcome, push_obligations

NOW = datetime(2026, 3, 11, 1, tzinfo=UTC)
KEYS = PersonalDataKeys(key_id="k1", encryption_key=b"s" * 32, index_key=b"i" * 32)
TREASURY = Beneficiary(
    code="kbnn-0011",
    name="KBNN Khu vực I",
    account_number="7111.0.1054321",
    bank_name="KBNN",
    statement_source="kbnn",
)
FINE = NewObligation(
    provider="csgt",
    kind="traffic_fine",
    number="0012345/QĐ-XPHC",
    decided_on=date(2026, 3, 10),
    subject="59A-123.21",
    personal={"name": "Nguyễn Văn An", "plate": "59A-123.21"},
    facts={
        "fine_vnd": 3_000_000,
        "issued_on": "2026-03-10",
        "received_on": "2026-03-10",
        "term_days": 10,
        "behaviour": "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông",
        "authority": "Đội CSGT số 1",
        "budget": {"chapter": "009", "sub_item": "4252"},
    },
    beneficiary="kbnn-0011",
)


def test_pushing_the_same_again_keeps_one_row(tx: Tx) -> None:
    push_beneficiaries(tx, [TREASURY])
    first = push_obligations(tx, [FINE], keys=KEYS, now=NOW)
    second = push_obligations(
        tx, [replace(FINE, number=" 0012345/qd\u2013xphc")], keys=KEYS, now=NOW
    )
    assert [verdict.outcome for verdict in first + second] == [
        PushOutcome.NEW,
        PushOutcome.SAME_AGAIN,
    ]
    assert first[0].obligation_id == second[0].obligation_id
