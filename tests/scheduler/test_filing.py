"""One draft becomes one case, and what was guessed wrong is kept to learn from."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlmodel import select

from scheduler import filing
from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation.audit import Actor
from visitation.cases import acts
from visitation.cases.tables import Case, CaseStep
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.filing import corrections, drafts
from visitation.filing.classifier import Guess
from visitation.filing.corrections import Correction
from visitation.filing.tables import FilingDraft
from visitation.keyring import Keyring
from visitation.words import CaseKind, CaseSource, ContactState, Role


@dataclass(frozen=True, kw_only=True)
class Written:
    """A draft that asks for a visit, ready to be handed in."""

    world: World
    reference: str
    database: Database
    keyring: Keyring

    @property
    def by(self) -> Actor:
        return Actor.visitor(self.world.visitor.id)

    async def hand_in(self, reference: str = "") -> int:
        async with self.database.write() as session:
            case = await filing.hand_in(
                session,
                reference or self.reference,
                keyring=self.keyring,
                by=self.by,
                now=NOON,
            )
            return case.id


@pytest.fixture
async def written(database: Database, keyring: Keyring) -> Written:
    async with database.write() as session:
        world = await make.world(session)
        reference = await _draft(session, world, keyring)
    return Written(world=world, reference=reference, database=database, keyring=keyring)


async def _draft(session, world: World, keyring: Keyring, text: str = "") -> str:
    draft = await drafts.begin(
        session,
        visitor_id=world.visitor.id,
        prisoner_id=world.prisoner.id,
        keyring=keyring,
        now=NOON,
    )
    await drafts.choose(session, draft.reference, kind=CaseKind.VISIT, now=NOON)
    await drafts.answer(
        session, draft.reference, answers={"with": "video"}, text=text, now=NOON
    )
    return draft.reference


async def test_a_draft_becomes_a_case_and_is_emptied(written: Written) -> None:
    case_id = await written.hand_in()
    async with written.database.write() as session:
        case = await session.get_one(Case, case_id)
        [draft] = (await session.exec(select(FilingDraft))).all()
        receipt = await filing.receipt(session, draft, keyring=written.keyring)

    assert (case.kind, case.source) == (CaseKind.VISIT, CaseSource.FAMILY)
    assert case.answers == {"with": "video"}
    assert (draft.case_id, draft.text, draft.answers) == (case_id, "", {})
    assert receipt is not None
    assert receipt.is_new
    assert len(receipt.tracking) == 10


async def test_pressing_twice_makes_one_case(written: Written) -> None:
    found = await asyncio.gather(
        *(written.hand_in() for _ in range(2)), return_exceptions=True
    )
    async with written.database.read() as session:
        cases = (await session.exec(select(Case.id))).all()

    assert len(cases) == 1
    assert sorted(type(one).__name__ for one in found) == ["HandedIn", "int"]


async def test_the_same_again_is_the_same_case(written: Written) -> None:
    first = await written.hand_in()
    async with written.database.write() as session:
        again = await _draft(session, written.world, written.keyring, "باز هم")
    second = await written.hand_in(again)
    async with written.database.read() as session:
        rows = await session.exec(
            select(FilingDraft).where(FilingDraft.reference == again)
        )
        receipt = await filing.receipt(session, rows.one(), keyring=written.keyring)

    assert first == second
    assert receipt is not None


async def test_who_is_no_contact_any_more_hands_nothing_in(written: Written) -> None:
    async with written.database.write() as session:
        contact = await session.get_one(
            type(written.world.contact), written.world.contact.id
        )
        contact.state = ContactState.SUSPENDED
    with pytest.raises(NotFound):
        await written.hand_in()


async def test_what_is_missing_is_said_and_nothing_is_lost(written: Written) -> None:
    async with written.database.write() as session:
        await drafts.answer(session, written.reference, answers={}, text="", now=NOON)
    with pytest.raises(Invalid):
        await written.hand_in()
    async with written.database.write() as session:
        still = await drafts.open_draft(session, written.reference, now=NOON)

    assert still.kind is CaseKind.VISIT


async def test_without_a_kind_it_is_not_ready(written: Written) -> None:
    async with written.database.write() as session:
        draft = await drafts.open_draft(session, written.reference, now=NOON)
        draft.kind = None
    with pytest.raises(drafts.NotReady):
        await written.hand_in()


async def test_a_wrong_guess_is_kept_without_names_and_numbers(
    written: Written,
) -> None:
    name = written.world.prisoner.name
    async with written.database.write() as session:
        await drafts.say(
            session,
            written.reference,
            text=f"{name} ۰۹۱۲۳۴۵۶۷۸۹ را ببینم",
            guesses=[Guess(kind=CaseKind.MEDICAL, likely=0.5)],
            now=NOON,
        )
    await written.hand_in()
    async with written.database.read() as session:
        kept = await corrections.exported(session)

    assert kept == [
        Correction(text="… … … را ببینم", taken=CaseKind.MEDICAL, meant=CaseKind.VISIT)
    ]


async def test_what_an_official_corrects_is_learnt_from_too(written: Written) -> None:
    async with written.database.write() as session:
        await drafts.say(
            session, written.reference, text="کار واجب", guesses=(), now=NOON
        )
        await drafts.choose(
            session, written.reference, kind=CaseKind.OTHER, now=NOON, unsorted=True
        )
    case_id = await written.hand_in()
    by = Actor.account(written.world.official.id, Role.OFFICIAL)
    async with written.database.write() as session:
        case = await session.get_one(Case, case_id)
        await acts.correct_kind(session, case, kind=CaseKind.STATUS, by=by, now=NOON)
        steps = (await session.exec(select(CaseStep).order_by(CaseStep.number))).all()
        kept = await corrections.exported(session)

    assert steps[0].facts == {"unsorted": True}
    assert kept == [
        Correction(text="کار واجب", taken=CaseKind.OTHER, meant=CaseKind.STATUS)
    ]
