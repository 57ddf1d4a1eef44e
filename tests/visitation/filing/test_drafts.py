"""A draft belongs to one visitor and prisoner, and keeps what each page was told."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from visitation.database import Database
from visitation.errors import NotFound
from visitation.filing import drafts
from visitation.filing.classifier import Guess
from visitation.filing.tables import FilingDraft
from visitation.keyring import Keyring
from visitation.words import CaseKind, ContactState


async def _begun(database: Database, keyring: Keyring) -> str:
    async with database.write() as session:
        world = await make.world(session)
        draft = await drafts.begin(
            session,
            visitor_id=world.visitor.id,
            prisoner_id=world.prisoner.id,
            keyring=keyring,
            now=NOON,
        )
        return draft.reference


async def test_what_is_told_is_kept(database: Database, keyring: Keyring) -> None:
    reference = await _begun(database, keyring)
    async with database.write() as session:
        await drafts.say(
            session,
            reference,
            text="مرخصی",
            guesses=[Guess(kind=CaseKind.FURLOUGH, likely=0.8)],
            now=NOON,
        )
        await drafts.choose(session, reference, kind=CaseKind.FURLOUGH, now=NOON)
        await drafts.answer(
            session, reference, answers={"days": 3}, text="سه روز", now=NOON
        )
    async with database.read() as session:
        [kept] = (await session.exec(select(FilingDraft))).all()

    assert (kept.kind, kept.suggested) == (CaseKind.FURLOUGH, CaseKind.FURLOUGH)
    assert (kept.answers, kept.text) == ({"days": 3}, "سه روز")
    assert drafts.guessed(kept) == (Guess(kind=CaseKind.FURLOUGH, likely=0.8),)
    assert (kept.expires_at, kept.handed_at) == (NOON + drafts.LIFE, None)


async def test_another_kind_has_other_questions(
    database: Database, keyring: Keyring
) -> None:
    reference = await _begun(database, keyring)
    async with database.write() as session:
        await drafts.choose(session, reference, kind=CaseKind.FURLOUGH, now=NOON)
        await drafts.answer(session, reference, answers={"days": 3}, text="x", now=NOON)
        await drafts.choose(session, reference, kind=CaseKind.PARDON, now=NOON)
        draft = await drafts.open_draft(session, reference, now=NOON)

    assert (draft.answers, draft.text) == ({}, "x")


async def test_nobody_asks_for_anothers_prisoner(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        stranger = await make.visitor(session)
        refused = await make.visitor(session)
        await make.contact(session, world.prisoner, refused, state=ContactState.REFUSED)
        for visitor in (stranger, refused):
            with pytest.raises(NotFound):
                await drafts.begin(
                    session,
                    visitor_id=visitor.id,
                    prisoner_id=world.prisoner.id,
                    keyring=keyring,
                    now=NOON,
                )


async def test_what_was_handed_in_takes_nothing_more(
    database: Database, keyring: Keyring
) -> None:
    reference = await _begun(database, keyring)
    async with database.write() as session:
        draft = await drafts.open_draft(session, reference, now=NOON)
        draft.handed_at = NOON
        await session.flush()
        with pytest.raises(drafts.HandedIn):
            await drafts.choose(session, reference, kind=CaseKind.PARDON, now=NOON)


async def test_after_two_days_it_is_gone(database: Database, keyring: Keyring) -> None:
    reference = await _begun(database, keyring)
    later = NOON + timedelta(days=2)
    async with database.write() as session:
        with pytest.raises(NotFound):
            await drafts.open_draft(session, reference, now=later)
        early = await drafts.forget(session, now=later - timedelta(seconds=1))
        gone = await drafts.forget(session, now=later)

    assert (early, gone) == (0, 1)


async def test_older_ones_make_room(database: Database, keyring: Keyring) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = [
            await drafts.begin(
                session,
                visitor_id=world.visitor.id,
                prisoner_id=world.prisoner.id,
                keyring=keyring,
                now=NOON,
            )
            for _ in range(drafts.MOST + 2)
        ]
        references = [one.reference for one in made]
        kept = (await session.exec(select(FilingDraft.reference))).all()

    assert sorted(kept) == sorted(references[2:])
