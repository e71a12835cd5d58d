"""The demo's own certificate."""

from pathlib import Path

from cryptography import x509

from api.demo_certificate import CERTIFICATE, KEY, LASTS, ROOT, make_certificate
from tests.api.conftest import NOON


def test_a_certificate_comes_from_its_root_and_is_made_once(tmp_path: Path) -> None:
    make_certificate(tmp_path / "paper", now=NOON)
    own, root = x509.load_pem_x509_certificates((tmp_path / "paper" / CERTIFICATE).read_bytes())
    own.verify_directly_issued_by(root)
    assert x509.load_pem_x509_certificate((tmp_path / "paper" / ROOT).read_bytes()) == root
    assert own.not_valid_after_utc == NOON + LASTS
    key = tmp_path / "paper" / KEY
    assert key.stat().st_mode & 0o077 == 0
    before = key.read_bytes()
    make_certificate(tmp_path / "paper", now=NOON)
    assert key.read_bytes() == before
