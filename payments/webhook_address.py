"""Which addresses clients may be told at: public names only, and public networks behind them."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from payments.errors import InputRefused

URL_MAX: Final = 1_000
_NAME_MAX: Final = 253
_PORTS: Final = frozenset({443, 8443})

# One reading only: a host is letters, digits, dots and dashes, so that nothing else can be meant by
# it; the rest is what an address may hold as it is sent.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)?"
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1"})

_RESERVED_NAMES: Final = ("localhost", "local", "internal", "intranet", "lan", "home", "arpa")
"""Names of networks of one's own; a public one never ends so."""

_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        # What `is_global` leaves: relays, machine rooms' own services, and IPv4 inside of IPv6.
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "2001::/23",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_PUBLIC_6: Final = ipaddress.ip_network("2000::/3")

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """An address in its parts, as it is asked: nobody reads the text again."""

    is_https: bool
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Return host and port as a request names them."""
        usual = 443 if self.is_https else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"


def webhook_address(url: str, *, is_sandbox: bool) -> WebhookAddress:
    """Return the parts of a public https address.

    In the sandbox it may have any port, or be one on this machine.

    Raises:
        InputRefused: it is anything else.
    """
    found = _URL.fullmatch(url) if len(url) <= URL_MAX else None
    if found is None:
        raise _refused(reason="is not an address like https://name.example.vn/path")
    host = found["host"].lower()
    is_https = found["scheme"] == "https"
    address = WebhookAddress(
        is_https=is_https,
        host=host,
        port=int(found["port"] or (443 if is_https else 80)),
        target=found["target"] or "/",
    )
    if not 0 < address.port < 2**16:
        raise _refused(reason="has a port that is none")
    if is_sandbox and host in _LOOPBACK_HOSTS:
        return address
    if not is_https:
        raise _refused(reason="is not an https address")
    if not _is_public_name(host):
        raise _refused(reason="does not name a host of the public internet")
    if address.port not in _PORTS and not is_sandbox:
        raise _refused(reason="has a port other than 443 and 8443")
    return address


def is_public(ip: Ip) -> bool:
    """Say whether a network address is one anybody on the internet may have."""
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _PUBLIC_6:
        return False
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not any(ip in network for network in _NOT_PUBLIC if network.version == ip.version)
    )


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    return (
        len(host) <= _NAME_MAX
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and _TOP.fullmatch(labels[-1]) is not None
        and labels[-1] not in _RESERVED_NAMES
    )


def _refused(*, reason: str) -> InputRefused:
    return InputRefused(field="url", reason=reason)
