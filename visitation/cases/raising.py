"""Raising a case: what somebody asks for a prisoner, with a code to follow it by.

What is asked again while it is open is the same case, which keeps what is new in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import due, kinds, steps, tracking
from visitation.cases.belonging import belongs
from visitation.cases.confiding import confided
from visitation.cases.kinds import Kind
from visitation.cases.lifecycle import OPEN
from visitation.cases.refusing import RepeatedTooOften, TooManyOpen
from visitation.cases.tables import Case, CaseStep
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.people import Prisoner, Visitor
from visitation.visits.tables import Visit
from visitation.words import CaseAction, CaseKind, CaseSource, CaseState, Visibility

#: How many open cases a visitor may have.
MOST_OPEN = 10
#: How often the same case may be asked again in a day.
MOST_REPEATS = 5
_DAY = timedelta(days=1)
#: The same once more, this soon after, is a second tap.
_TAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A case that was asked for.

    Attributes:
        tracking: the code that the family follows it by.
        is_new: whether it was not open before.
    """

    case: Case
    tracking: str
    is_new: bool


async def raise_case(
    session: AsyncSession,
    *,
    kind: CaseKind,
    prisoner_id: int,
    source: CaseSource,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    text: str = "",
    answers: Mapping[str, Any] | None = None,
    visitor_id: int | None = None,
    visit_id: int | None = None,
    point_id: int | None = None,
    brief: bool = False,
    tell: bool = True,
    facts: Mapping[str, Any] | None = None,
) -> Raised:
    """Ask for something; the same asked again while it is open is one case.

    Args:
        session: the transaction.
        kind: what is asked for.
        prisoner_id: for whom.
        source: who asks.
        keyring: names the case and draws its code.
        by: whoever writes it down.
        now: the moment.
        text: what they say.
        answers: to the fields of the kind.
        visitor_id: the visitor who asks, if it is one.
        visit_id: the visit before, in or after which it is asked.
        point_id: the service point where it is written down.
        brief: whether it is asked in passing, so that no field is required.
        tell: whether the family is told that it is taken down, and its code.
        facts: ids and codes for the first step and the audit.

    Returns:
        The case, its tracking code, and whether it is new.

    Raises:
        Invalid: for an answer that cannot be taken, a text that is missing or too
            long, or a kind that families do not ask for.
        NotFound: if there is no such prisoner, or none for this visitor.
        RepeatedTooOften: if it was asked again as often as it may be in a day.
        TooManyOpen: if the visitor has as many open cases as anybody may.
    """
    said = _checked(kinds.KINDS[kind], source, text, answers or {}, brief=brief)
    await _reach(session, source, prisoner_id, visitor_id, visit_id, now=now)
    case = await _open(session, kind, prisoner_id, visitor_id)
    if case is not None:
        await _repeat(session, case, said, source, by=by, now=now, visit_id=visit_id)
        return await _raised(session, case, keyring=keyring, is_new=False)
    given = await _given(
        session, kind, prisoner_id, visitor_id, keyring=keyring, now=now
    )
    case = Case(
        kind=kind,
        source=source,
        prisoner_id=prisoner_id,
        visitor_id=visitor_id,
        visit_id=visit_id,
        raised_by_id=by.account_id,
        point_id=point_id,
        **said,
        **given,
    )
    await _begin(session, case, facts or {}, tell=tell, by=by, now=now)
    return await _raised(session, case, keyring=keyring, is_new=True)


async def _raised(
    session: AsyncSession, case: Case, *, keyring: Keyring, is_new: bool
) -> Raised:
    code = await tracking.of(session, case, keyring=keyring)
    return Raised(case=case, tracking=code, is_new=is_new)


async def _given(
    session: AsyncSession,
    kind: CaseKind,
    prisoner_id: int,
    visitor_id: int | None,
    *,
    keyring: Keyring,
    now: datetime,
) -> dict[str, Any]:
    """What a new case begins with, if there may be one more."""
    await _check_count(session, visitor_id)
    days = kinds.KINDS[kind].days
    prison = await due.prison_of(session, prisoner_id)
    _code, sealed, fingerprint = await tracking.draw(session, keyring=keyring)
    return {
        "reference": keyring.reference(),
        "tracking_sealed": sealed,
        "tracking_fingerprint": fingerprint,
        "state": CaseState.SUBMITTED,
        "raised_at": now,
        "due_at": await due.in_days(session, prison=prison, days=days, now=now),
        "changed_at": now,
        "steps": 1,
    }


def _checked(
    about: Kind,
    source: CaseSource,
    text: str,
    answers: Mapping[str, Any],
    *,
    brief: bool,
) -> dict[str, Any]:
    """Text and answers as they are kept; an official's word needs none of them."""
    by_official = source is CaseSource.OFFICIAL
    if source is CaseSource.FAMILY and not about.family_may_raise:
        raise Invalid("kind", "not_for_family")
    words = steps.worded(text, needed=about.text_required and not by_official)
    told = kinds.checked(about.code, answers, brief=brief or by_official)
    return {"text": words, "answers": told}


