"""Other systems that are told what happens: their pages, and who may see them."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import webhooks
from scheduler.means import Means
from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.webhooks.receiver import Receiver
from visitation.audit import SYSTEM
from visitation.webhooks import deliveries, events, receivers
from visitation.webhooks.deliveries import Outcome
from visitation.webhooks.events import Happening
from visitation.webhooks.tables import Webhook, WebhookDelivery
from visitation.words import PostState, Role, Topic

KEY = "a-key-of-this-page"
TYPED = {
    "label": "سامانهٔ دادگستری",
    "address": "https://receiver.example/events",
    "topics": ["case.step", "visit.closed"],
    "key": KEY,
}


async def _add(site: Site, **typed: object) -> tuple[int, str]:
    response = await site.post("/webhooks", TYPED | typed)
    page = await response.text()
    shown = re.search(r"<code>(whsec_[^<]+)</code>", page)
    return response.status, shown[1] if shown else ""


async def _rows(site: Site) -> list[Webhook]:
    async with site.database.read() as session:
        return list((await session.exec(select(Webhook))).all())


async def _happen(site: Site, *, province: int | None = None) -> None:
    one = Happening(
        reference="evt_1",
        sequence=7,
        topic=Topic.CASE_STEP,
        key="case:one",
        number=1,
        province_id=province,
        at=site.clock(),
        body={"case": "one"},
    )
    async with site.database.write() as session:
        await events.put(session, [one], now=site.clock())


async def _send(site: Site, receiver: Receiver) -> None:
    async def post(address: str, *, headers: dict[str, str], body: bytes) -> Outcome:
        return Outcome(status=receiver.receive(headers, body))

    means = Means(
        clock=site.clock,
        keyring=site.keyring,
        gateways=(),
        node="here",
        randomness=lambda: 1.0,
        post=post,
    )
    await webhooks.send_due(site.database, now=site.clock(), means=means)


async def test_a_secret_is_shown_once_and_works(administrator: Site) -> None:
    status, secret = await _add(administrator)
    again, hidden = await _add(administrator)
    receiver = Receiver(secret, administrator.clock)
    await _happen(administrator)
    await _send(administrator, receiver)

    page = await (await administrator.get(f"/webhooks/{KEY}")).text()
    assert (status, again, hidden) == (200, 409, "")
    assert len(await _rows(administrator)) == 1
    assert receiver.numbers("case:one") == [1]
    assert secret not in page
    assert "evt_1" in page


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"address": "http://receiver.example/"}, 409),
        ({"address": "https://me:secret@receiver.example/"}, 409),
        ({"address": "receiver"}, 409),
        ({"topics": []}, 422),
        ({"topics": ["webhook.test"]}, 409),
        ({"label": ""}, 422),
        ({"province": "999"}, 422),
    ],
)
async def test_what_cannot_be_told_is_refused(
    administrator: Site, typed: dict[str, object], status: int
) -> None:
    assert await _add(administrator, **typed) == (status, "")
    assert await _rows(administrator) == []


async def test_a_test_comes_to_the_one_who_asked(administrator: Site) -> None:
    _status, secret = await _add(administrator)
    receiver = Receiver(secret, administrator.clock)

    await administrator.post(f"/webhooks/{KEY}/test")
    await _send(administrator, receiver)

    (told,) = receiver.kept.values()
    assert (told["type"], told["data"]) == ("webhook.test", {"webhook": KEY})


async def test_another_secret_is_made_once_however_often_the_answer_is_loaded(
    administrator: Site,
) -> None:
    _status, secret = await _add(administrator)
    seen = {"seen": receivers.mark((await _rows(administrator))[0])}

    first = await (await administrator.post(f"/webhooks/{KEY}/rotate", seen)).text()
    again = await administrator.post(f"/webhooks/{KEY}/rotate", seen)

    (row,) = await _rows(administrator)
    good = receivers.secrets_of(
        row, keyring=administrator.keyring, now=administrator.clock()
    )
    assert again.status == 303
    assert good[1] == secret
    assert good[0] in first


async def test_what_failed_is_sent_again(administrator: Site) -> None:
    _status, secret = await _add(administrator)
    receiver = Receiver(secret, administrator.clock)
    await _happen(administrator)
    async with administrator.database.write() as session:
        row = (await session.exec(select(WebhookDelivery))).one()
        row.state, row.trouble = PostState.FAILED, "timeout"
        session.add(row)
    page = await (await administrator.get(f"/webhooks/{KEY}")).text()

    await administrator.post(f"/webhooks/{KEY}/failed")
    await _send(administrator, receiver)

    assert "در ده ثانیه پاسخ نداد" in page
    assert receiver.numbers("case:one") == [1]


async def test_everything_since_a_day_is_sent_again(administrator: Site) -> None:
    await _happen(administrator)
    _status, secret = await _add(administrator)
    receiver = Receiver(secret, administrator.clock)

    wrong = await administrator.post(f"/webhooks/{KEY}/again", {"since": "x"})
    await administrator.post(f"/webhooks/{KEY}/again", {"since": "1405/09/01"})
    await _send(administrator, receiver)

    assert wrong.status == 422
    assert receiver.numbers("case:one") == [1]


async def test_a_system_is_paused_and_goes_on(administrator: Site) -> None:
    _status, secret = await _add(administrator)
    receiver = Receiver(secret, administrator.clock)
    await administrator.post(f"/webhooks/{KEY}/pause")
    await _happen(administrator)
    await _send(administrator, receiver)
    paused = receiver.asked

    await administrator.post(f"/webhooks/{KEY}/resume")
    await _send(administrator, receiver)

    assert (paused, receiver.asked) == (0, 1)


async def test_a_system_is_removed_and_gone(administrator: Site) -> None:
    await _add(administrator)

    asked = await administrator.get(f"/webhooks/{KEY}/remove")
    await administrator.post(f"/webhooks/{KEY}/remove")
    gone = await administrator.get(f"/webhooks/{KEY}")

    assert (asked.status, gone.status) == (200, 404)
    (row,) = await _rows(administrator)
    assert (row.secret_sealed, row.previous_sealed) == (b"", None)


async def test_who_reaches_a_province_has_its_events_sent_and_no_others(
    site: Site, world: World
) -> None:
    province = world.prison.province_id
    await site.sign_in(Role.ADMINISTRATOR, provinces=[province])

    everywhere = await _add(site)
    own, _secret = await _add(site, province=str(province))
    async with site.database.write() as session:
        other = await make.province(session, name="یزد")
        row, _hidden = await receivers.add(
            session,
            reference="of-another-province",
            label="سامانهٔ دیگر",
            address="https://receiver.example/",
            topics=[Topic.CASE_STEP],
            province_id=other.id,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    index = await (await site.get("/webhooks")).text()

    assert (everywhere, own) == ((422, ""), 200)
    assert row.label not in index
    assert (await site.get("/webhooks/of-another-province")).status == 404
    await _happen(site, province=other.id)
    async with site.database.read() as session:
        counted = await deliveries.standing(session)
    assert set(counted) == {row.id}


async def test_others_do_not_see_the_page(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    assert (await site.get("/webhooks")).status == 404


async def test_a_system_that_does_not_answer_is_shown(administrator: Site) -> None:
    await _add(administrator)
    receiver = Receiver("", administrator.clock)
    receiver.is_up = False
    await _happen(administrator)
    await _send(administrator, receiver)
    administrator.clock.forward(timedelta(minutes=1))

    page = await (await administrator.get("/webhooks")).text()

    assert "پاسخ نمی‌دهد" in page
