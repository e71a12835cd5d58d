"""Which addresses clients may be told at."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import InputRefused
from payments.webhook_address import is_public, webhook_address

ODD_PORTS = ["https://hooks.example.vn:22/", "https://hooks.example.vn:80/"]
REFUSED = [
    "",
    "https://",
    "http://hooks.example.vn/",
    "ftp://hooks.example.vn/",
    "//hooks.example.vn/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://10.0.0.8/",
    "https://8.8.8.8/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://localhost/",
    "https://localhost:443/",
    "https://hooks.localhost/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://hooks/",
    "https://hooks.example.vn./",
    "https://.example.vn/",
    "https://hooks..example.vn/",
    "https://user:pass@hooks.example.vn/",
    "https://hooks.example.vn@10.0.0.1/",
    "https://hooks.example.vn\\@10.0.0.1/",
    "https://hooks.example.vn:99999/",
    "https://hooks.example.vn:/",
    "https://hooks.example.vn/#part",
    "https://hooks.example.vn/a b",
    "https://hooks.example.vn/\r\nHost: other",
    "https://hooks.example.vn/\n",
    " https://hooks.example.vn/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://hooks.ex\u0430mple.vn/",
    "https://-hooks.example.vn/",
    "https://hooks_1.example.vn/",
    "https://" + "a" * 64 + ".example.vn/",
    "https://hooks.example.vn/" + "a" * 1_000,
]


@pytest.mark.parametrize("url", [*REFUSED, *ODD_PORTS])
def test_t13_what_is_no_public_https_name_is_refused(url: str):
    with pytest.raises(InputRefused) as refusal:
        webhook_address(url, is_sandbox=False)
    assert refusal.value.field == "url"


def test_a_public_https_name_is_taken_apart_once():
    address = webhook_address("https://Hooks.Example.VN:8443/a/b?c=d", is_sandbox=False)
    assert address.host == "hooks.example.vn"
    assert address.authority == "hooks.example.vn:8443"
    assert address.target == "/a/b?c=d"
    assert webhook_address("https://hooks.example.vn", is_sandbox=False).target == "/"
    assert webhook_address("https://hooks.example.vn/", is_sandbox=False).authority == (
        "hooks.example.vn"
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/x", "http://localhost:9000/x"])
def test_this_machine_is_an_address_in_the_sandbox_alone(url: str):
    assert webhook_address(url, is_sandbox=True).port == 9000
    with pytest.raises(InputRefused):
        webhook_address(url, is_sandbox=False)


@pytest.mark.parametrize(
    "url",
    [url for url in REFUSED if not url.startswith(("https://localhost", "https://127.0.0.1/"))],
)
def test_t13_the_sandbox_takes_nothing_else_that_is_refused(url: str):
    with pytest.raises(InputRefused):
        webhook_address(url, is_sandbox=True)


@pytest.mark.parametrize("url", ODD_PORTS)
def test_the_sandbox_takes_any_port_of_a_public_name(url: str):
    assert webhook_address(url, is_sandbox=True).port in {22, 80}


@pytest.mark.parametrize(
    "network",
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/32",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "2620:4f:8000::/48",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ],
)
def test_t13_nothing_of_a_network_that_is_not_public_is_one(network: str):
    found = ipaddress.ip_network(network)
    for ip in (found[0], found[-1], found[found.num_addresses // 2]):
        assert not is_public(ip), ip


@pytest.mark.parametrize("ip", ["8.8.8.8", "113.160.92.202", "2606:4700::1111", "2400:cb00::1"])
def test_what_is_public_is(ip: str):
    assert is_public(ipaddress.ip_address(ip))


@given(st.ip_addresses(v=4))
def test_t13_no_ipv4_address_is_reached_through_ipv6(ip: ipaddress.IPv4Address):
    number = int(ip)
    inside = [
        ipaddress.IPv6Address(number),
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]
    assert not any(is_public(each) for each in inside)
