"""A real request on the wire, to a server of ours that answers as Twilio does."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from scheduler.gateways import (
    Letter,
    Permanent,
    Sent,
    Temporary,
    Twilio,
    TwilioSettings,
    Unknown,
)
from visitation.wording import Template
from visitation.words import Channel

SID = "AC00000000000000000000000000000001"
PATH = f"/2010-04-01/Accounts/{SID}/Messages.json"
TEXT = "ملاقات سه‌شنبه ۳ آذر ۱۰:۰۰، دفتر. کد ورود: ۴۸۲۹۱۶"
TAKEN = {"sid": "SM00000000000000000000000000000001", "status": "accepted"}


def letter(reference: str = "17", text: str = TEXT) -> Letter:
    return Letter(
        reference=reference,
        phone="+989121234567",
        text=text,
        template=Template.BOOKED,
        language="fa",
        variables={},
        channel=Channel.SMS,
        validity=timedelta(hours=4),
    )


class FakeTwilio:
    """Remembers requests; answers with a status and a body, late or not at all."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.authorization = ""
        self.status = 201
        self.body: object = TAKEN
        self.pause = 0.0
        self.hangs_up = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.requests.append((request.method, request.path, form))
        self.authorization = request.headers["Authorization"]
        await asyncio.sleep(self.pause)
        if self.hangs_up:
            assert request.transport
            request.transport.abort()
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body)
        return web.json_response(self.body, status=self.status)


@pytest.fixture
def provider() -> FakeTwilio:
    return FakeTwilio()


@pytest.fixture
async def base_url(provider: FakeTwilio) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.answer)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


def settings(base_url: str, **changes) -> TwilioSettings:
    values = {
        "account_sid": SID,
        "auth_token": "secret",
        "sender": "+15005550006",
        "timeout_seconds": 0.5,
        "base_url": base_url,
    }
    return TwilioSettings(**(values | changes))


async def send(base_url: str, **changes) -> Sent:
    gateway = Twilio(settings(base_url, **changes))
    try:
        return await gateway.send(letter())
    finally:
        await gateway.close()


async def test_a_message_is_one_authenticated_form(
    provider: FakeTwilio, base_url: str
) -> None:
    assert await send(base_url) == Sent(gateway_id=TAKEN["sid"])
    assert provider.requests == [
        (
            "POST",
            PATH,
            {
                "To": "+989121234567",
                "From": "+15005550006",
                "Body": TEXT,
                "ValidityPeriod": "14400",
            },
        )
    ]
    expected = base64.b64encode(f"{SID}:secret".encode()).decode()
    assert provider.authorization == f"Basic {expected}"


async def test_a_messaging_service_takes_the_place_of_a_sender(
    provider: FakeTwilio, base_url: str
) -> None:
    await send(base_url, messaging_service_sid="MG1", validity_seconds=600)
    ((_, _, form),) = provider.requests
    assert form == {
        "To": "+989121234567",
        "MessagingServiceSid": "MG1",
        "Body": TEXT,
        "ValidityPeriod": "600",
    }


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (429, 20429, Temporary("20429")),
        (429, None, Temporary("429")),
        (503, 20503, Temporary("20503")),
        (401, 20003, Temporary("20003")),
        (404, 20404, Temporary("20404")),
        (500, 20500, Unknown("20500")),
        (502, None, Unknown("502")),
        (400, 21211, Permanent("21211")),
        (400, 21408, Permanent("21408")),
        (400, 21610, Permanent("21610")),
        (400, 30022, Temporary("30022")),
        (400, 99999, Permanent("99999")),
    ],
)
async def test_each_error_says_whether_it_may_be_sent_again(
    provider: FakeTwilio,
    base_url: str,
    status: int,
    code: int | None,
    failure: Exception,
) -> None:
    provider.status = status
    provider.body = {"message": "no", "status": status} | (
        {"code": code} if code else {}
    )
    with pytest.raises(type(failure)) as raised:
        await send(base_url)
    assert raised.value.code == failure.code
    assert len(provider.requests) == 1


async def test_an_answer_that_does_not_come_in_time_is_unknown(
    provider: FakeTwilio, base_url: str
) -> None:
    provider.pause = 2
    with pytest.raises(Unknown, match="timeout"):
        await send(base_url)
    assert len(provider.requests) == 1


async def test_a_connection_that_breaks_is_unknown(
    provider: FakeTwilio, base_url: str
) -> None:
    provider.hangs_up = True
    with pytest.raises(Unknown, match="disconnected"):
        await send(base_url)
    assert len(provider.requests) == 1


async def test_an_answer_that_is_no_json_is_unknown(
    provider: FakeTwilio, base_url: str
) -> None:
    provider.body = "<html>gateway</html>"
    with pytest.raises(Unknown, match="unreadable_answer"):
        await send(base_url)


async def test_an_error_that_is_no_json_is_told_by_its_status(
    provider: FakeTwilio, base_url: str
) -> None:
    provider.status, provider.body = 503, "<html>busy</html>"
    with pytest.raises(Temporary, match="503"):
        await send(base_url)


async def test_a_service_that_cannot_be_reached_did_not_take_it() -> None:
    with pytest.raises(Temporary, match="unreachable"):
        await send(f"http://127.0.0.1:{unused_port()}")


async def test_many_messages_share_one_gateway(
    provider: FakeTwilio, base_url: str
) -> None:
    gateway = Twilio(settings(base_url, timeout_seconds=5.0))
    sent = await asyncio.gather(*(gateway.send(letter(str(n))) for n in range(20)))
    await gateway.close()
    assert len(sent) == len(provider.requests) == 20


def test_the_settings_keep_the_token_to_themselves() -> None:
    assert "secret" not in repr(settings("http://127.0.0.1"))
