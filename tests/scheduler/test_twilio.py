"""The official client on the wire, to a provider of ours that behaves like Twilio."""

import asyncio
import base64
import inspect
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import unused_port
from twilio.rest.api.v2010.account.message import MessageInstance

from scheduler.gateways import (
    Delivery,
    Fate,
    Misconfigured,
    OptedOut,
    Permanent,
    Sent,
    Temporary,
    Twilio,
    TwilioSettings,
    Unknown,
)
from scheduler.gateways.twilio_errors import CODES, FATES
from tests.scheduler.fake_twilio import (
    FAILS_AFTER_TAKING,
    HANGS_UP_AFTER_TAKING,
    SID,
    TIMES_OUT_AFTER_TAKING,
    TOKEN,
    FakeTwilio,
    Turn,
    refused,
)
from tests.scheduler.letters import PHONE, TEXT, letter

PATH = f"/2010-04-01/Accounts/{SID}/Messages.json"
CALLBACK = "https://visits.example/callbacks/twilio"


@pytest.fixture
async def provider() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio().serving() as fake:
        yield fake


@pytest.fixture
async def twilio(provider: FakeTwilio) -> AsyncIterator[Twilio]:
    gateway = Twilio(settings(provider.base_url))
    yield gateway
    await gateway.close()


def settings(base_url: str, **changes) -> TwilioSettings:
    values = {
        "account_sid": SID,
        "auth_token": TOKEN,
        "sender": "+15005550006",
        "timeout_seconds": 2.0,
        "base_url": base_url,
    }
    return TwilioSettings(**(values | changes))


async def send(provider: FakeTwilio, **changes) -> Sent:
    gateway = Twilio(settings(provider.base_url, **changes))
    try:
        return await gateway.send(letter())
    finally:
        await gateway.close()


async def test_a_message_is_one_authenticated_form(provider: FakeTwilio) -> None:
    sent = await send(provider, status_callback=CALLBACK)
    form = {
        "To": PHONE,
        "From": "+15005550006",
        "Body": TEXT,
        "ValidityPeriod": "14400",
        "StatusCallback": CALLBACK,
    }
    assert provider.requests == [("POST", PATH, form)]
    (held,) = provider.messages
    assert (sent, held.form) == (Sent(gateway_id=held.sid), form)


async def test_a_messaging_service_takes_the_place_of_a_sender(
    provider: FakeTwilio,
) -> None:
    await send(provider, messaging_service_sid="MG1", validity_seconds=600)
    assert provider.messages[0].form == {
        "To": PHONE,
        "MessagingServiceSid": "MG1",
        "Body": TEXT,
        "ValidityPeriod": "600",
    }


@pytest.mark.parametrize(
    ("worth", "asked"),
    [
        (timedelta(minutes=5), "300"),
        (timedelta(days=2), "14400"),
        (timedelta(seconds=1), "5"),
    ],
)
async def test_twilio_keeps_a_message_no_longer_than_it_is_worth(
    provider: FakeTwilio, twilio: Twilio, worth: timedelta, asked: str
) -> None:
    await twilio.send(letter(validity=worth))
    assert provider.messages[0].form["ValidityPeriod"] == asked


async def test_a_wrong_token_is_the_account_not_the_message(
    provider: FakeTwilio,
) -> None:
    with pytest.raises(Misconfigured, match="20003"):
        await send(provider, auth_token="another")
    assert provider.messages == []


async def test_whoever_wrote_stop_is_known(provider: FakeTwilio) -> None:
    provider.opted_out.add(PHONE)
    with pytest.raises(OptedOut, match="21610"):
        await send(provider)


@pytest.mark.parametrize(
    ("turn", "failure"),
    [
        (refused(20429), Temporary("20429")),
        (Turn(takes=False, status=429), Temporary("429")),
        (refused(20503), Temporary("20503")),
        (refused(21611), Temporary("21611")),
        (refused(30022), Temporary("30022")),
        (refused(20404), Misconfigured("20404")),
        (refused(21606), Misconfigured("21606")),
        (refused(30002), Misconfigured("30002")),
        (Turn(takes=False, status=403), Misconfigured("403")),
        (refused(21211), Permanent("21211")),
        (refused(21408), Permanent("21408")),
        (refused(21610), OptedOut("21610")),
        (refused(99999), Permanent("99999")),
        (refused(99999, 502), Unknown("99999")),
        (Turn(takes=False, status=502), Unknown("502")),
        (FAILS_AFTER_TAKING, Unknown("20500")),
        (HANGS_UP_AFTER_TAKING, Unknown("disconnected")),
        (Turn(says="<html>gateway</html>"), Unknown("unreadable_answer")),
        (Turn(takes=False, status=503, says="<html>busy</html>"), Temporary("503")),
    ],
)
async def test_each_failure_says_what_to_do_next(
    provider: FakeTwilio, twilio: Twilio, turn: Turn, failure: Temporary
) -> None:
    provider.turns.append(turn)
    with pytest.raises(type(failure)) as raised:
        await twilio.send(letter())
    assert (type(raised.value), raised.value.code) == (type(failure), failure.code)
    assert len(provider.requests) == 1


