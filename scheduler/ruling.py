"""An official's word beside a visit: a step of a case, or a note of the visit.

What nobody asked for becomes a case of its own, with its answer at once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import rulings
from visitation.audit import Actor
from visitation.cases import Case, CaseStep, acts, orders, raise_case
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.rulings.words import RulingKind
from visitation.visits import Visit
from visitation.words import CaseAction, CaseKind, CaseSource

_VERBS = {
    RulingKind.GRANTED: (CaseAction.GRANT, acts.grant),
    RulingKind.DENIED: (CaseAction.DENY, acts.deny),
    RulingKind.REFERRED: (CaseAction.REFER, acts.refer),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What an official says.

    Attributes:
        about: what it is about, where it answers no case.
        template: the prepared text it began as.
        case: the reference of the case that it answers; empty for none.
        tell: whether the family is told.
        order: what the prison is told to do; empty for nothing.
        due_days: in how many working days.
    """

    kind: RulingKind
    about: CaseKind
    text: str
    template: str = ""
    case: str = ""
    tell: bool = False
    order: str = ""
    due_days: int = 5


async def pronounce(
    session: AsyncSession,
    visit: Visit,
    word: Word,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> str:
    """Write down what an official says; the same sent twice is one.

    Returns:
        The reference of the case, or of the note.

    Raises:
        Changed: if somebody else did something to the case first.
        Closed: if somebody decided about it before.
        Invalid: if nothing is said, too much, or a blank is not filled in.
        NotFound: if the case is not of this visit's prisoner.
        SameJudge: if it is an appeal against this person's own answer.
    """
    text = rulings.worded(word.text)
    if word.kind is RulingKind.NOTED:
        noted = await rulings.note_down(
            session,
            visit,
            about=word.about,
            text=text,
            template=word.template,
            keyring=keyring,
            by=by,
            now=now,
        )
        return noted.reference
    same = await _same(session, visit, word, text, by)
    if same is not None:
        return same.reference
    case = await _case(session, visit, word, keyring=keyring, by=by, now=now)
    _action, verb = _VERBS[word.kind]
    await verb(
        session,
        case,
        text=text,
        template=word.template,
        visit_id=visit.id,
        tell=word.tell,
        by=by,
        now=now,
    )
    await _order(session, visit, case, word, keyring=keyring, by=by, now=now)
    return case.reference


async def _case(
    session: AsyncSession,
    visit: Visit,
    word: Word,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Case:
    """The case that is answered; one of its own where nobody asked."""
    if word.case:
        rows = await session.exec(
            select(Case).where(
                Case.reference == word.case, Case.prisoner_id == visit.prisoner_id
            )
        )
        found = rows.first()
        if found is None:
            raise NotFound("case")
        return found
    raised = await raise_case(
        session,
        kind=word.about,
        prisoner_id=visit.prisoner_id,
        source=CaseSource.OFFICIAL,
        visit_id=visit.id,
        tell=False,
        keyring=keyring,
        by=by,
        now=now,
    )
    return raised.case


async def _order(
    session: AsyncSession,
    visit: Visit,
    case: Case,
    word: Word,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    if not word.order.strip():
        return
    await orders.make(
        session,
        case,
        text=word.order,
        due_days=word.due_days,
        site_id=visit.prison_id,
        visit_id=visit.id,
        keyring=keyring,
        by=by,
        now=now,
    )


async def _same(
    session: AsyncSession, visit: Visit, word: Word, text: str, by: Actor
) -> Case | None:
    """The case where exactly this was said in this visit."""
    action, _verb = _VERBS[word.kind]
    about = Case.reference == word.case if word.case else col(Case.kind) == word.about
    rows = await session.exec(
        select(Case)
        .join(CaseStep, col(CaseStep.case_id) == col(Case.id))
        .where(
            CaseStep.visit_id == visit.id,
            CaseStep.account_id == by.account_id,
            CaseStep.action == action,
            CaseStep.text == text,
            about,
        )
    )
    return rows.first()
