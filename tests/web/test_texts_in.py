"""Somebody sends the code of a request to our number, and is told how it stands."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import select
from twilio.request_validator import RequestValidator

from scheduler import tracked
from scheduler.gateways.twilio_signature import TwilioDesk
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fake_twilio import TOKEN
from tests.web.conftest import SETTINGS
from visitation import cases, wording
from visitation.audit import Actor
from visitation.cases import Raised
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.wording import Template
from visitation.words import CaseKind, CaseSource, CaseState
from web.app import create_app

PUBLIC = "https://visits.example/callbacks/twilio"
PATH = "/callbacks/twilio/incoming"
FROM = "+989121112233"


@pytest.fixture
async def client(
    database: Database, clock: Clock, keyring: Keyring
) -> AsyncIterator[TestClient]:
    app = create_app(
        settings=SETTINGS,
        database=database,
        keyring=keyring,
        clock=clock,
        live=None,
        desks={"twilio": TwilioDesk(auth_token=TOKEN, url=PUBLIC)},
    )
    async with TestClient(TestServer(app, host="localhost")) as opened:
        yield opened


@pytest.fixture
async def raised(database: Database, keyring: Keyring) -> Raised:
    async with database.write() as session:
        world = await make.world(session)
        return await cases.raise_case(
            session,
            kind=CaseKind.PARDON,
            prisoner_id=world.prisoner.id,
            visitor_id=world.visitor.id,
            source=CaseSource.FAMILY,
            keyring=keyring,
            by=Actor.visitor(world.visitor.id),
            now=NOON,
        )


async def _sent(
    client: TestClient, text: str, *, sid: str = "SM1", phone: str = FROM
) -> tuple[int, str]:
    form = {"MessageSid": sid, "From": phone, "Body": text}
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(f"{PUBLIC}/incoming", form)
    headers = {"X-Twilio-Signature": signature}
    answer = await client.post(PATH, data=form, headers=headers)
    return answer.status, await answer.text()


async def _answers(database: Database) -> list[tuple[str, str]]:
    async with database.read() as session:
        rows = await session.exec(
            select(Message.phone, Message.template).where(Message.phone == FROM)
        )
        return [(phone, template) for phone, template in rows]


async def test_a_code_is_answered_once_however_often_it_is_delivered(
    client: TestClient, database: Database, raised: Raised
) -> None:
    for _ in range(2):
        assert await _sent(client, f" {raised.tracking} ") == (200, "<Response/>")

    assert await _answers(database) == [(FROM, Template.CASE_NEWS)]


async def test_what_is_no_code_is_not_answered(
    client: TestClient, database: Database, raised: Raised
) -> None:
    for text in ("0000000000", "سلام", "", "STOP"):
        assert await _sent(client, text, sid=text) == (200, "<Response/>")

    assert await _answers(database) == []


async def test_without_proof_nothing_is_looked_at(
    client: TestClient, database: Database, raised: Raised
) -> None:
    form = {"MessageSid": "SM1", "From": FROM, "Body": raised.tracking}
    answer = await client.post(PATH, data=form)

    assert answer.status == 403
    assert await _answers(database) == []


@pytest.mark.parametrize("phone", ["+12025550123", "+982112345678", "Bank", ""])
async def test_only_mobile_phones_of_the_country_are_answered(
    client: TestClient, database: Database, raised: Raised, phone: str
) -> None:
    assert await _sent(client, raised.tracking, phone=phone) == (200, "<Response/>")
    async with database.read() as session:
        rows = await session.exec(select(Message).where(Message.phone == phone))
        assert rows.all() == []


async def test_guessing_from_one_number_ends_soon(
    client: TestClient, database: Database, raised: Raised
) -> None:
    for turn in range(tracked.BY_NUMBER.most):
        await _sent(client, "0000000000", sid=str(turn))
    await _sent(client, raised.tracking, sid="right")

    assert await _answers(database) == []


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_state_has_a_word(language: str) -> None:
    said = {
        state: wording.decision(tracked.SAID[state], language) for state in CaseState
    }

    assert all(said.values())
