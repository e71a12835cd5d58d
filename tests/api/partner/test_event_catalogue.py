"""The catalogue of events: complete, true, and the page people read is made from it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.partner.event_catalogue import PAGE, WHEN, examples, page, schema_of
from payments.client_event import EventType, snapshot_of
from tests.architecture.sources import PROJECT
from tests.payments.test_client_event import PAYMENT


def test_every_type_has_its_sentence_and_its_example():
    assert list(WHEN) == list(EventType)
    assert list(examples()) == list(EventType)
    assert [example["type"] for example in examples().values()] == list(EventType)


@pytest.mark.parametrize("type_", EventType)
def test_an_example_holds_what_its_schema_demands_and_nothing_the_schema_does_not_name(
    type_: EventType,
):
    schema: dict[str, Any] = schema_of(type_)
    example: dict[str, Any] = schema["examples"][0]
    data = schema["properties"]["data"]
    assert set(example) == set(schema["required"])
    assert set(example["data"]) == set(data["properties"]) == set(data["required"])


def test_the_page_is_what_the_code_says():
    assert (PROJECT / PAGE).read_text(encoding="utf-8") == page(), f"write page() to {PAGE}"


def test_the_document_tells_what_is_sent(house: House):
    client = TestClient(application(house), base_url="http://partner.test")
    document = client.get("/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert list(document["webhooks"]) == list(EventType)
    payment = document["components"]["schemas"]["EventPayment"]
    assert set(payment["required"]) == set(payment["properties"]) == set(snapshot_of(PAYMENT))
