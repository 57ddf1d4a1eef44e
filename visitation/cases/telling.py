"""What families are told of a case, written with the step that makes the news.

A message says the tracking code, which is read from the case when it is sent, and a
decision in a word or two: never a text, and nobody's name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import messages, wording
from visitation.cases.due import prison_of
from visitation.cases.tables import Case, CaseStep
from visitation.messages import Message
from visitation.people import Visitor
from visitation.visits.tables import Participant
from visitation.wording import Template
from visitation.words import Addressee, CaseAction, Part

#: What is told, and what it is called in a word or two.
NEWS: Mapping[CaseAction, tuple[Template, str]] = {
    CaseAction.RAISE: (Template.CASE_RAISED, ""),
    CaseAction.GRANT: (Template.CASE_DECIDED, "granted"),
    CaseAction.DENY: (Template.CASE_DECIDED, "denied"),
    CaseAction.REFER: (Template.CASE_NEWS, "referred"),
    CaseAction.WITHDRAW: (Template.CASE_NEWS, "withdrawn"),
    CaseAction.REOPEN: (Template.CASE_NEWS, "reopened"),
    CaseAction.CARRY_OUT: (Template.CASE_NEWS, "done"),
}
#: How long such news is worth sending.
_LASTS = timedelta(days=3)


async def tell(session: AsyncSession, case: Case, step: CaseStep) -> int:
    """Write to whoever asked of one step; without them, to the visitors of its visit.

    Returns:
        How many messages were written.
    """
    if step.action not in NEWS:
        return 0
    template, decision = NEWS[step.action]
    about = _about(case, step)
    return await _write(
        session, case, template, decision, about, now=step.at, visit_id=step.visit_id
    )


async def tell_late(session: AsyncSession, case: Case, *, now: datetime) -> int:
    """Write that there is no answer yet, once for each day it was promised for."""
    about = _about_late(case)
    return await _write(session, case, Template.CASE_NEWS, "late", about, now=now)


async def told(session: AsyncSession, case: Case) -> Sequence[Message]:
    """The messages that were written of a case, the oldest first."""
    steps = await session.exec(
        select(CaseStep).where(
            CaseStep.case_id == case.id, col(CaseStep.action).in_(NEWS)
        )
    )
    keys = [late_key(case)]
    for step in steps.all():
        template, _decision = NEWS[step.action]
        about = _about(case, step)
        keys += [
            _key(about, template, one.id)
            for one in await _asked(session, case, step.visit_id)
        ]
    rows = await session.exec(
        select(Message)
        .where(col(Message.dedup_key).in_(keys))
        .order_by(col(Message.id))
    )
    return rows.all()


def late_key(case: Case) -> str:
    """What the message that a case is late is known by, to whoever asked."""
    return _key(_about_late(case), Template.CASE_NEWS, case.visitor_id or 0)


def _about(case: Case, step: CaseStep) -> str:
    return f"case:{case.id}:{step.number}"


def _about_late(case: Case) -> str:
    return f"case:{case.id}:late:{case.due_at:%Y%m%d}"


def _key(about: str, template: Template, visitor_id: int) -> str:
    return f"{about}:{template}:{visitor_id}"


async def _write(
    session: AsyncSession,
    case: Case,
    template: Template,
    decision: str,
    about: str,
    *,
    now: datetime,
    visit_id: int | None = None,
) -> int:
    # One that came from before there were codes has none to tell.
    if not case.tracking_sealed:
        return 0
    prison = await prison_of(session, case.prisoner_id)
    day = case.due_at.astimezone(ZoneInfo(prison.zone)).date()
    drafts = []
    for one in await _asked(session, case, visit_id):
        phone, is_own = one.phone or one.helper_phone, one.phone is not None
        if phone is None:
            continue
        language = one.language
        said: dict[str, str] = (
            {"decision": wording.decision(decision, language)}
            if decision
            else {"day": wording.spoken_day(day, language)}
        )
        drafts.append(
            messages.drafted(
                template,
                dedup_key=_key(about, template, one.id),
                phone=phone,
                language=language,
                variables={"case": str(case.id)} | said,
                channel=messages.channel_to(phone, reads=one.reads or not is_own),
                addressee=Addressee.OWN if is_own else Addressee.HELPER,
                now=now,
                expires_at=now + _LASTS,
            )
        )
    return await messages.put_all(session, drafts)


async def _asked(
    session: AsyncSession, case: Case, visit_id: int | None
) -> Sequence[Visitor]:
    if case.visitor_id is not None:
        return [await session.get_one(Visitor, case.visitor_id)]
    rows = await session.exec(
        select(Visitor)
        .join(Participant, col(Participant.visitor_id) == col(Visitor.id))
        .where(Participant.visit_id == visit_id, Participant.part == Part.VISITOR)
        .order_by(col(Participant.id))
    )
    return rows.all()
