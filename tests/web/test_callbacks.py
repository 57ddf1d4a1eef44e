"""What providers post is believed only with proof, and then written down once."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import select

from scheduler.gateways import Twilio, TwilioSettings, description
from scheduler.gateways.callbacks import Desk
from scheduler.gateways.description import Callback
from scheduler.gateways.http_callback import HttpDesk
from scheduler.gateways.twilio_signature import TwilioDesk
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fake_twilio import SID, TOKEN, FakeTwilio, Held
from tests.scheduler.letters import PHONE, letter
from tests.scheduler.test_booking import book
from tests.web.conftest import SETTINGS
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import DeliveryEvent, Message, OptOut
from web.app import create_app

PUBLIC = "https://visits.example/callbacks/twilio"
KEY = "0123456789abcdef"


@pytest.fixture
def desks() -> dict[str, Desk]:
    kavenegar = description.read("kavenegar")
    assert kavenegar.callback is not None
    return {
        "twilio": TwilioDesk(auth_token=TOKEN, url=PUBLIC),
        "kavenegar": HttpDesk(
            description=kavenegar, callback=kavenegar.callback, secret=KEY
        ),
        "other": HttpDesk(
            description=kavenegar,
            callback=Callback(
                id="data.id", status="data.state", code="data.why", header="X-Secret"
            ),
            secret="agreed",
        ),
    }


@pytest.fixture
async def client(
    database: Database, clock: Clock, keyring: Keyring, desks: dict[str, Desk]
) -> AsyncIterator[TestClient]:
    app = create_app(
        settings=SETTINGS,
        database=database,
        keyring=keyring,
        clock=clock,
        live=None,
        desks=desks,
    )
    async with TestClient(TestServer(app, host="localhost")) as opened:
        yield opened


@pytest.fixture
async def provider() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio().serving() as fake:
        yield fake


@pytest.fixture
async def held(database: Database, keyring: Keyring, provider: FakeTwilio) -> Held:
    """A message that Twilio took, and that we know it by."""
    gateway = Twilio(
        TwilioSettings(
            account_sid=SID,
            auth_token=TOKEN,
            sender="+15005550006",
            status_callback=PUBLIC,
            base_url=provider.base_url,
        )
    )
    sent = await gateway.send(letter())
    await gateway.close()
    await accepted(database, keyring, "twilio", sent.gateway_id)
    return provider.messages[0]


async def accepted(
    database: Database, keyring: Keyring, gateway: str, gateway_id: str
) -> None:
    async with database.write() as session:
        await book(session, await make.world(session), keyring)
        (message,) = (await session.exec(select(Message))).all()
        message.state = MessageState.ACCEPTED
        message.gateway, message.gateway_id = gateway, gateway_id
        message.sent_at = NOON


async def known(database: Database) -> tuple[MessageState, list[str]]:
    """Where the message stands, and every word that was told of it."""
    async with database.read() as session:
        (message,) = (await session.exec(select(Message))).all()
        events = (await session.exec(select(DeliveryEvent.status))).all()
    return message.state, sorted(events)


def here(client: TestClient, path: str = "/callbacks/twilio") -> str:
    return str(client.make_url(path))


async def test_a_signed_callback_says_that_it_was_delivered(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    assert await provider.call_back(held, "delivered", to=here(client)) == 204
    assert await known(database) == (MessageState.DELIVERED, ["delivered"])


async def test_out_of_order_and_twice_it_stays_delivered(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    for status in ("delivered", "sent", "queued", "delivered", "sent"):
        assert await provider.call_back(held, status, to=here(client)) == 204
    assert await known(database) == (
        MessageState.DELIVERED,
        ["delivered", "queued", "sent"],
    )


async def test_without_a_signature_or_with_anothers_nothing_is_looked_at(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    to = here(client)
    wrong = (
        {"signed": False},
        {"token": "another account's"},
        {"url": "https://elsewhere.example/callbacks/twilio"},
        {"url": to},
    )
    for how in wrong:
        assert await provider.call_back(held, "delivered", to=to, **how) == 403
    assert await known(database) == (MessageState.ACCEPTED, [])


async def test_a_form_that_was_altered_on_the_way_is_refused(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    form = {"MessageSid": held.sid, "MessageStatus": "sent"}
    headers = {"X-Twilio-Signature": "ö" * 20}
    answer = await client.post("/callbacks/twilio", data=form, headers=headers)
    assert (answer.status, await answer.text()) == (403, "")
    to = here(client, "/callbacks/twilio?MessageStatus=delivered")
    assert await provider.call_back(held, "sent", to=to) == 403
    assert await known(database) == (MessageState.ACCEPTED, [])


async def test_what_is_no_form_proves_nothing(
    client: TestClient, held: Held, database: Database
) -> None:
    parts = aiohttp.FormData({"MessageSid": held.sid})
    parts.add_field("MessageStatus", b"delivered", filename="status")
    for sent in ({"data": parts}, {"data": b"\xff\xfe"}, {"json": ["delivered"]}):
        assert (await client.post("/callbacks/twilio", **sent)).status == 403
    assert await known(database) == (MessageState.ACCEPTED, [])


async def test_what_was_not_delivered_says_why(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    to = here(client)
    assert await provider.call_back(held, "undelivered", code=30005, to=to) == 204
    async with database.read() as session:
        (message,) = (await session.exec(select(Message))).all()
        assert (await session.exec(select(OptOut))).all() == []
    assert (message.state, message.error) == (MessageState.UNDELIVERED, "30005")


async def test_whoever_wrote_stop_is_remembered(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    to = here(client)
    assert await provider.call_back(held, "failed", code=21610, to=to) == 204
    async with database.read() as session:
        (wanted_none,) = (await session.exec(select(OptOut))).all()
    assert wanted_none.gateway == "twilio"
    assert PHONE not in wanted_none.phone_fingerprint


async def test_a_status_that_says_nothing_is_taken_and_left(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    assert await provider.call_back(held, "received", to=here(client)) == 204
    assert await known(database) == (MessageState.ACCEPTED, [])


async def test_what_comes_before_we_know_the_message_is_kept(
    client: TestClient, provider: FakeTwilio, held: Held, database: Database
) -> None:
    stranger = Held(
        sid="SM0f",
        to=PHONE,
        body="",
        created=held.created,
        form={"StatusCallback": PUBLIC},
    )
    assert await provider.call_back(stranger, "delivered", to=here(client)) == 204
    assert await known(database) == (MessageState.ACCEPTED, ["delivered"])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_described_provider_proves_itself_by_its_address(
    client: TestClient, database: Database, keyring: Keyring, method: str
) -> None:
    await accepted(database, keyring, "kavenegar", "8792343")
    told = {"messageid": "8792343", "status": "10"}
    path = "/callbacks/http/kavenegar"
    sent = {"params": told} if method == "GET" else {"data": told}
    wrong = await client.request(method, f"{path}/0123456789abcdee", **sent)
    assert (wrong.status, await wrong.text()) == (403, "")
    assert await known(database) == (MessageState.ACCEPTED, [])
    right = await client.request(method, f"{path}/{KEY}", **sent)
    assert right.status == 204
    assert await known(database) == (MessageState.DELIVERED, ["10"])


async def test_or_by_a_secret_in_a_header(
    client: TestClient, database: Database, keyring: Keyring
) -> None:
    await accepted(database, keyring, "other", "7")
    told = {"data": {"id": 7, "state": 11, "why": "off"}}
    for headers in ({}, {"X-Secret": "guessed"}):
        answer = await client.post("/callbacks/http/other", json=told, headers=headers)
        assert answer.status == 403
    answer = await client.post(
        "/callbacks/http/other?from=them", json=told, headers={"x-secret": "agreed"}
    )
    assert answer.status == 204
    assert await known(database) == (MessageState.UNDELIVERED, ["11"])


async def test_a_gateway_that_is_not_used_has_no_address(client: TestClient) -> None:
    for path in ("/callbacks/http/console", "/callbacks/http/nobody/x"):
        assert (await client.post(path)).status == 404


async def test_another_sites_page_may_not_post_here(client: TestClient) -> None:
    headers = {"Origin": "https://evil.example"}
    answer = await client.post("/callbacks/twilio", headers=headers)
    assert answer.status == 403


async def test_a_secret_in_no_alphabet_is_no_secret(client: TestClient) -> None:
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(
            b"POST /callbacks/http/other HTTP/1.1\r\nHost: localhost\r\n"
            b"X-Secret: \xff\xfe\r\nContent-Length: 0\r\n"
            b"Connection: close\r\n\r\n"
        )
        status = await reader.readline()
        writer.close()
    assert status.split()[1] == b"403"
