"""The web process: where it listens, and what stops it from starting."""

import socket

import pytest

from api.house import House
from api.processes import ProcessFailed
from api.web import open_ports, ports_of


def test_each_host_has_its_own_port(house: House) -> None:
    settings = house.settings.model_copy(
        update={
            "citizen_url": "http://127.0.0.1:8700",
            "staff_url": "http://127.0.0.1:8701",
            "partner_url": "http://127.0.0.1:8702",
        }
    )
    assert [port for _, port in ports_of(settings)] == [8700, 8701, 8702]


def test_hosts_may_share_a_port(house: House) -> None:
    settings = house.settings.model_copy(
        update={
            "citizen_url": "http://localhost:8700",
            "staff_url": "http://localhost:8700",
            "partner_url": "http://localhost:8700",
        }
    )
    assert ports_of(settings) == [("localhost", 8700)]


def test_a_port_in_use_is_named(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        settings = house.settings.model_copy(
            update={"citizen_url": address, "staff_url": address, "partner_url": address}
        )
        with pytest.raises(ProcessFailed, match=f"port {port}: it is in use"):
            open_ports(settings)
