"""Which gateways may take a payment, in an order that favours none of them."""

import hashlib
from collections.abc import Mapping

from gateways.contract import Gateway
from ledger.money import Money
from payments.errors import GatewayNotOffered


def takes(gateway: Gateway, amount: Money) -> bool:
    """Say whether the gateway's own limits allow the amount."""
    capabilities = gateway.capabilities
    return capabilities.amount_min <= amount <= capabilities.amount_max


def offered(gateways: Mapping[str, Gateway], *, amount: Money, seed: str) -> list[Gateway]:
    """Return the gateways that take the amount.

    The order is the same for the same `seed`, such as the number of what is paid, and over many
    seeds each gateway comes first equally often.

    Raises:
        GatewayNotOffered: none of them takes it.
    """
    able = [gateway for gateway in gateways.values() if takes(gateway, amount)]
    if not able:
        raise GatewayNotOffered(f"no gateway takes {amount.vnd} dong")
    return sorted(able, key=lambda gateway: _draw(seed=seed, code=gateway.code))


def chosen(gateways: Mapping[str, Gateway], *, code: str, amount: Money) -> Gateway:
    """Return the gateway the payer chose.

    Raises:
        GatewayNotOffered: there is no such gateway, or the amount is outside its limits.
    """
    gateway = gateways.get(code)
    if gateway is None:
        raise GatewayNotOffered(f"there is no gateway {code}")
    if not takes(gateway, amount):
        raise GatewayNotOffered(f"{code} does not take {amount.vnd} dong")
    return gateway


def _draw(*, seed: str, code: str) -> bytes:
    return hashlib.sha256(f"{len(seed)}:{seed}:{code}".encode()).digest()
