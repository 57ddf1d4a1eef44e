"""Writing down what an official notes in a visit; it is never changed."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, NotAllowed
from visitation.keyring import Keyring
from visitation.rulings.tables import Ruling
from visitation.visits.tables import Visit
from visitation.words import CaseKind

#: The longest text, in characters.
LONGEST = 300
#: What a prepared text has where something is still to be filled in.
BLANK = "…"


async def note_down(
    session: AsyncSession,
    visit: Visit,
    *,
    about: CaseKind,
    text: str,
    template: str = "",
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Ruling:
    """Note something of a visit; the same sent twice is one.

    Raises:
        Invalid: if nothing is said, too much, or a blank is not filled in.
        NotAllowed: if it is nobody of staff.
    """
    if by.account_id is None:
        raise NotAllowed("rule")
    words = worded(text)
    same = await _same(session, visit, by.account_id, about, words)
    if same is not None:
        return same
    noted = Ruling(
        reference=keyring.reference(),
        visit_id=visit.id,
        account_id=by.account_id,
        about=about,
        text=words,
        template=template,
        at=now,
    )
    session.add(noted)
    await session.flush()
    audit.note(
        session,
        by,
        "ruling_noted",
        f"ruling:{noted.id}",
        now=now,
        visit_id=visit.id,
        ruling=noted.id,
        about=about.value,
    )
    return noted


async def _same(
    session: AsyncSession, visit: Visit, account_id: int, about: CaseKind, text: str
) -> Ruling | None:
    rows = await session.exec(
        select(Ruling).where(
            Ruling.visit_id == visit.id,
            Ruling.account_id == account_id,
            Ruling.about == about,
            Ruling.text == text,
        )
    )
    return rows.first()


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
