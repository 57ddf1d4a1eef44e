"""An official's word on a request, written down, and the family told of it.

The message says a number and a decision in a word or two, never the text.
"""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices
from visitation import messages, rulings, wording
from visitation.audit import Actor
from visitation.calls.tables import Wish
from visitation.keyring import Keyring
from visitation.rulings import Ruling
from visitation.rulings.words import RulingKind
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import Part, WishKind

#: What families are told of.
TOLD = frozenset({RulingKind.GRANTED, RulingKind.DENIED, RulingKind.REFERRED})
#: How long the news of a decision is worth sending.
_LASTS = timedelta(days=3)


async def pronounce(
    session: AsyncSession,
    visit: Visit,
    *,
    kind: RulingKind,
    about: WishKind,
    text: str,
    template: str,
    wish: str,
    tell: bool,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Ruling:
    """Write a ruling down and tell the family, if it is to be told.

    Raises:
        AlreadyRuled: if somebody decided about the wish before.
        Invalid: if nothing is said, too much, or a blank is not filled in.
        NotFound: if the wish is not of this visit's prisoner.
    """
    ruling, is_new = await rulings.rule(
        session,
        visit,
        kind=kind,
        about=about,
        text=text,
        template=template,
        wish=wish,
        keyring=keyring,
        by=by,
        now=now,
    )
    if is_new and tell and kind in TOLD:
        await _tell(session, ruling, now)
    return ruling


async def _tell(session: AsyncSession, ruling: Ruling, now: datetime) -> None:
    """Tell whoever asked; without a wish, the visitors of the visit."""
    wish = await session.get(Wish, ruling.wish_id) if ruling.wish_id else None
    drafts = []
    for one in await notices.recipients(
        session, wish.visit_id if wish else ruling.visit_id
    ):
        address = one.address
        asked = wish is None or one.participant_id == wish.participant_id
        if one.part is not Part.VISITOR or not asked or address is None:
            continue
        drafts.append(
            messages.drafted(
                Template.CASE_DECIDED,
                dedup_key=f"ruling:{ruling.id}:{one.participant_id}",
                **address,
                language=one.language,
                variables={
                    "number": wording.digits(str(ruling.id), one.language),
                    "decision": wording.decision(ruling.kind, one.language),
                },
                now=now,
                expires_at=now + _LASTS,
                visit_id=wish.visit_id if wish else ruling.visit_id,
                participant_id=one.participant_id,
            )
        )
    await messages.put_all(session, drafts)
