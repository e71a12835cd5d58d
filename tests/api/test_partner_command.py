"""`clearing partner`: what an operator does to the register of partners, and the record of it."""

import argparse
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient

from api.access.key_text import SANDBOX, read_key
from api.application import application
from api.house import House
from api.partner_command import act, add_partner
from api.postgres import partner_rows
from api.registered_partner import LIVE_KEYS_MAX
from ledger.postgres.audit_rows import newest

WHY = ("--reason", "Công văn 12")
ADD = ("add", "bo-tai-chinh", "--sort", "application", *WHY)
ISSUE = ("key", "issue", "bo-tai-chinh", "--scopes", "payments:read,refunds:read", *WHY)

Capsys = pytest.CaptureFixture[str]


def said(house: House, capsys: Capsys, *words: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    add_partner(parser.add_subparsers().add_parser)
    status = act(house, parser.parse_args(["partner", *words]))
    return status, capsys.readouterr().out


def records(house: House) -> list[tuple[str, str]]:
    with house.open_tx() as tx:
        return [(each.record.action, each.record.subject) for each in newest(tx, limit_max=9)]


def asked(house: House, key: str) -> int:
    client = TestClient(application(house), base_url="http://partner.test")
    got = client.get("/v1/payments/NP-0", headers={"authorization": f"Bearer {key}"})
    return got.status_code


def test_a_partner_is_registered_given_a_key_and_loses_it(house: House, capsys: Capsys) -> None:
    assert said(house, capsys, *ADD)[0] == 0
    again = said(house, capsys, *ADD)
    assert (again[0], "registered already" in again[1]) == (0, True)
    status, told = said(house, capsys, *ISSUE, "--expires", "2026-12-31")
    key = told.splitlines()[0]
    shown = read_key(key, environment=SANDBOX)
    assert (status, shown is None, asked(house, key)) == (0, False, 404)
    assert shown is not None
    listed = said(house, capsys, "key", "list", "bo-tai-chinh")[1]
    assert f"{shown.key_id}  live, last day 2026-12-31" in listed
    assert "payments:read refunds:read" in listed
    assert ", used 2026-11-23 12h  " in listed
    assert listed.splitlines()[-1].endswith("1 key")
    assert key[-20:] not in listed
    assert said(house, capsys, "key", "revoke", shown.key_id, *WHY)[0] == 0
    assert asked(house, key) == 401
    assert said(house, capsys, "key", "revoke", shown.key_id, *WHY)[0] == 1
    assert records(house) == [
        ("partner.revoke_key", f"partner:bo-tai-chinh/{shown.key_id}"),
        ("partner.issue_key", f"partner:bo-tai-chinh/{shown.key_id}"),
        ("partner.register", "partner:bo-tai-chinh"),
    ]


def test_what_is_given_changes_and_the_rest_stays(
    house: House, capsys: Capsys, tmp_path: Path
) -> None:
    file, fingerprint = a_certificate(tmp_path)
    said(house, capsys, *ADD, "--return-origin", "https://a.vn", "--requests-per-minute", "50")
    changed = ("change", "bo-tai-chinh", "--must-sign", "yes", "--certificate", str(file), *WHY)
    assert said(house, capsys, *changed)[0] == 0
    with house.open_tx() as tx:
        kept = partner_rows.partner_by_name(tx, "bo-tai-chinh")
    assert kept is not None
    assert (kept.must_sign, kept.certificates) == (True, (fingerprint,))
    assert (kept.return_origins, kept.requests_per_minute_max) == (("https://a.vn",), 50)
    assert records(house)[0] == ("partner.change", "partner:bo-tai-chinh")
    assert "signs every request" in said(house, capsys, "list")[1]


def a_certificate(folder: Path) -> tuple[Path, str]:
    """Return a PEM file and the SHA-256 of its DER."""
    private = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client.portal.test")])
    built = (
        x509.CertificateBuilder(name, name, private.public_key(), 1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(private, None)
    )
    file = folder / "client.pem"
    file.write_bytes(built.public_bytes(Encoding.PEM))
    return file, hashlib.sha256(built.public_bytes(Encoding.DER)).hexdigest()


def test_signing_keys_are_added_listed_and_ended(
    house: House, capsys: Capsys, tmp_path: Path
) -> None:
    said(house, capsys, *ADD)
    pem = tmp_path / "key.pem"
    public = Ed25519PrivateKey.generate().public_key()
    pem.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    new = ("sign-key", "add", "bo-tai-chinh", *WHY)
    assert said(house, capsys, *new, "--public-key", str(pem))[0] == 0
    status, told = said(house, capsys, *new, "--hmac")
    secret = told.splitlines()[1].removeprefix("secret ")
    assert (status, len(bytes.fromhex(secret))) == (0, 32)
    listed = said(house, capsys, "sign-key", "list", "bo-tai-chinh")[1]
    assert ("ed25519" in listed, "hmac-sha256" in listed, secret in listed) == (True, True, False)
    with house.open_tx() as tx:
        hmac_key = partner_rows.signing_keys_of(tx, "bo-tai-chinh")
        assert all(bytes.fromhex(secret) not in each.material for each in hmac_key)
    for each in hmac_key:
        assert said(house, capsys, "sign-key", "revoke", each.key_id, *WHY)[0] == 0
    assert (
        said(house, capsys, "sign-key", "list", "bo-tai-chinh")[1].count("revoked 2026-11-23") == 2
    )
    assert [act for act, _ in records(house)].count("partner.add_signing_key") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("add", "a b", "--sort", "portal", *WHY),
        ("add", "a", "--sort", "portal", "--return-origin", "https://a.vn/path", *WHY),
        ("add", "a", "--sort", "portal", "--return-origin", "ftp://a.vn", *WHY),
        ("add", "a", "--sort", "portal", "--requests-per-minute", "1000001", *WHY),
        ("add", "a", "--sort", "portal", "--reason", ""),
        ("change", "nobody", "--must-sign", "yes", *WHY),
        ("key", "issue", "nobody", "--scopes", "payments:read", *WHY),
        ("key", "issue", "portal", "--scopes", "payments:read", "--expires", "2026-11-22", *WHY),
        ("key", "revoke", "nobody", *WHY),
        ("sign-key", "add", "nobody", "--hmac", *WHY),
        ("sign-key", "revoke", "nobody", *WHY),
    ],
)
def test_what_cannot_be_done_leaves_no_trace(
    house: House, capsys: Capsys, words: tuple[str, ...]
) -> None:
    status, told = said(house, capsys, *words)
    assert (status, told.startswith("not done: ")) == (1, True)
    assert records(house) == []
    assert "2 registered" in said(house, capsys, "list")[1]


