from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.web.conftest import Site
from tests.web.reading import found_by, rows, sent_to, text
from visitation.people import Contact, Visitor
from visitation.words import ContactState, Relation

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("english")


async def test_a_new_visitor_of_a_prisoner_is_added_and_linked(
    scheduler: Site, world: World
) -> None:
    start = f"/prisoners/{world.prisoner.id}"
    assert f"{start}/visitors/new" in await text(scheduler, f"{start}/contacts/new")
    await text(scheduler, f"{start}/visitors/new")
    await text(scheduler, f"{start}/visitors/new", {"name": ""}, status=422)
    typed = {"name": "علی کریمی", "phone": "0912 000 1111", "language": "fa"}
    path = await sent_to(scheduler, f"{start}/visitors/new", typed)
    (added,) = await rows(scheduler, Visitor, Visitor.name == "علی کریمی")
    assert path == f"{start}/contacts/new?visitor={added.id}"
    page = await text(scheduler, path)
    assert f'value="{added.id}" checked' in page
    again = await text(scheduler, f"{start}/visitors/new", typed, status=409)
    assert "is known" in again
    link = {"visitor": str(added.id), "relation": "sibling"}
    assert await sent_to(scheduler, f"{start}/contacts/new", link) == start
    (contact,) = await rows(scheduler, Contact, Contact.visitor_id == added.id)
    assert (contact.relation, contact.state) == (
        Relation.SIBLING,
        ContactState.REQUESTED,
    )
    assert "Waiting for a decision" in await text(scheduler, start)


async def test_a_known_visitor_is_looked_for_and_approved_at_once(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        aunt = await make.visitor(session, name="معصومه كريمي")
    path = f"/prisoners/{world.prisoner.id}/contacts/new"
    found = await found_by(scheduler, path, "معصومه کریمی")
    assert f'value="{aunt.id}" checked' in found
    assert "Try a shorter piece" in await found_by(scheduler, path, "zzz")
    typed = {
        "text": "معصومه",
        "visitor": str(aunt.id),
        "relation": "relative",
        "approved": "on",
    }
    await sent_to(scheduler, path, typed)
    (contact,) = await rows(scheduler, Contact, Contact.visitor_id == aunt.id)
    assert contact.state is ContactState.APPROVED
    again = await text(scheduler, path, typed, status=409)
    assert "already a contact" in again
    lost = await text(scheduler, path, typed | {"relation": ""}, status=422)
    assert "معصومه" in lost
    assert "Fill this in" in lost
    await text(scheduler, path, {"relation": "friend"}, status=422)


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ({"state": "approved"}, ContactState.APPROVED),
        ({"state": "refused", "reason": "نسبت نادرست"}, ContactState.REFUSED),
        ({"state": "suspended", "reason": "بررسی"}, ContactState.SUSPENDED),
    ],
)
async def test_a_contact_is_decided(
    scheduler: Site, world: World, typed: dict[str, str], state: ContactState
) -> None:
    path = f"/contacts/{world.contact.id}"
    assert "زهرا کریمی visits رضا کریمی" in await text(scheduler, path)
    assert await sent_to(scheduler, path, typed) == path
    (found,) = await rows(scheduler, Contact)
    assert (found.state, found.reason, found.banned_until) == (
        state,
        typed.get("reason", ""),
        None,
    )


async def test_a_ban_ends_after_its_last_day_and_names_what_is_booked(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + HOUR)
    path = f"/contacts/{world.contact.id}"
    typed = {"state": "banned", "reason": "درگیری", "banned_until": "۱۴۰۵/۰۹/۱۰"}
    assert await sent_to(scheduler, path, typed) == path
    (found,) = await rows(scheduler, Contact)
    assert found.banned_until == datetime(2026, 12, 1, 20, 30, tzinfo=UTC)
    page = await text(scheduler, path)
    assert "They may not come, and visits are still booked" in page
    assert f"/visits/{visit.reference}" in page
    assert 'value="2026-12-01"' in page
    prisoner = await text(scheduler, f"/prisoners/{world.prisoner.id}")
    assert "until 1 December 2026 (10 Azar 1405)" in prisoner
    scheduler.clock.forward(timedelta(hours=1))
    async with scheduler.database.write() as session:
        contact = await session.get_one(Contact, world.contact.id)
        contact.banned_until = NOON
    prisoner = await text(scheduler, f"/prisoners/{world.prisoner.id}")
    assert "Ban is over" in prisoner


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"state": ""}, 422, "Fill this in"),
        ({"state": "requested", "reason": "متن"}, 422, "Choose one from the list"),
        ({"state": "refused", "reason": ""}, 409, "Give the reason"),
        ({"state": "banned", "reason": "متن"}, 409, "needs a last day"),
        (
            {"state": "banned", "reason": "متن", "banned_until": "1405/09/01"},
            409,
            "needs a last day",
        ),
        (
            {"state": "banned", "reason": "متن", "banned_until": "soon"},
            422,
            "Give a day",
        ),
    ],
)
async def test_a_decision_that_makes_no_sense_is_refused_and_nothing_is_lost(
    scheduler: Site,
    world: World,
    typed: dict[str, Any],
    status: int,
    sentence: str,
) -> None:
    page = await text(scheduler, f"/contacts/{world.contact.id}", typed, status=status)
    assert sentence in page
    assert typed.get("reason", "") in page
    (found,) = await rows(scheduler, Contact)
    assert found.state is ContactState.APPROVED
