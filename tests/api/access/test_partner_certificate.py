"""Certificates told by our own proxy: believed from it alone, and asked only of who has one."""

import base64
import hashlib
from dataclasses import replace
from ipaddress import ip_network

import pytest
from starlette.datastructures import Headers

from api.access.errors import CertificateRefused
from api.access.partner_certificate import check_certificate
from api.registered_partner import Partner, Sort
from tests.api.access.browser import SETTINGS

DER = b"a certificate, as its bytes"
PRINT = hashlib.sha256(DER).hexdigest()
PARTNER = Partner(name="portal", sort=Sort.PORTAL, certificates=("0" * 64, PRINT))
WHOLE = SETTINGS.model_copy(
    update={"client_certificate": "client-cert", "proxy_networks": (ip_network("10.1.0.0/16"),)}
)
SHORT = WHOLE.model_copy(update={"client_certificate": "client-cert-sha256"})
PROXY = "10.1.2.3"


def told(der: bytes) -> bytes:
    return b":" + base64.b64encode(der) + b":"


def shown(*values: bytes, name: bytes = b"client-cert") -> Headers:
    return Headers(raw=[(name, value) for value in values])


def test_a_registered_certificate_opens_whichever_way_the_proxy_tells_it() -> None:
    check_certificate(PARTNER, shown(told(DER)), peer=PROXY, settings=WHOLE)
    name = b"client-cert-sha256"
    pairs = ":".join(PRINT[at : at + 2] for at in range(0, 64, 2)).upper()
    for text in (PRINT, pairs):
        check_certificate(PARTNER, shown(text.encode(), name=name), peer=PROXY, settings=SHORT)


@pytest.mark.parametrize(
    "headers",
    [
        shown(),
        shown(told(b"of somebody else")),
        shown(told(DER), told(DER)),
        shown(base64.b64encode(DER)),
        shown(b"::"),
        shown(b":not base64!:"),
        shown(PRINT.encode(), name=b"client-cert-sha256"),
    ],
)
def test_anything_else_is_refused(headers: Headers) -> None:
    with pytest.raises(CertificateRefused):
        check_certificate(PARTNER, headers, peer=PROXY, settings=WHOLE)


@pytest.mark.parametrize("peer", ["10.2.0.1", "testclient", "", "::1"])
def test_a_header_from_anybody_but_our_proxy_is_not_read(peer: str) -> None:
    with pytest.raises(CertificateRefused, match="not shown to our proxy"):
        check_certificate(PARTNER, shown(told(DER)), peer=peer, settings=WHOLE)


def test_without_the_setting_no_header_is_read() -> None:
    with pytest.raises(CertificateRefused):
        check_certificate(PARTNER, shown(told(DER)), peer=PROXY, settings=SETTINGS)


def test_a_partner_without_certificates_need_show_none() -> None:
    open_to_all = replace(PARTNER, certificates=())
    check_certificate(open_to_all, shown(), peer="", settings=SETTINGS)
    check_certificate(open_to_all, shown(told(b"whatever")), peer=PROXY, settings=WHOLE)
