"""What each described provider is asked on the wire, for a text, a pattern, a call."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from scheduler.gateways import Https, Permanent, Sent
from scheduler.gateways.places import Pattern
from tests.scheduler.letters import PHONE, TEXT, letter
from tests.scheduler.provider import KEY, Asked, FakeProvider, send, settings
from visitation.wording import Template
from visitation.words import Channel

BOOKED = (Template.BOOKED, "fa")
KAVENEGAR_OK = {"return": {"status": 200}, "entries": [{"messageid": 8792343}]}
SMSIR_OK = {"status": 1, "data": {"packId": "x", "messageIds": [89545112], "cost": 1}}
SMSIR_PATTERN_OK = {"status": 1, "data": {"messageId": 89545113, "cost": 1}}
IPPANEL_OK = {
    "data": {"message_outbox_ids": [1123544244]},
    "meta": {"status": True, "message_code": "200-1"},
}
PATTERN = Pattern(id="4711", variables=("code", "time", "", "day", "place"))
NAMED = {
    "code": "۴۸۲۹۱۶",
    "time": "۱۰:۰۰",
    "day": "سه‌شنبه ۳ آذر",
    "place": "دفتر",
}


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with FakeProvider().serving() as fake:
        yield fake


@pytest.mark.parametrize(
    ("named", "answer", "sent", "asked"),
    [
        (
            "kavenegar",
            KAVENEGAR_OK,
            "8792343",
            Asked(
                method="POST",
                path="/v1/s3cret%2Fkey/sms/send.json",
                body={
                    "receptor": "09121234567",
                    "sender": "10004346",
                    "message": TEXT,
                    "localid": "17",
                },
            ),
        ),
        (
            "smsir",
            SMSIR_OK,
            "89545112",
            Asked(
                method="POST",
                path="/v1/send/bulk",
                key=KEY,
                body={
                    "lineNumber": 10004346,
                    "messageText": TEXT,
                    "mobiles": ["09121234567"],
                },
            ),
        ),
        (
            "ippanel",
            IPPANEL_OK,
            "1123544244",
            Asked(
                method="POST",
                path="/v1/api/send",
                key=KEY,
                body={
                    "sending_type": "webservice",
                    "from_number": "+983000505",
                    "message": TEXT,
                    "params": {"recipients": [PHONE]},
                },
            ),
        ),
    ],
)
async def test_a_free_text_is_asked_for_as_the_provider_documents(
    provider: FakeProvider, named: str, answer: Any, sent: str, asked: Asked
) -> None:
    assert await send(provider, named, answer) == Sent(gateway_id=sent)
    assert provider.asked == [asked]


@pytest.mark.parametrize(
    ("named", "answer", "path", "body"),
    [
        (
            "kavenegar",
            KAVENEGAR_OK,
            "/v1/s3cret%2Fkey/verify/lookup.json",
            {
                "receptor": "09121234567",
                "template": "4711",
                "type": "sms",
                "token": "۴۸۲۹۱۶",
                "token2": "۱۰:۰۰",
                "token10": "سه‌شنبه ۳ آذر",
                "token20": "دفتر",
            },
        ),
        (
            "smsir",
            SMSIR_PATTERN_OK,
            "/v1/send/verify",
            {
                "mobile": "09121234567",
                "templateId": 4711,
                "parameters": [{"name": n, "value": v} for n, v in NAMED.items()],
            },
        ),
        (
            "ippanel",
            IPPANEL_OK,
            "/v1/api/send",
            {
                "sending_type": "pattern",
                "from_number": "+983000505",
                "code": "4711",
                "recipients": [PHONE],
                "params": NAMED,
            },
        ),
    ],
)
async def test_an_approved_pattern_is_sent_with_its_variables(
    provider: FakeProvider, named: str, answer: Any, path: str, body: Any
) -> None:
    await send(provider, named, answer, patterns={BOOKED: PATTERN})
    (asked,) = provider.asked
    assert (asked.path, asked.body) == (path, body)


async def test_what_has_no_pattern_in_its_language_goes_as_text(
    provider: FakeProvider,
) -> None:
    patterns = {BOOKED: PATTERN}
    await send(provider, "smsir", SMSIR_OK, patterns=patterns, language="en")
    assert provider.asked[0].path == "/v1/send/bulk"


async def test_without_a_line_there_is_no_text_to_send() -> None:
    gateway = Https(settings("http://127.0.0.1:1", sender=""))
    with pytest.raises(Permanent, match="no_pattern"):
        await gateway.send(letter())
    await gateway.close()


@pytest.mark.parametrize(
    ("named", "answer", "path", "body"),
    [
        (
            "kavenegar",
            KAVENEGAR_OK,
            "/v1/s3cret%2Fkey/call/maketts.json",
            {"receptor": "09121234567", "message": TEXT, "localid": "17"},
        ),
        (
            "ippanel",
            IPPANEL_OK,
            "/v1/api/send",
            {
                "sending_type": "votp",
                "message": "482916",
                "params": {"recipients": [PHONE]},
            },
        ),
    ],
)
async def test_somebody_is_called_and_told(
    provider: FakeProvider, named: str, answer: Any, path: str, body: Any
) -> None:
    await send(provider, named, answer, channel=Channel.VOICE)
    (asked,) = provider.asked
    assert (asked.path, asked.body) == (path, body)


async def test_a_call_that_says_codes_only_says_nothing_else(
    provider: FakeProvider,
) -> None:
    with pytest.raises(Permanent, match="voice_says_codes_only"):
        await send(provider, "ippanel", {}, channel=Channel.VOICE, variables={})
    with pytest.raises(Permanent, match="no_voice"):
        await send(provider, "smsir", {}, channel=Channel.VOICE)
    assert provider.asked == []


async def test_numbers_abroad_are_dialled_from_here(provider: FakeProvider) -> None:
    await send(provider, "kavenegar", KAVENEGAR_OK, phone="+4915112345678")
    assert provider.asked[0].body["receptor"] == "004915112345678"
