"""What is done to a case is done once, by whoever may, and is written down."""

from datetime import date, timedelta

import pytest

from tests.conftest import NOON
from tests.visitation.cases.asking import actor, asked, people
from visitation import cases
from visitation.cases import (
    Changed,
    Closed,
    IllegalStep,
    OpenAlready,
    OrderEnded,
    SameJudge,
    acts,
    orders,
)
from visitation.database import Database
from visitation.errors import Invalid, NotAllowed
from visitation.keyring import Keyring
from visitation.words import CaseAction, CaseKind, CaseState, OrderState, Visibility

LATER = NOON + timedelta(hours=1)


async def test_whoever_takes_a_case_has_it_and_answers_it(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        judge, other = actor(who.judge), actor(who.other)
        await acts.take(session, case, by=judge, now=NOON)
        with pytest.raises(Changed) as taken:
            await acts.take(session, case, by=other, now=LATER)
        assert taken.value.by == who.judge.name
        await acts.grant(session, case, text="سه روز", by=judge, now=LATER)
        assert (case.state, case.owner_id, case.decided_at, case.steps) == (
            CaseState.GRANTED,
            who.judge.id,
            LATER,
            3,
        )
        history = await cases.history(session, case, sight=Visibility.FAMILY)
        assert [(one.action, one.text, one.by) for one in history] == [
            (CaseAction.RAISE, "پدرش بیمار است", "زهرا کریمی"),
            (CaseAction.TAKE, "", who.judge.name),
            (CaseAction.GRANT, "سه روز", who.judge.name),
        ]


async def test_a_family_may_type_an_ellipsis_and_an_answer_may_not_keep_one(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring, text="نمی‌دانم…")).case
        for verb in (acts.grant, acts.deny, acts.refer):
            with pytest.raises(Invalid) as refused:
                await verb(session, case, text="تا …", by=actor(who.judge), now=NOON)
            assert refused.value.reason == "blank_left"
        assert case.text == "نمی‌دانم…"