def test_a_key_of_another_sort_checks_no_signature(
    house: House, capsys: Capsys, tmp_path: Path
) -> None:
    pem = tmp_path / "key.pem"
    other = X25519PrivateKey.generate().public_key()
    pem.write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for content in (pem.read_bytes(), b"no key"):
        pem.write_bytes(content)
        status, told = said(
            house, capsys, "sign-key", "add", "portal", "--public-key", str(pem), *WHY
        )
        assert (status, "public_key" in told) == (1, True)


def test_plain_http_is_for_the_sandbox_only(house: House, capsys: Capsys) -> None:
    words = ("add", "a", "--sort", "portal", "--return-origin", "http://127.0.0.1:9", *WHY)
    live = replace(house, settings=house.settings.model_copy(update={"sandbox": False}))
    assert said(live, capsys, *words)[0] == 1
    assert said(house, capsys, *words)[0] == 0


def test_keys_of_a_live_system_say_so_and_open_nothing_in_the_sandbox(
    house: House, capsys: Capsys
) -> None:
    live = replace(house, settings=house.settings.model_copy(update={"sandbox": False}))
    said(live, capsys, *ADD)
    key = said(live, capsys, *ISSUE)[1].splitlines()[0]
    assert (key.startswith("live_"), asked(live, key), asked(house, key)) == (True, 404, 401)


def test_a_partner_has_so_many_keys_at_once(house: House, capsys: Capsys) -> None:
    said(house, capsys, *ADD)
    statuses = [said(house, capsys, *ISSUE)[0] for _ in range(LIVE_KEYS_MAX + 1)]
    assert statuses == [0] * LIVE_KEYS_MAX + [1]


@pytest.mark.parametrize(
    "words",
    [
        ("key", "issue", "portal", "--scopes", "everything", *WHY),
        ("key", "issue", "portal", "--scopes", "payments:read", "--expires", "heute", *WHY),
        ("add", "a", "--sort", "portal", "--certificate", "/nowhere", *WHY),
        ("add", "a", "--sort", "portal", "--requests-per-minute", "0", *WHY),
    ],
)
def test_what_is_no_scope_day_certificate_or_count_is_wrong_usage(
    house: House, capsys: Capsys, words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit):
        said(house, capsys, *words)
