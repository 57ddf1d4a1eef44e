"""Writing down what an official decides, refers or notes; it is never changed.

A wish of a family is decided once, by whoever comes first; referring it leaves it open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.calls import after
from visitation.calls.tables import Wish
from visitation.database import is_conflict
from visitation.errors import Invalid, NotAllowed, NotFound, VisitationError
from visitation.keyring import Keyring
from visitation.people.tables import Account
from visitation.rulings.tables import Ruling
from visitation.rulings.words import RulingKind, RulingState
from visitation.visits.tables import Visit
from visitation.words import WishKind

#: The longest text, in characters.
LONGEST = 300
#: What a prepared text has where something is still to be filled in.
BLANK = "…"
#: What ends a request.
DECISIONS = frozenset({RulingKind.GRANTED, RulingKind.DENIED})


class AlreadyRuled(VisitationError):
    """Somebody has decided about this wish before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A ruling and who wrote it."""

    number: int
    reference: str
    kind: RulingKind
    about: WishKind
    text: str
    state: RulingState
    at: datetime
    by: str


async def rule(
    session: AsyncSession,
    visit: Visit,
    *,
    kind: RulingKind,
    about: WishKind,
    text: str,
    template: str = "",
    wish: str = "",
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> tuple[Ruling, bool]:
    """Write a ruling down; the same sent twice is one.

    Args:
        session: the transaction.
        visit: in which it is written.
        kind: what is made of it.
        about: what it is about; a wish says so itself.
        text: for staff to read.
        template: the prepared text it began as.
        wish: the reference of the family's wish that it answers, if any.
        keyring: names it.
        by: the official.
        now: the moment.

    Returns:
        The ruling, and whether it is new.

    Raises:
        AlreadyRuled: if somebody decided about the wish before.
        Invalid: if nothing is said, too much, or a blank is not filled in.
        NotAllowed: if it is nobody of staff.
        NotFound: if the wish is not of this visit's prisoner.
    """
    if by.account_id is None:
        raise NotAllowed("rule")
    words = worded(text)
    wished = await _wish(session, visit, wish) if wish else None
    found = Ruling(
        reference=keyring.reference(),
        visit_id=visit.id,
        account_id=by.account_id,
        wish_id=wished.id if wished else None,
        kind=kind,
        about=wished.kind if wished else about,
        text=words,
        template=template,
        state=RulingState.OPEN if kind is RulingKind.REFERRED else RulingState.ANSWERED,
        at=now,
    )
    same = await _same(session, found)
    if same is not None:
        return same, False
    await _add(session, found)
    if kind in DECISIONS:
        await _answer(session, visit, found)
    if wished is not None:
        await after.hear(session, wished, by=by, now=now)
    _note(session, found, by=by, now=now)
    return found, True


async def of_visit(session: AsyncSession, *, visit_id: int) -> Sequence[Ruled]:
    """What was written in one visit, the oldest first."""
    rows = await session.exec(
        select(Ruling, Account.name)
        .join(Account, col(Account.id) == col(Ruling.account_id))
        .where(Ruling.visit_id == visit_id)
        .order_by(col(Ruling.id))
    )
    return [ruled(one, name) for one, name in rows.all()]


def ruled(one: Ruling, by: str) -> Ruled:
    """A row as it is read."""
    return Ruled(
        number=one.id,
        reference=one.reference,
        kind=one.kind,
        about=one.about,
        text=one.text,
        state=one.state,
        at=one.at,
        by=by,
    )


def worded(text: str) -> str:
    """The text as it is kept.

    Raises:
        Invalid: if nothing is said, too much, or a blank is not filled in.
    """
    words = text.strip()
    if not words:
        raise Invalid("text", "missing")
    if len(words) > LONGEST:
        raise Invalid("text", "too_long")
    if BLANK in words:
        raise Invalid("text", "blank_left")
    return words


async def _wish(session: AsyncSession, visit: Visit, reference: str) -> Wish:
    rows = await session.exec(
        select(Wish)
        .join(Visit, col(Visit.id) == col(Wish.visit_id))
        .where(Wish.reference == reference, Visit.prisoner_id == visit.prisoner_id)
    )
    found = rows.first()
    if found is None:
        raise NotFound("wish")
    return found


async def _same(session: AsyncSession, new: Ruling) -> Ruling | None:
    wish = col(Ruling.wish_id)
    rows = await session.exec(
        select(Ruling).where(
            Ruling.visit_id == new.visit_id,
            Ruling.account_id == new.account_id,
            wish.is_(None) if new.wish_id is None else wish == new.wish_id,
            Ruling.kind == new.kind,
            Ruling.about == new.about,
            Ruling.text == new.text,
        )
    )
    return rows.first()


async def _add(session: AsyncSession, new: Ruling) -> None:
    try:
        async with session.begin_nested():
            session.add(new)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise AlreadyRuled(str(new.wish_id)) from None


def _note(session: AsyncSession, new: Ruling, *, by: Actor, now: datetime) -> None:
    audit.note(
        session,
        by,
        f"ruling_{new.kind}",
        f"ruling:{new.id}",
        now=now,
        visit_id=new.visit_id,
        ruling=new.id,
        about=new.about.value,
    )


async def _answer(session: AsyncSession, visit: Visit, new: Ruling) -> None:
    """What was referred of the same is answered by its decision."""
    same_wish = (
        col(Ruling.wish_id) == new.wish_id
        if new.wish_id is not None
        else col(Ruling.wish_id).is_(None) & (col(Ruling.about) == new.about)
    )
    of_prisoner = select(Visit.id).where(Visit.prisoner_id == visit.prisoner_id)
    await session.exec(
        update(Ruling)
        .where(
            same_wish,
            col(Ruling.visit_id).in_(of_prisoner),
            col(Ruling.state) == RulingState.OPEN,
        )
        .values(state=RulingState.ANSWERED)
        .execution_options(synchronize_session=False)
    )
