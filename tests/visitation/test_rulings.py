"""What officials write is kept once, and ends what was asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.make import World
from tests.web.day import Booked, booked
from visitation import calls, people, rulings
from visitation.audit import Actor
from visitation.calls.tables import Wish
from visitation.database import Database
from visitation.errors import Invalid, NotAllowed, NotFound
from visitation.keyring import Keyring
from visitation.rulings import AlreadyRuled, Ruling, background
from visitation.rulings.words import RulingKind, RulingState
from visitation.words import Role, WishKind

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


async def _rule(
    session: AsyncSession, made: Booked, world: World, keyring: Keyring, **how: object
) -> Ruling:
    told = {
        "kind": RulingKind.GRANTED,
        "about": WishKind.FURLOUGH,
        "text": "سه روز مرخصی",
        "by": Actor.account(world.official.id, Role.OFFICIAL),
        "now": NOW,
    } | how
    ruling, _is_new = await rulings.rule(
        session,
        made.visit,
        keyring=keyring,
        **told,  # type: ignore[arg-type]
    )
    return ruling


async def _wished(session: AsyncSession, made: Booked, keyring: Keyring) -> Wish:
    await calls.after.wish(
        session,
        participant_id=made.visitor.id,
        kind=WishKind.FURLOUGH,
        text="",
        keyring=keyring,
        by=Actor.participant(made.visitor.id),
        now=NOW,
    )
    return (await session.exec(select(Wish))).one()


async def test_a_request_is_open_until_it_is_decided_and_is_decided_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        wish = await _wished(session, made, keyring)
        passed_on = await _rule(
            session,
            made,
            world,
            keyring,
            kind=RulingKind.REFERRED,
            wish=wish.reference,
        )
        of_prisoner = {"prisoner_id": world.prisoner.id}
        still = await background.undecided(session, **of_prisoner)
        state = passed_on.state
        granted = await _rule(session, made, world, keyring, wish=wish.reference)
        again = await _rule(session, made, world, keyring, wish=wish.reference)
        with pytest.raises(AlreadyRuled):
            await _rule(
                session,
                made,
                world,
                keyring,
                wish=wish.reference,
                kind=RulingKind.DENIED,
            )
        await session.refresh(passed_on)
        none = await background.undecided(session, **of_prisoner)

    assert [one.reference for one in still] == [wish.reference]
    assert (state, passed_on.state) == (RulingState.OPEN, RulingState.ANSWERED)
    assert again.id == granted.id
    assert none == []


async def test_a_wish_says_what_it_is_about_and_must_be_the_prisoners(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        wish = await _wished(session, made, keyring)
        other = await make.prisoner(session, world.prison, name="محمد احمدی")
        made.visit.prisoner_id = other.id
        session.add(made.visit)
        await session.flush()
        of_another = await booked(
            session, world, keyring, starts_at=NOW + timedelta(hours=1)
        )
        with pytest.raises(NotFound):
            await _rule(session, of_another, world, keyring, wish=wish.reference)
        kept = await _rule(
            session,
            made,
            world,
            keyring,
            wish=wish.reference,
            about=WishKind.MEDICAL,
        )

    assert kept.about is WishKind.FURLOUGH


@pytest.mark.parametrize(
    ("text", "reason"),
    [(" ", "missing"), ("م" * 301, "too_long"), ("تا تاریخ …", "blank_left")],
)
async def test_a_text_says_something_and_leaves_no_blank(
    database: Database, keyring: Keyring, text: str, reason: str
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        with pytest.raises(Invalid) as refused:
            await _rule(session, made, world, keyring, text=text)
        with pytest.raises(NotAllowed):
            await _rule(session, made, world, keyring, by=Actor.station(1))

    assert (refused.value.field, refused.value.reason) == ("text", reason)


async def test_a_calendar_opens_by_its_newest_secret_alone(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        me = (await make.world(session)).official
        how = {"by": Actor.account(me.id, Role.OFFICIAL), "now": NOW}
        old = await people.open_feed(session, me.id, keyring=keyring, **how)
        new = await people.open_feed(session, me.id, keyring=keyring, **how)
        found = [
            await people.account_of_feed(session, one, keyring=keyring)
            for one in (old, new)
        ]
        await people.close_feed(session, me.id, **how)
        closed = await people.account_of_feed(session, new, keyring=keyring)

    assert found == [None, me]
    assert closed is None
