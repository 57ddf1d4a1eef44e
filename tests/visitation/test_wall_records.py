"""What the wall keeps and reads, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.visitation.test_jpeg import picture, with_place
from tests.web.day import booked
from visitation import devices, people
from visitation.audit import SYSTEM, Actor, note
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.devices import LoginSession, SessionLife
from visitation.errors import Invalid, NotAllowed
from visitation.keyring import Keyring
from visitation.people import jpeg, photos, pins
from visitation.people.jpeg import NotAPicture
from visitation.visits import cards, changes, incidents
from visitation.visits.cards import Card
from visitation.visits.changes import Change
from visitation.words import IncidentKind, Relation, Role

ACT = {"by": SYSTEM, "now": NOON}
LIFE = SessionLife(idle=timedelta(hours=1), longest=timedelta(hours=8))


async def test_an_incident_says_what_when_and_who(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = (await booked(session, world, keyring, starts_at=NOON)).visit
        warden = await make.account(session, Role.WARDEN, name="Ahmadi")
        by = Actor.account(warden.id, Role.WARDEN)
        about = {"keyring": keyring, "now": NOON}
        await incidents.report(
            session, visit, kind=IncidentKind.HEALTH, text=" Fainted. ", by=by, **about
        )
        for text, code in (("  ", "missing"), ("x" * 1001, "too_long")):
            with pytest.raises(Invalid, match=code):
                await incidents.report(
                    session, visit, kind=IncidentKind.OTHER, text=text, by=by, **about
                )
        with pytest.raises(NotAllowed):
            await incidents.report(
                session, visit, kind=IncidentKind.OTHER, text="?", by=SYSTEM, **about
            )

        assert list(await incidents.of(session, visit_id=visit.id)) == [
            incidents.Reported(
                kind=IncidentKind.HEALTH, text="Fainted.", at=NOON, by="Ahmadi"
            )
        ]


async def test_cards_say_who_is_who_without_saying_the_id(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOON)
        await photos.keep(session, world.visitor, picture(), keyring=keyring, **ACT)
        await session.flush()

        found = await cards.of(session, visit_ids=[made.visit.id], keyring=keyring)

        assert found == {
            made.prisoner.reference: Card(national_id=""),
            made.visitor.reference: Card(
                national_id="",
                relation=Relation(world.contact.relation),
                has_photo=True,
            ),
        }
        assert await cards.of(session, visit_ids=[], keyring=keyring) == {}


async def test_a_photo_is_sealed_replaced_and_forgotten(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        whose = {"prisoner_id": world.prisoner.id, "keyring": keyring}
        for size in (32, 48):
            content = with_place(picture(width=size))
            await photos.keep(session, world.prisoner, content, keyring=keyring, **ACT)
            await session.flush()
        kept = (await session.exec(select(people.tables.Photo))).one()

        assert jpeg.plain(picture(width=48)) not in kept.sealed
        assert await photos.of(session, **whose) == jpeg.plain(picture(width=48))
        with pytest.raises(NotAPicture):
            await photos.keep(session, world.prisoner, b"?", keyring=keyring, **ACT)
        await photos.remove(session, world.prisoner, **ACT)
        assert await photos.of(session, **whose) is None
        assert await photos.of(session, keyring=keyring) is None


async def test_a_pin_is_replaced_and_colleagues_share_a_place(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        elsewhere = await make.prison(session, name="زندان دیگر")
        one = await make.account(session, Role.WARDEN, username="one")
        for stored in ("first", "second"):
            await pins.set_pin(session, one, pin_hash=stored, **ACT)
            await session.flush()

        assert await pins.pin_hash_of(session, one.id) == "second"
        assert await pins.pin_hash_of(session, world.scheduler.id) is None
        here = people.Scope(sites=frozenset({world.prison.id}))
        province = people.Scope(provinces=frozenset({world.prison.province_id}))
        there = people.Scope(sites=frozenset({elsewhere.id}))
        assert await pins.shares_a_site(session, here, province)
        assert not await pins.shares_a_site(session, here, there)


async def test_a_session_handed_over_ends_with_the_first(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        token = await devices.begin_session(
            session,
            keyring=keyring,
            life=LIFE,
            now=NOON,
            account_id=world.scheduler.id,
        )
        await session.flush()
        later = NOON + timedelta(minutes=30)
        await devices.lock(session, token, keyring=keyring, now=later)
        fresh = await devices.hand_over(
            session, token, account_id=world.official.id, keyring=keyring, now=later
        )
        await session.flush()

        kept = (await session.exec(select(LoginSession))).one()
        assert (kept.account_id, kept.locked_at, kept.expires_at) == (
            world.official.id,
            None,
            NOON + LIFE.longest,
        )
        live = {"keyring": keyring, "life": LIFE, "now": later}
        assert await devices.session_of(session, token, **live) is None
        assert await devices.session_of(session, fresh, **live) == kept


async def test_changes_name_the_places_that_a_visit_concerns(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = (await booked(session, world, keyring, starts_at=NOON)).visit
        note(session, SYSTEM, "close", "closure:1", now=NOON)
        note(session, SYSTEM, "tick", "participant:1", now=NOON, visit_id=visit.id)
        await session.flush()
        entries = (await session.exec(select(AuditEntry.id))).all()

        newest = await changes.newest(session)
        found = await changes.of(session, about=set(newest.values()))

        assert newest.keys() == set(entries)
        sites = frozenset({world.prison.id, world.point.id})
        own = Change(visit_id=visit.id, sites=sites)
        assert set(found) == {Change(visit_id=None), own}
        by_name = await changes.of(
            session, about=(), references=[visit.reference, "nobody's"]
        )
        assert by_name == (own,)
        mine = await changes.visits_of(session, visitor_ids=[world.visitor.id])
        assert mine == {visit.id}
