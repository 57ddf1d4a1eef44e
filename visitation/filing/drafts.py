"""A request that somebody is still writing: each page keeps what it was told.

A draft belongs to one visitor and one prisoner from its beginning to its end. Once it
was handed in it takes nothing more, and remembers only which case it became.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases.belonging import belongs
from visitation.errors import NotFound, VisitationError
from visitation.filing.classifier import Guess
from visitation.filing.tables import FilingDraft
from visitation.keyring import Keyring
from visitation.words import CaseKind

#: How long it is kept for whoever comes back.
LIFE = timedelta(days=2)
#: How many a visitor has at a time; older ones make room.
MOST = 9


class HandedIn(VisitationError):
    """It was handed in before.

    Attributes:
        reference: of the draft.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


class NotReady(VisitationError):
    """Nobody has said yet what is asked for."""


async def begin(
    session: AsyncSession,
    *,
    visitor_id: int,
    prisoner_id: int,
    keyring: Keyring,
    now: datetime,
    visit_id: int | None = None,
    point_id: int | None = None,
) -> FilingDraft:
    """Begin to write.

    Raises:
        NotFound: if the prisoner is not theirs to ask for.
    """
    if not await belongs(session, visitor_id, prisoner_id, visit_id=visit_id, now=now):
        raise NotFound("prisoner")
    await _make_room(session, visitor_id)
    draft = FilingDraft(
        reference=keyring.reference(),
        visitor_id=visitor_id,
        prisoner_id=prisoner_id,
        visit_id=visit_id,
        point_id=point_id,
        made_at=now,
        expires_at=now + LIFE,
    )
    session.add(draft)
    await session.flush()
    return draft


async def open_draft(
    session: AsyncSession, reference: str, *, now: datetime
) -> FilingDraft:
    """A draft to write in; whoever writes in it at the same moment waits.

    Raises:
        HandedIn: if it was handed in.
        NotFound: if there is none, or none any more.
    """
    rows = await session.exec(
        select(FilingDraft)
        .where(FilingDraft.reference == reference, FilingDraft.expires_at > now)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    draft = rows.first()
    if draft is None:
        raise NotFound("draft")
    if draft.handed_at is not None:
        raise HandedIn(reference)
    return draft


async def say(
    session: AsyncSession,
    reference: str,
    *,
    text: str,
    guesses: Sequence[Guess],
    now: datetime,
) -> None:
    """Keep somebody's own words, and what these may mean, the likeliest first.

    Raises:
        HandedIn: if it was handed in.
        NotFound: if there is none.
    """
    draft = await open_draft(session, reference, now=now)
    draft.text = text
    draft.guesses = [[one.kind.value, one.likely] for one in guesses]
    draft.suggested = guesses[0].kind if guesses else None
    await session.flush()


def guessed(draft: FilingDraft) -> tuple[Guess, ...]:
    """What its words may mean, the likeliest first."""
    return tuple(
        Guess(kind=CaseKind(kind), likely=likely) for kind, likely in draft.guesses
    )


async def choose(
    session: AsyncSession,
    reference: str,
    *,
    kind: CaseKind,
    now: datetime,
    unsorted: bool = False,
) -> None:
    """Keep which kind it is; answers to another kind's questions go.

    Args:
        session: the transaction.
        reference: of the draft.
        kind: what is asked for.
        now: the moment.
        unsorted: whether nobody knows the kind, so that a clerk says it.

    Raises:
        HandedIn: if it was handed in.
        NotFound: if there is none.
    """
    draft = await open_draft(session, reference, now=now)
    if draft.kind is not kind:
        draft.answers = {}
    draft.kind, draft.unsorted = kind, unsorted
    await session.flush()


async def answer(
    session: AsyncSession,
    reference: str,
    *,
    answers: Mapping[str, Any],
    text: str,
    now: datetime,
) -> None:
    """Keep what was answered, as it will be handed in.

    Raises:
        HandedIn: if it was handed in.
        NotFound: if there is none.
    """
    draft = await open_draft(session, reference, now=now)
    draft.answers, draft.text = dict(answers), text
    await session.flush()


async def close(
    session: AsyncSession, draft: FilingDraft, *, case_id: int, now: datetime
) -> None:
    """Remember what it became, and nothing else of it."""
    draft.case_id, draft.handed_at = case_id, now
    draft.text, draft.answers = "", {}
    await session.flush()


async def forget(session: AsyncSession, *, now: datetime) -> int:
    """Delete drafts nobody came back to, and those handed in long ago; how many."""
    past = delete(FilingDraft).where(col(FilingDraft.expires_at) <= now)
    return (await session.exec(past)).rowcount


async def _make_room(session: AsyncSession, visitor_id: int) -> None:
    rows = await session.exec(
        select(FilingDraft.id)
        .where(
            FilingDraft.visitor_id == visitor_id, col(FilingDraft.handed_at).is_(None)
        )
        .order_by(col(FilingDraft.id).desc())
        .offset(MOST - 1)
    )
    old = rows.all()
    if old:
        await session.exec(delete(FilingDraft).where(col(FilingDraft.id).in_(old)))
