"""A whole house over a database of the test's own, with VNPAY set up."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from api import composition
from api.access.key_text import SANDBOX, SECRET_BYTES, key_text
from api.house import House
from api.issue_key import enrol
from api.registered_partner import REQUESTS_PER_MINUTE_MAX, Partner, Sort
from api.sandbox import BENEFICIARIES
from api.settings import read_settings
from api.staff_right import StaffRight
from ledger.postgres.transaction import OpenTx
from payments.push_beneficiaries import push_beneficiaries
from tests.conftest import OpenAs

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""A Monday, 12:00 in Vietnam."""

ADDRESSES = [
    "CLEARING_DATABASE_URL",
    "CLEARING_RECON_DATABASE_URL",
    "CLEARING_REPORT_DATABASE_URL",
    "CLEARING_AUDITOR_DATABASE_URL",
]
PARTNER_KEY = key_text(SANDBOX, id_bytes=b"of the portal", secret=bytes(SECRET_BYTES))
MINISTRY_KEY = key_text(SANDBOX, id_bytes=b"of the ministry", secret=bytes(SECRET_BYTES))
PORTAL = Partner(
    name="portal",
    sort=Sort.PORTAL,
    return_origins=("https://portal.test",),
    requests_per_minute_max=REQUESTS_PER_MINUTE_MAX,
)
MINISTRY = Partner(
    name="ministry", sort=Sort.AUTHORITY, requests_per_minute_max=REQUESTS_PER_MINUTE_MAX
)
PERSON_KEYS = {"ketoan1": "key-of-the-first", "ketoan2": "key-of-the-second"}
"""People of the staff with keys of their own; both may propose and approve refunds."""
ENVIRONMENT = {
    "CLEARING_CITIZEN_URL": "http://citizen.test",
    "CLEARING_STAFF_URL": "http://staff.test",
    "CLEARING_PARTNER_URL": "http://partner.test",
    "CLEARING_SECRET_KEY": "11" * 32,
    "CLEARING_STAFF_KEY": "staff-key-of-sixteen",
    "CLEARING_STAFF_KEYS": json.dumps(
        {name: hashlib.sha256(key.encode()).hexdigest() for name, key in PERSON_KEYS.items()}
    ),
    "CLEARING_STAFF_RIGHTS": json.dumps(dict.fromkeys(PERSON_KEYS, tuple(StaffRight))),
    "CLEARING_SIGNING_KEY": "22" * 32,
    "CLEARING_SEAL_KEY": "55" * 32,
    "CLEARING_PERSONAL_KEY": "33" * 32,
    "CLEARING_PERSONAL_INDEX_KEY": "44" * 32,
    "CLEARING_SANDBOX": "true",
    "CLEARING_LOOK_UP_WORK": "3",
    "CLEARING_LOOK_UP_MISS_MS": "0",
    "VNPAY_TMN_CODE": "DVCTEST1",
    "VNPAY_HASH_SECRET": "TESTSECRETOFTHIRTYTWOCHARACTERS",
    "VNPAY_PAY_URL": "http://127.0.0.1:1/vpcpay.html",
    "VNPAY_API_URL": "http://127.0.0.1:1/api",
    "VNPAY_SERVER_ADDRESS": "127.0.0.1",
}

READ_ONCE = {
    name: cache(getattr(composition, name))
    for name in ("load_calendar", "load_rates", "Pages", "open_client")
}
"""What every house is built of and never changes: reading it anew takes a tenth of a second."""


@pytest.fixture
def house(
    open_tx: OpenTx,
    open_as: OpenAs,
    dsn: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """Give a house at noon of a Monday, with the sandbox's beneficiaries and no obligations."""
    places = {
        **dict.fromkeys(ADDRESSES, dsn),
        "CLEARING_INBOX": str(tmp_path / "inbox"),
        "CLEARING_SEALS": str(tmp_path / "seals"),
    }
    for name, value in (ENVIRONMENT | places).items():
        monkeypatch.setenv(name, value)
    for name, read_once in READ_ONCE.items():
        monkeypatch.setattr(composition, name, read_once)
    built = composition.open_house(read_settings(), process="test")
    with open_tx() as tx:
        push_beneficiaries(tx, BENEFICIARIES)
        enrol(tx, PORTAL, key=PARTNER_KEY, now=NOON)
        enrol(tx, MINISTRY, key=MINISTRY_KEY, now=NOON)
    return replace(
        built,
        open_tx=open_tx,
        open_callback_tx=open_tx,
        open_recon_tx=open_as("clearing_recon"),
        open_report_tx=open_as("clearing_report"),
        open_auditor_tx=open_as("clearing_auditor"),
        clock=lambda: NOON,
    )