async def test_an_answer_that_does_not_come_in_time_is_unknown_and_found_later(
    provider: FakeTwilio,
) -> None:
    provider.turns.append(TIMES_OUT_AFTER_TAKING)
    gateway = Twilio(settings(provider.base_url, timeout_seconds=0.3))
    before = datetime.now(UTC)
    with pytest.raises(Unknown, match="timeout"):
        await gateway.send(letter())
    (held,) = provider.messages
    found = await gateway.find(letter(), since=before)
    await gateway.close()
    assert found == Sent(gateway_id=held.sid)


async def test_only_the_same_words_to_the_same_number_since_then_are_found(
    provider: FakeTwilio, twilio: Twilio
) -> None:
    sent = await twilio.send(letter())
    now = datetime.now(UTC)
    assert await twilio.find(letter(), since=now) == sent
    assert await twilio.find(letter(text="another"), since=now) is None
    assert await twilio.find(letter(phone="+989120000000"), since=now) is None
    assert await twilio.find(letter(), since=now + timedelta(hours=1)) is None
    provider.hides = True
    assert await twilio.find(letter(), since=now) is None


async def test_a_list_in_pages_is_read_as_far_as_it_matters(
    provider: FakeTwilio, twilio: Twilio
) -> None:
    sent = await twilio.send(letter())
    for number in range(30):
        await twilio.send(letter(text=f"{number}"))
    provider.largest_page = 10
    assert await twilio.find(letter(), since=datetime.now(UTC)) == sent
    assert [path for method, path, _ in provider.requests if method == "GET"] == (
        [PATH] * 4
    )


@pytest.mark.parametrize("code", [20429, 20003, 20500])
async def test_what_cannot_be_asked_now_is_asked_later(
    provider: FakeTwilio, twilio: Twilio, code: int
) -> None:
    sent = await twilio.send(letter())
    provider.unwell = code
    with pytest.raises(Temporary):
        await twilio.find(letter(), since=datetime.now(UTC))
    with pytest.raises(Temporary, match=str(code)):
        await twilio.delivery(sent.gateway_id)


async def test_what_became_of_a_message_can_be_asked(
    provider: FakeTwilio, twilio: Twilio
) -> None:
    sent = await twilio.send(letter())
    (held,) = provider.messages
    seen = []
    for status, code in (("queued", None), ("delivered", None), ("undelivered", 30005)):
        provider.advance(held, status, code=code)
        seen.append(await twilio.delivery(sent.gateway_id))
    provider.advance(held, "received")
    assert await twilio.delivery(sent.gateway_id) is None
    assert seen == [
        Delivery(gateway_id=held.sid, fate=Fate.QUEUED, status="queued"),
        Delivery(gateway_id=held.sid, fate=Fate.DELIVERED, status="delivered"),
        Delivery(
            gateway_id=held.sid,
            fate=Fate.UNDELIVERED,
            status="undelivered",
            code="30005",
        ),
    ]


async def test_a_service_that_cannot_be_reached_did_not_take_it() -> None:
    gateway = Twilio(settings(f"http://127.0.0.1:{unused_port()}"))
    with pytest.raises(Temporary, match="unreachable"):
        await gateway.send(letter())
    await gateway.close()


async def test_many_messages_share_one_gateway(
    provider: FakeTwilio, twilio: Twilio
) -> None:
    sent = await asyncio.gather(*(twilio.send(letter(text=str(n))) for n in range(20)))
    assert {one.gateway_id for one in sent} == {held.sid for held in provider.messages}
    assert len(provider.messages) == 20


async def test_numbers_words_and_accounts_stay_out_of_the_log(
    provider: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await send(provider)
    own = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
    ours = [r.getMessage() for r in caplog.records if r.name != "aiohttp.access"]
    for secret in (PHONE, "۴۸۲۹۱۶", SID, TOKEN, own):
        assert secret not in "".join(ours)


def test_the_settings_keep_the_token_to_themselves() -> None:
    assert TOKEN not in repr(settings("http://127.0.0.1"))


def test_every_fate_is_said_by_some_status_and_every_kind_of_failure_by_some_code() -> (
    None
):
    assert set(FATES.values()) == set(Fate)
    assert set(CODES.values()) == {
        Temporary,
        Permanent,
        OptedOut,
        Misconfigured,
        Unknown,
    }


async def test_the_provider_shows_what_the_vendors_client_reads(
    provider: FakeTwilio,
) -> None:
    """The client is generated from Twilio's own description of its interface."""
    await send(provider)
    shown = provider.shown(provider.messages[0])
    read = inspect.getsource(MessageInstance.__init__)
    assert set(shown) == set(re.findall(r'payload\.get\(\s*"(\w+)"', read))


def test_every_status_of_what_we_send_has_a_fate() -> None:
    stated = {v for k, v in vars(MessageInstance.Status).items() if k.isupper()}
    assert stated - set(FATES) == {"receiving", "received", "partially_delivered"}
    assert set(FATES) <= stated


async def test_nobody_can_tell_of_a_message_that_twilio_does_not_have(
    twilio: Twilio, provider: FakeTwilio
) -> None:
    assert await twilio.delivery("SM" + "0" * 32) is None