async def _begin(
    session: AsyncSession,
    case: Case,
    facts: Mapping[str, Any],
    *,
    tell: bool,
    by: Actor,
    now: datetime,
) -> None:
    session.add(case)
    await session.flush()
    first = CaseStep(
        case_id=case.id,
        number=case.steps,
        action=CaseAction.RAISE,
        state=case.state,
        visibility=Visibility.FAMILY,
        text=case.text,
        facts=dict(facts),
        at=now,
        account_id=by.account_id,
        visitor_id=case.visitor_id,
        visit_id=case.visit_id,
    )
    told = {"source": case.source.value, **facts}
    await steps.record(session, case, first, by=by, facts=told, tell=tell)


async def _reach(
    session: AsyncSession,
    source: CaseSource,
    prisoner_id: int,
    visitor_id: int | None,
    visit_id: int | None,
    *,
    now: datetime,
) -> None:
    """Find whom it is about; who asks for the same, or by the same, waits in line."""
    await _check_visit(session, visit_id, prisoner_id)
    prisoner = select(Prisoner.id).where(Prisoner.id == prisoner_id)
    rows = await session.exec(prisoner.with_for_update(key_share=True))
    if rows.first() is None:
        raise NotFound("prisoner")
    if visitor_id is not None:
        visitor = select(Visitor.id).where(Visitor.id == visitor_id)
        rows = await session.exec(visitor.with_for_update(key_share=True))
        if rows.first() is None:
            raise NotFound("visitor")
    if source is CaseSource.FAMILY and not await belongs(
        session, visitor_id, prisoner_id, visit_id=visit_id, now=now
    ):
        raise NotFound("prisoner")


async def _check_visit(
    session: AsyncSession, visit_id: int | None, prisoner_id: int
) -> None:
    if visit_id is None:
        return
    visit = await session.get(Visit, visit_id)
    if visit is None or visit.prisoner_id != prisoner_id:
        raise NotFound("visit")


async def _open(
    session: AsyncSession, kind: CaseKind, prisoner_id: int, visitor_id: int | None
) -> Case | None:
    visitor = col(Case.visitor_id)
    rows = await session.exec(
        select(Case)
        .where(
            Case.prisoner_id == prisoner_id,
            visitor.is_(None) if visitor_id is None else visitor == visitor_id,
            Case.kind == kind,
            col(Case.state).in_(OPEN),
        )
        .order_by(col(Case.id))
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return rows.first()


async def _check_count(session: AsyncSession, visitor_id: int | None) -> None:
    if visitor_id is None:
        return
    rows = await session.exec(
        select(func.count()).where(
            col(Case.visitor_id) == visitor_id, col(Case.state).in_(OPEN)
        )
    )
    if rows.one() >= MOST_OPEN:
        raise TooManyOpen(MOST_OPEN)


async def _repeat(
    session: AsyncSession,
    case: Case,
    said: Mapping[str, Any],
    source: CaseSource,
    *,
    by: Actor,
    now: datetime,
    visit_id: int | None,
) -> None:
    """Keep what is new in a case; what was said before stays in its history."""
    text, told = said["text"], said["answers"]
    earlier = await _asked(session, case)
    was = {
        name: case.answers.get(name)
        for name, value in told.items()
        if case.answers.get(name) != value
    }
    last = earlier[0]
    if not was and text in ("", last.text) and now - last.at < _TAP:
        return
    repeats = [one for one in earlier if one.action is CaseAction.REPEAT]
    if sum(now - one.at < _DAY for one in repeats) >= MOST_REPEATS:
        raise RepeatedTooOften(MOST_REPEATS)
    changes = {"answers": {**case.answers, **told}, "text": case.text or text}
    changes |= await confided(session, case, source)
    await steps.write(
        session,
        case,
        CaseAction.REPEAT,
        by=by,
        now=now,
        text=text,
        visibility=Visibility.FAMILY,
        kept={"was": was} if was else {},
        visit_id=visit_id,
        visitor_id=case.visitor_id,
        changes=changes,
    )


async def _asked(session: AsyncSession, case: Case) -> Sequence[CaseStep]:
    """When a case was asked for, the newest first, as far as anybody counts."""
    rows = await session.exec(
        select(CaseStep)
        .where(
            CaseStep.case_id == case.id,
            col(CaseStep.action).in_((CaseAction.RAISE, CaseAction.REPEAT)),
        )
        .order_by(col(CaseStep.number).desc())
        .limit(MOST_REPEATS + 1)
    )
    return rows.all()
