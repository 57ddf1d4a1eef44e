"""Handing in what a family wrote by itself: one draft becomes one case, once.

Whoever presses twice, or on two screens, gets the same case and the same code.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import raising, tracking
from visitation.cases.tables import Case
from visitation.filing import corrections, drafts
from visitation.filing.tables import FilingDraft
from visitation.keyring import Keyring
from visitation.people import Prisoner, Visitor
from visitation.words import CaseSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What somebody gets for what they handed in.

    Attributes:
        tracking: the code they follow it by.
        is_new: whether it was not asked for before.
    """

    case: Case
    tracking: str
    is_new: bool


async def hand_in(
    session: AsyncSession,
    reference: str,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Case:
    """Make a case of a draft, and keep what was meant otherwise than it was guessed.

    Raises:
        HandedIn: if it was handed in before.
        Invalid: if something is missing in it, or cannot be taken.
        NotFound: if there is none, or the prisoner is no longer theirs to ask for.
        NotReady: if it was not said yet what is asked for.
        RepeatedTooOften: if it was asked again as often as it may be in a day.
        TooManyOpen: if they have as many open cases as anybody may.
    """
    draft = await drafts.open_draft(session, reference, now=now)
    if draft.kind is None:
        raise drafts.NotReady(reference)
    guess = {"suggested": draft.suggested.value} if draft.suggested else {}
    raised = await raising.raise_case(
        session,
        kind=draft.kind,
        prisoner_id=draft.prisoner_id,
        source=CaseSource.FAMILY,
        text=draft.text,
        answers=draft.answers,
        visitor_id=draft.visitor_id,
        visit_id=draft.visit_id,
        point_id=draft.point_id,
        facts={**guess, **({"unsorted": True} if draft.unsorted else {})},
        keyring=keyring,
        by=by,
        now=now,
    )
    await _learn(session, draft, now)
    await drafts.close(session, draft, case_id=raised.case.id, now=now)
    return raised.case


async def receipt(
    session: AsyncSession, draft: FilingDraft, *, keyring: Keyring
) -> Receipt | None:
    """What a draft became; None while it is still being written."""
    if draft.case_id is None:
        return None
    case = await session.get_one(Case, draft.case_id)
    return Receipt(
        case=case,
        tracking=tracking.shown(case, keyring=keyring),
        is_new=case.raised_at == draft.handed_at,
    )


async def _learn(session: AsyncSession, draft: FilingDraft, now: datetime) -> None:
    meant, guess = draft.kind, draft.suggested
    # Nobody knows yet what is meant where a clerk is to say it.
    if meant is None or guess is None or guess is meant or draft.unsorted:
        return
    prisoner = await session.get_one(Prisoner, draft.prisoner_id)
    visitor = await session.get_one(Visitor, draft.visitor_id)
    corrections.keep(
        session,
        text=draft.text,
        names=(prisoner.name, visitor.name),
        suggested=guess,
        meant=meant,
        now=now,
    )
