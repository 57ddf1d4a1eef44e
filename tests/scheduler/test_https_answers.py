"""What the answers of described providers mean, and what they can be asked later."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from scheduler.gateways import (
    Delivery,
    Fate,
    Https,
    Misconfigured,
    OptedOut,
    Permanent,
    Sent,
    Temporary,
    Unknown,
    description,
)
from scheduler.gateways.http import can_find
from scheduler.gateways.places import Pattern
from tests.scheduler.letters import PHONE, letter
from tests.scheduler.provider import KEY, Asked, FakeProvider, send, settings
from visitation.wording import Template
from visitation.words import Channel

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PATTERNS = {(Template.BOOKED, "fa"): Pattern(id="4711")}


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with FakeProvider().serving() as fake:
        yield fake


@pytest.mark.parametrize(
    ("named", "status", "body", "failure"),
    [
        ("kavenegar", 409, {"return": {"status": 409}}, Temporary("409")),
        ("kavenegar", 402, {"return": {"status": 402}}, Unknown("402")),
        ("kavenegar", 418, {"return": {"status": 418}}, Misconfigured("418")),
        ("kavenegar", 403, {"return": {"status": 403}}, Misconfigured("403")),
        ("kavenegar", 411, {"return": {"status": 411}}, Permanent("411")),
        ("kavenegar", 424, {"return": {"status": 424}}, Permanent("424")),
        ("kavenegar", 499, {"return": {"status": 499}}, Permanent("499")),
        ("kavenegar", 502, "<html>", Unknown("unreadable_answer")),
        ("kavenegar", 503, "<html>", Temporary("503")),
        ("kavenegar", 200, "<html>", Unknown("unreadable_answer")),
        ("kavenegar", 200, {"return": {"status": 200}}, Unknown("unreadable_answer")),
        ("kavenegar", 302, "", Unknown("unreadable_answer")),
        ("kavenegar", 200, "[" * 100_000, Unknown("unreadable_answer")),
        ("smsir", 401, {"status": 10}, Misconfigured("10")),
        ("smsir", 429, {"status": 20}, Temporary("20")),
        ("smsir", 429, "", Temporary("429")),
        ("smsir", 400, {"status": 102}, Misconfigured("102")),
        ("smsir", 400, {"status": 104}, Permanent("104")),
        ("smsir", 500, {"status": 0}, Unknown("0")),
        ("ippanel", 401, {"meta": {"message_code": "400-1"}}, Misconfigured("400-1")),
        ("ippanel", 422, {"meta": {"message_code": "400-2"}}, Permanent("400-2")),
        ("ippanel", 401, "", Misconfigured("401")),
    ],
)
async def test_each_refusal_says_what_to_do_next(
    provider: FakeProvider, named: str, status: int, body: Any, failure: Temporary
) -> None:
    provider.status = status
    with pytest.raises(type(failure)) as raised:
        await send(provider, named, body)
    assert (type(raised.value), raised.value.code) == (type(failure), failure.code)
    assert len(provider.asked) == 1


async def test_a_description_can_say_who_wants_no_messages(
    provider: FakeProvider,
) -> None:
    described = description.parsed(
        {
            "about": "-",
            "origin": "https://sms.example",
            "text": {"path": "/", "body": {"to": "{phone:digits}"}},
            "answer": {"id": "id", "ok": [201], "opted_out": [410]},
        }
    )
    gateway = Https(settings(provider.origin, description=described))
    provider.status = 410
    with pytest.raises(OptedOut, match="410"):
        await gateway.send(letter())
    provider.status, provider.body = 201, {"id": "a"}
    assert await gateway.send(letter()) == Sent(gateway_id="a")
    assert gateway.finds is False
    assert await gateway.find(letter(), since=NOW) is None
    assert await gateway.delivery("a") is None
    await gateway.close()


async def test_a_broken_line_leaves_it_unknown_and_none_leaves_it_unsent(
    provider: FakeProvider,
) -> None:
    provider.hangs_up = True
    with pytest.raises(Unknown, match="disconnected"):
        await send(provider, "smsir", {})
    gateway = Https(settings(f"http://127.0.0.1:{unused_port()}"))
    with pytest.raises(Temporary, match="unreachable"):
        await gateway.send(letter())
    await gateway.close()


async def test_an_answer_that_does_not_come_in_time_is_unknown(
    provider: FakeProvider,
) -> None:
    provider.pause = 1.0
    gateway = Https(settings(provider.origin, timeout_seconds=0.3))
    with pytest.raises(Unknown, match="timeout"):
        await gateway.send(letter())
    await gateway.close()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"return": {"status": 200}, "entries": [{"messageid": 5, "status": 1}]}, "5"),
        (
            {"return": {"status": 200}, "entries": [{"messageid": 5, "status": 100}]},
            None,
        ),
        ({"return": {"status": 200}, "entries": [{"messageid": 0}]}, None),
        ({"return": {"status": 200}, "entries": []}, None),
    ],
)
async def test_what_may_have_been_taken_is_looked_for_by_our_reference(
    provider: FakeProvider, body: Any, found: str | None
) -> None:
    provider.body = body
    gateway = Https(settings(provider.origin))
    sent = await gateway.find(letter(), since=NOW)
    await gateway.close()
    assert sent == (Sent(gateway_id=found) if found else None)
    assert provider.asked == [
        Asked(
            method="POST",
            path="/v1/s3cret%2Fkey/sms/statuslocalmessageid.json",
            body={"localid": "17"},
        )
    ]


async def test_what_cannot_be_asked_now_is_asked_later(provider: FakeProvider) -> None:
    gateway = Https(settings(provider.origin))
    for status, body in ((409, {"return": {"status": 409}}), (403, "")):
        provider.status, provider.body = status, body
        with pytest.raises(Temporary, match=str(status)):
            await gateway.find(letter(), since=NOW)
        with pytest.raises(Temporary, match=str(status)):
            await gateway.delivery("5")
    await gateway.close()


def test_only_what_carries_our_reference_can_be_found() -> None:
    kavenegar = settings("https://x")
    patterns = settings("https://x", patterns=PATTERNS)
    calls = settings("https://x", channels=frozenset(Channel))
    assert [can_find(one) for one in (kavenegar, patterns, calls)] == (
        [True, False, False]
    )
    assert can_find(settings("https://x", "smsir")) is False


@pytest.mark.parametrize(
    ("named", "body", "asked", "delivery"),
    [
        (
            "kavenegar",
            {"return": {"status": 200}, "entries": [{"status": 10}]},
            ("POST", "/v1/s3cret%2Fkey/sms/status.json", {}, {"messageid": "5"}),
            Delivery(gateway_id="5", fate=Fate.DELIVERED, status="10"),
        ),
        (
            "smsir",
            {"status": 1, "data": {"deliveryState": 7}},
            ("GET", "/v1/send/5", {}, {}),
            Delivery(gateway_id="5", fate=Fate.UNDELIVERED, status="7"),
        ),
        (
            "ippanel",
            {"data": [{"message_status": "1"}], "meta": {"message_code": "200-1"}},
            (
                "GET",
                "/v1/api/report/recipients",
                {"page": "1", "per_page": "10", "bulk_id": "5"},
                {},
            ),
            Delivery(gateway_id="5", fate=Fate.SENT, status="1"),
        ),
        (
            "smsir",
            {"status": 1, "data": {"deliveryState": 8}},
            ("GET", "/v1/send/5", {}, {}),
            None,
        ),
    ],
)
async def test_what_became_of_a_message_can_be_asked(
    provider: FakeProvider, named: str, body: Any, asked: tuple, delivery: Delivery
) -> None:
    provider.body = body
    gateway = Https(settings(provider.origin, named))
    assert await gateway.delivery("5") == delivery
    await gateway.close()
    (seen,) = provider.asked
    assert (seen.method, seen.path, seen.query, seen.body) == asked


async def test_the_key_is_in_no_log_and_no_repr(
    provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.hangs_up = True
    with pytest.raises(Unknown) as raised:
        await send(provider, "kavenegar", {})
    ours = [r.getMessage() for r in caplog.records if r.name != "aiohttp.access"]
    said = "".join([*ours, repr(raised.value), repr(settings("https://x"))])
    assert raised.value.__cause__ is None
    for secret in (KEY, "s3cret", PHONE, "۴۸۲۹۱۶"):
        assert secret not in said


async def test_what_is_sent_with_get_is_sent_once_though_the_line_breaks(
    provider: FakeProvider,
) -> None:
    described = description.parsed(
        {
            "about": "-",
            "origin": "https://sms.example",
            "text": {
                "path": "/",
                "method": "GET",
                "encoding": "query",
                "body": {"to": "{phone:digits}", "text": "{text}"},
            },
            "answer": {"id": "id", "ok": [200]},
        }
    )
    gateway = Https(settings(provider.origin, description=described))
    provider.hangs_up = True
    with pytest.raises(Unknown, match="disconnected"):
        await gateway.send(letter())
    await gateway.close()
    assert len(provider.asked) == 1


async def test_an_id_that_has_to_be_a_number_and_is_none_asks_nothing(
    provider: FakeProvider,
) -> None:
    smsir = description.read("smsir")
    assert smsir.report is not None
    ask = replace(smsir.report.ask, method="POST", body={"id": "{id|number}"})
    described = replace(smsir, report=replace(smsir.report, ask=ask))
    gateway = Https(settings(provider.origin, description=described))
    with pytest.raises(Temporary, match="not_a_number"):
        await gateway.delivery("abc")
    await gateway.close()
    assert provider.asked == []
