"""Families whom no message of the answer reached: found, rung up, and told by hand.

A step says that they were not reached, another one that somebody told them; what is
between the two stands on a board. Knows no gateway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, exists, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import steps
from visitation.cases.tables import Case, CaseStep
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.people import Visitor
from visitation.wording import Template
from visitation.words import CaseAction

#: How long after it was worth nothing a message is still looked for.
_LOOKED_FOR = timedelta(days=14)
_NOT_SENT = (MessageState.FAILED, MessageState.EXPIRED, MessageState.SUPPRESSED)
_NOT_HEARD = (MessageState.UNDELIVERED, MessageState.UNKNOWN)
_UNTOLD = aliased(CaseStep)
_AFTER = aliased(CaseStep)
#: Of a case: nobody has told the family since it was not reached.
WAITS: ColumnElement[bool] = exists().where(
    col(_UNTOLD.case_id) == col(Case.id),
    col(_UNTOLD.action) == CaseAction.NOT_REACHED,
    ~exists()
    .where(
        col(_AFTER.case_id) == col(_UNTOLD.case_id),
        col(_AFTER.number) > col(_UNTOLD.number),
        col(_AFTER.action).in_((CaseAction.TELL, CaseAction.ERASE)),
    )
    .correlate(_UNTOLD),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An answer that the family does not know of, by the number of its step."""

    case_id: int
    step: int


async def missed(session: AsyncSession, *, now: datetime) -> Sequence[Missed]:
    """The answers that reached nobody, and of which no step says so yet."""
    found = [*await _unread(session, now), *await _unwritten(session, now)]
    written = await session.exec(
        select(CaseStep.case_id, CaseStep.facts).where(
            col(CaseStep.case_id).in_({one.case_id for one in found}),
            CaseStep.action == CaseAction.NOT_REACHED,
        )
    )
    known = {(case_id, facts.get("of")) for case_id, facts in written}
    return [one for one in found if (one.case_id, one.step) not in known]


async def _unread(session: AsyncSession, now: datetime) -> list[Missed]:
    """Answers whose message was not sent, or was not delivered."""
    given_up = or_(col(Message.look_at).is_(None), col(Message.expires_at) <= now)
    keys = await session.exec(
        select(Message.dedup_key)
        .where(
            Message.template == Template.CASE_DECIDED,
            Message.expires_at > now - _LOOKED_FOR,
            or_(
                col(Message.state).in_(_NOT_SENT),
                and_(col(Message.state).in_(_NOT_HEARD), given_up),
            ),
        )
        .order_by(col(Message.id))
    )
    named = [key.split(":") for key in keys]
    return [Missed(case_id=int(name[1]), step=int(name[2])) for name in named]


async def _unwritten(session: AsyncSession, now: datetime) -> list[Missed]:
    """Answers to somebody whom nobody can write to."""
    rows = await session.exec(
        select(CaseStep.case_id, CaseStep.number)
        .join(Case, col(Case.id) == col(CaseStep.case_id))
        .join(Visitor, col(Visitor.id) == col(Case.visitor_id))
        .where(
            col(CaseStep.action).in_((CaseAction.GRANT, CaseAction.DENY)),
            CaseStep.at > now - _LOOKED_FOR,
            col(Visitor.phone).is_(None),
            col(Visitor.helper_phone).is_(None),
        )
        .order_by(col(CaseStep.id))
    )
    return [Missed(case_id=case_id, step=number) for case_id, number in rows]


async def note(session: AsyncSession, one: Missed, *, by: Actor, now: datetime) -> None:
    """Write down that the family was not reached."""
    case, facts = await session.get_one(Case, one.case_id), {"of": one.step}
    await steps.write(
        session, case, CaseAction.NOT_REACHED, by=by, now=now, facts=facts
    )


async def waits(session: AsyncSession, case: Case) -> bool:
    """Whether somebody is still to tell the family of a case."""
    rows = await session.exec(select(Case.id).where(Case.id == case.id, WAITS))
    return rows.first() is not None


async def phones(session: AsyncSession, case: Case) -> tuple[str, ...]:
    """The numbers of whoever asked, and of who helps them."""
    if case.visitor_id is None:
        return ()
    visitor = await session.get_one(Visitor, case.visitor_id)
    return tuple(one for one in (visitor.phone, visitor.helper_phone) if one)


async def told(session: AsyncSession, case: Case, *, by: Actor, now: datetime) -> None:
    """Note that somebody told the family, unless somebody did before."""
    if await waits(session, case):
        await steps.write(session, case, CaseAction.TELL, by=by, now=now)