async def test_the_second_to_decide_is_told_who_was_first(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
    async with database.read() as session:
        stale = await cases.by_reference(session, case.reference)
    async with database.write() as session:
        mine = await cases.by_reference(session, case.reference)
        await acts.deny(session, mine, text="نه", by=actor(who.judge), now=NOON)
    async with database.write() as session:
        session.add(stale)
        with pytest.raises(Closed) as closed:
            await acts.grant(session, stale, text="بله", by=actor(who.other), now=LATER)
        assert (closed.value.state, closed.value.at, closed.value.by) == (
            CaseState.DENIED,
            NOON,
            who.judge.name,
        )
        assert stale.steps == 2


async def test_an_appeal_is_decided_by_somebody_else(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        judge, other = actor(who.judge), actor(who.other)
        await acts.deny(session, case, text="نه", by=judge, now=NOON)
        await acts.appeal(session, case, text="لطفاً", by=judge, now=LATER)
        assert (case.state, case.owner_id) == (CaseState.APPEALED, None)
        await acts.take(session, case, by=judge, now=LATER)
        with pytest.raises(SameJudge):
            await acts.deny(session, case, text="نه", by=judge, now=LATER)
        await acts.assign(session, case, to=who.other, by=judge, now=LATER)
        await acts.deny(session, case, text="نه", by=other, now=LATER)
        assert case.state is CaseState.DENIED
        await acts.reopen(session, case, text="مدرک تازه", by=judge, now=LATER)
        await acts.grant(session, case, text="بله", by=judge, now=LATER)
        assert case.state is CaseState.GRANTED


async def test_only_the_roles_of_a_kind_decide_it(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        for account in (who.warden, who.clerk):
            with pytest.raises(NotAllowed):
                await acts.take(session, case, by=actor(account), now=NOON)
        with pytest.raises(Invalid):
            await acts.assign(
                session, case, to=who.warden, by=actor(who.judge), now=NOON
            )
        await acts.correct_kind(
            session, case, kind=CaseKind.MEDICAL, by=actor(who.clerk), now=NOON
        )
        await acts.take(session, case, by=actor(who.warden), now=NOON)
        assert case.owner_id == who.warden.id


async def test_a_case_is_not_reopened_beside_a_newer_one_that_is_open(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        judge = actor(who.judge)
        case = (await asked(session, who.world, keyring)).case
        await acts.withdraw(session, case, by=judge, now=NOON)
        newer = await asked(session, who.world, keyring, now=LATER)
        with pytest.raises(OpenAlready):
            await acts.reopen(session, case, text="باز", by=judge, now=LATER)
        with pytest.raises(IllegalStep):
            await acts.reopen(session, newer.case, text="باز", by=judge, now=LATER)
        other = await asked(
            session, who.world, keyring, kind=CaseKind.PARDON, now=LATER
        )
        with pytest.raises(OpenAlready):
            await acts.correct_kind(
                session, other.case, kind=CaseKind.FURLOUGH, by=judge, now=LATER
            )


async def test_an_answer_is_promised_for_a_later_day(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        judge = actor(who.judge)
        case = (await asked(session, who.world, keyring)).case
        for day in (date(2026, 12, 5), date(2028, 1, 1)):
            with pytest.raises(Invalid):
                await acts.postpone(
                    session, case, due=day, reason="نوبت", by=judge, now=NOON
                )
        step = await acts.postpone(
            session, case, due=date(2026, 12, 9), reason="نوبت", by=judge, now=NOON
        )
        assert step.facts == {"from": "2026-12-05", "to": "2026-12-09"}
        assert case.due_at == cases.due.end_of(date(2026, 12, 9), zone="Asia/Tehran")


async def test_a_family_does_not_read_what_staff_write_among_themselves(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        judge = actor(who.judge)
        case = (await asked(session, who.world, keyring)).case
        for visibility in Visibility:
            await acts.note(
                session,
                case,
                text=visibility.value,
                visibility=visibility,
                by=judge,
                now=NOON,
            )
        await acts.refer(session, case, text="به زندان", by=judge, now=NOON)
        read = {
            sight: [one.text for one in await cases.history(session, case, sight=sight)]
            for sight in Visibility
        }
        assert read == {
            Visibility.FAMILY: ["پدرش بیمار است", "family", ""],
            Visibility.STAFF: ["پدرش بیمار است", "family", "staff", "به زندان"],
            Visibility.OFFICIALS: [
                *("پدرش بیمار است", "family", "staff", "officials", "به زندان")
            ],
        }


async def test_an_order_is_carried_out_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        await acts.grant(session, case, text="بله", by=actor(who.judge), now=NOON)
        order = await orders.make(
            session,
            case,
            text="تا پنج روز اقدام شود",
            due_days=5,
            site_id=who.world.prison.id,
            keyring=keyring,
            by=actor(who.judge),
            now=NOON,
        )
        done = await orders.carry_out(
            session, order, answer="انجام شد", by=actor(who.warden), now=LATER
        )
        assert done.state is OrderState.DONE
        for again in (
            orders.carry_out(
                session, order, answer="باز", by=actor(who.warden), now=LATER
            ),
            orders.cancel(session, order, reason="نه", by=actor(who.judge), now=LATER),
        ):
            with pytest.raises(OrderEnded) as ended:
                await again
            assert (ended.value.at, ended.value.by, ended.value.done) == (
                LATER,
                who.warden.name,
                True,
            )
        assert case.steps == 4


async def test_a_prison_makes_nothing_its_own_to_decide(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        warden = actor(who.warden)
        with pytest.raises(NotAllowed):
            await acts.correct_kind(
                session, case, kind=CaseKind.OTHER, by=warden, now=NOON
            )
        medical = await asked(
            session, who.world, keyring, kind=CaseKind.MEDICAL, brief=True
        )
        await acts.correct_kind(
            session, medical.case, kind=CaseKind.OTHER, by=warden, now=NOON
        )
        assert (case.kind, medical.case.kind) == (CaseKind.FURLOUGH, CaseKind.OTHER)


async def test_a_family_learns_that_staff_withdrew_its_request_but_not_their_words(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        await acts.withdraw(
            session, case, text="برادرش تلفن زد", by=actor(who.warden), now=NOON
        )
        history = await cases.history(session, case, sight=Visibility.FAMILY)
        assert [(one.action, one.text) for one in history] == [
            (CaseAction.RAISE, "پدرش بیمار است"),
            (CaseAction.WITHDRAW, ""),
        ]
