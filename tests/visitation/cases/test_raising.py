"""A request is one case with a code to follow it by, however often it is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from tests.visitation.cases.asking import FURLOUGH, actor, asked, people, reader
from visitation import cases
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.cases import CaseStep, RepeatedTooOften, TooManyOpen, acts, raising
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.words import (
    CaseAction,
    CaseKind,
    CaseSource,
    CaseState,
    ContactState,
    Relation,
)

HOUR = timedelta(hours=1)


async def test_a_request_waits_for_an_answer_until_the_end_of_its_last_day(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        raised = await asked(session, world, keyring)
        # Ten working days after Monday 2 Azar: Fridays 6 and 13 Azar are none.
        case = raised.case
        assert (case.state, case.steps, case.owner_id) == (CaseState.SUBMITTED, 1, None)
        assert case.due_at == datetime(2026, 12, 5, 20, 29, 59, tzinfo=UTC)
        assert (raised.is_new, len(raised.tracking)) == (True, 10)
        found = await cases.by_tracking(session, raised.tracking, keyring=keyring)
        assert found is not None
        assert found.id == case.id
        entry = (await session.exec(select(AuditEntry))).one()
        assert (entry.action, entry.subject, entry.facts) == (
            "case_raise",
            f"case:{case.id}",
            {"step": 1, "kind": "furlough", "state": "submitted", "source": "family"},
        )


async def test_asked_again_it_is_the_same_case_which_keeps_what_is_new(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        first = await asked(session, world, keyring)
        tapped = await asked(session, world, keyring, now=NOON + HOUR / 60)
        again = await asked(
            session,
            world,
            keyring,
            text="حالش بدتر است",
            answers={"reason": "illness", "days": "۵"},
            now=NOON + HOUR,
        )
        assert (tapped.is_new, again.is_new) == (False, False)
        assert first.tracking == tapped.tracking == again.tracking
        assert again.case.id == first.case.id
        assert again.case.answers == {"reason": "illness", "days": 5}
        steps = await session.exec(select(CaseStep).order_by(col(CaseStep.number)))
        assert [(one.number, one.action, one.text, one.facts) for one in steps] == [
            (1, CaseAction.RAISE, "پدرش بیمار است", {}),
            (
                2,
                CaseAction.REPEAT,
                "حالش بدتر است",
                {"was": {"reason": "family", "days": None}},
            ),
        ]


async def test_the_same_is_asked_again_five_times_a_day_and_no_more(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await asked(session, world, keyring)
        for number in range(1, raising.MOST_REPEATS + 1):
            await asked(
                session, world, keyring, text=str(number), now=NOON + number * HOUR
            )
        with pytest.raises(RepeatedTooOften):
            await asked(session, world, keyring, text="6", now=NOON + 6 * HOUR)
        late = await asked(session, world, keyring, text="6", now=NOON + 26 * HOUR)
        assert late.case.steps == raising.MOST_REPEATS + 2


async def test_a_visitor_has_ten_open_cases_and_no_more(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        kinds = [CaseKind.MEDICAL, CaseKind.RELEASE]
        for _ in range(raising.MOST_OPEN // 2):
            person = await make.prisoner(session, world.prison)
            await make.contact(session, person, world.visitor)
            for kind in kinds:
                await asked(
                    session,
                    world,
                    keyring,
                    kind=kind,
                    prisoner_id=person.id,
                    brief=True,
                )
        with pytest.raises(TooManyOpen):
            await asked(session, world, keyring)


@pytest.mark.parametrize(
    "state", [None, ContactState.REQUESTED, ContactState.SUSPENDED]
)
async def test_who_is_no_approved_contact_finds_no_prisoner(
    database: Database, keyring: Keyring, state: ContactState | None
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        stranger = await make.visitor(session)
        if state is not None:
            await make.contact(
                session,
                world.prisoner,
                stranger,
                relation=Relation.SIBLING,
                state=state,
            )
        with pytest.raises(NotFound):
            await asked(session, world, keyring, visitor_id=stranger.id)
        with pytest.raises(NotFound):
            await asked(session, world, keyring, prisoner_id=999)


async def test_whoever_took_part_in_a_visit_asks_after_it_in_passing(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _people = await booked(session, world)
        world.contact.state = ContactState.SUSPENDED
        raised = await asked(
            session,
            world,
            keyring,
            kind=CaseKind.MEDICAL,
            text="",
            visit_id=visit.id,
            brief=True,
        )
        assert (raised.case.visit_id, raised.case.answers) == (visit.id, {})
        other = await make.prisoner(session, world.prison)
        with pytest.raises(NotFound):
            await asked(
                session, world, keyring, prisoner_id=other.id, visit_id=visit.id
            )


@pytest.mark.parametrize(
    ("kind", "answers", "wrong"),
    [
        (CaseKind.FURLOUGH, {}, ("reason", "missing")),
        (CaseKind.FURLOUGH, {"reason": "party"}, ("reason", "not_a_choice")),
        (CaseKind.FURLOUGH, FURLOUGH | {"days": "31"}, ("days", "out_of_range")),
        (CaseKind.FURLOUGH, FURLOUGH | {"days": "9" * 5000}, ("days", "out_of_range")),
        (CaseKind.FURLOUGH, FURLOUGH | {"days": "-1"}, ("days", "not_a_number")),
        (CaseKind.FURLOUGH, FURLOUGH | {"days": "²"}, ("days", "not_a_number")),
        (CaseKind.FURLOUGH, FURLOUGH | {"from": "1405/9/1"}, ("from", "not_a_date")),
        (CaseKind.FURLOUGH, FURLOUGH | {"guarantor": 3}, ("guarantor", "not_yes_no")),
        (CaseKind.FURLOUGH, FURLOUGH | {"bribe": "yes"}, ("bribe", "unknown_field")),
        (CaseKind.TRANSFER, {"to": "ی" * 101}, ("to", "too_long")),
        (CaseKind.TRANSFER, {"to": ["تهران"]}, ("to", "not_text")),
    ],
)
async def test_an_answer_that_is_none_is_refused_by_its_field(
    sqlite: Database,
    keyring: Keyring,
    kind: CaseKind,
    answers: dict[str, object],
    wrong: tuple[str, str],
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        with pytest.raises(Invalid) as refused:
            await asked(session, world, keyring, kind=kind, answers=answers)
        assert (refused.value.field, refused.value.reason) == wrong


async def test_a_complaint_and_what_is_no_kind_say_what_they_are_in_words(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        with pytest.raises(Invalid) as refused:
            await asked(session, world, keyring, kind=CaseKind.OTHER, text="  ")
        assert (refused.value.field, refused.value.reason) == ("text", "missing")


async def test_what_a_prisoner_and_an_official_ask_is_open_once_too(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        by_warden: dict[str, object] = {
            "visitor_id": None,
            "source": CaseSource.PRISONER,
            "by": actor(who.warden),
        }
        first = await asked(session, who.world, keyring, **by_warden)
        again = await asked(session, who.world, keyring, **by_warden)
        family = await asked(session, who.world, keyring)
        assert (again.case.id, again.is_new) == (first.case.id, False)
        assert first.case.raised_by_id == who.warden.id
        assert family.case.id != first.case.id


async def test_a_code_that_nobody_was_given_follows_nothing(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        raised = await asked(session, world, keyring, by=Actor.participant(3))
        code = raised.tracking
        spaced = f"{code[:5]} {code[5:]}".translate(
            {ord("0") + n: "۰۱۲۳۴۵۶۷۸۹"[n] for n in range(10)}
        )
        found = await cases.by_tracking(session, spaced, keyring=keyring)
        assert found is not None
        assert found.id == raised.case.id
        for wrong in ("", "12345", code[:-1] + "x", str(int(code) ^ 1).zfill(10)):
            nothing = await cases.by_tracking(session, wrong, keyring=keyring)
            assert nothing is None


async def test_what_a_lawyer_adds_is_no_more_for_the_prison_to_read(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        family = await asked(
            session, who.world, keyring, kind=CaseKind.MEDICAL, brief=True
        )
        prison = await reader(session, who.warden)
        await acts.take(session, family.case, by=actor(who.warden), now=NOON)
        seen = await cases.by_reference(session, family.case.reference, reader=prison)
        raised = await asked(
            session,
            who.world,
            keyring,
            kind=CaseKind.MEDICAL,
            source=CaseSource.PROFESSIONAL,
            text="confidential",
            brief=True,
        )
        assert (seen.id, raised.is_new) == (raised.case.id, False)
        assert (seen.source, seen.owner_id) == (CaseSource.PROFESSIONAL, None)
        with pytest.raises(NotFound):
            await cases.by_reference(session, seen.reference, reader=prison)
