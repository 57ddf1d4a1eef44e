"""An administrator tries a gateway with a message to their own phone."""

import random

import pytest
from sqlmodel import select

from scheduler.gateways.gateway import Misconfigured, Permanent, Temporary, Unknown
from scheduler.means import Means
from tests.scheduler.fakes import FakeGateway
from tests.web.conftest import Site
from tests.web.worlds import english, text
from visitation.audit.tables import AuditEntry
from visitation.wording import Template
from visitation.words import Role
from web.machine import MEANS

PHONE = "+989121234567"
TYPED = {"gateway": "fake", "template": Template.BOOKED.value, "language": "en"}


@pytest.fixture
def gateway(site: Site) -> FakeGateway:
    made = FakeGateway()
    app = site.client.app
    assert app is not None
    app._state[MEANS] = Means(
        clock=site.clock,
        keyring=site.keyring,
        gateways=(made,),
        node="here:1",
        randomness=random.random,
    )
    return made


async def kept(site: Site) -> list[dict[str, object]]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "test_message")
        )
        return [one.facts for one in rows.all()]


async def test_it_goes_to_ones_own_phone_through_the_gateway(
    site: Site, gateway: FakeGateway
) -> None:
    await site.sign_in(Role.ADMINISTRATOR, phone=PHONE)
    await english(site)
    page = await text(await site.post("/gateways", {**TYPED, "phone": "+989120000000"}))
    assert "fake took the message" in page
    (letter,) = gateway.letters
    assert letter.phone == PHONE
    assert "482916" in letter.text
    (facts,) = await kept(site)
    assert (facts["gateway"], facts["became"]) == ("fake", "taken")
    assert PHONE not in str(facts)
    assert "Works" in await text(await site.get("/gateways"))


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (Permanent("411"), "will not send this message (code “411”)"),
        (Misconfigured("403"), "does not accept our account"),
        (Temporary("503"), "did not take the message just now"),
        (Unknown("timeout"), "may arrive or not"),
    ],
)
async def test_what_the_provider_answers_is_told(
    site: Site, gateway: FakeGateway, failure: Exception, says: str
) -> None:
    await site.sign_in(Role.ADMINISTRATOR, phone=PHONE)
    await english(site)
    gateway.failing = [failure]
    assert says in await text(await site.post("/gateways", TYPED))
    assert len(await kept(site)) == 1


async def test_it_is_not_sent_again_and_again(site: Site, gateway: FakeGateway) -> None:
    await site.sign_in(Role.ADMINISTRATOR, phone=PHONE)
    for _ in range(5):
        assert (await site.post("/gateways", TYPED)).status == 200
    assert (await site.post("/gateways", TYPED)).status == 429
    assert len(gateway.letters) == 5


async def test_without_a_phone_or_a_gateway_nothing_is_sent(
    site: Site, gateway: FakeGateway
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    await english(site)
    response = await site.post("/gateways", TYPED)
    assert response.status == 422
    assert "Your account has no phone number" in await text(response)
    assert gateway.letters == []


async def test_auditors_change_and_send_nothing(site: Site) -> None:
    await site.sign_in(Role.AUDITOR, phone=PHONE)
    assert (await site.post("/gateways", TYPED)).status == 404
