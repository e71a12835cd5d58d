"""Bodies that are too long are not read to their end."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.access.body_limit import BODY_BYTES_MAX
from api.application import application
from api.house import House

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("host", "path"),
    [("citizen.test", "/find-fine"), ("citizen.test", "/en/verify"), ("staff.test", "/sign-in")],
)
def test_t31_a_form_that_is_too_long_is_refused(house: House, host: str, path: str) -> None:
    client = TestClient(application(house), base_url=f"http://{host}")
    body = b"number=" + b"9" * BODY_BYTES_MAX
    assert client.post(path, content=body, headers=FORM).status_code == 413
    assert client.post(path, content=b"number=9", headers=FORM).status_code != 413


def test_t31_a_long_body_without_a_length_is_left_unread(house: House) -> None:
    client = TestClient(application(house), base_url="http://citizen.test")

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a=" + b"9" * 10_000 + b"&"

    answer = client.post("/find-fine", content=endless(), headers=FORM)
    assert answer.status_code == 413
    assert "quá lớn" in answer.text
