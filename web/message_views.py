"""Text messages as staff see them: exactly as sent, the phone masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import outgoing
from visitation import messages, visits, wording
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.visits import Participant, Visit
from visitation.wording import Template
from visitation.words import Addressee, Channel
from web import present
from web.i18n import N_, _, language
from web.labels import label, tone

_SHOWN_DIGITS = 4
#: Instead of the words of an old message.
WIPED = N_("To whom this went, and what it said of them, is not kept any more.")
#: What became of messages that nobody got.
_LOST = (MessageState.UNDELIVERED, MessageState.FAILED, MessageState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message on a page.

    Attributes:
        at: when it was handed over, else when it was written.
        how: what is unusual: that it is a voice call, or goes to a helper.
        segments: how many it cost, or will cost; empty for a call.
    """

    at: datetime
    sent: bool
    to: Markup
    name: str
    how: tuple[str, ...]
    text: str
    language: str
    sign: str
    tone: str
    segments: str
    error: str
    visit_id: int | None


def lost(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions on messages that did not arrive, about visits to come."""
    ahead = select(Visit.id).where(col(Visit.ends_at) > now)
    return col(Message.state).in_(_LOST), col(Message.visit_id).in_(ahead)


async def shown(
    session: AsyncSession,
    rows: Sequence[Message],
    *,
    keyring: Keyring | None,
    link: str,
) -> list[Shown]:
    """Messages in the words they have or will have.

    Args:
        session: to read the join codes from.
        rows: the messages.
        keyring: opens the codes; None for those who may not read them.
        link: what messages end with, where the gateway takes addresses.
    """
    codes = await _codes(session, rows, keyring) if keyring is not None else {}
    return [_one(row, codes.get(row.participant_id), link) for row in rows]


def masked(phone: str) -> Markup:
    """All that is shown of a phone: its last four digits."""
    ending = present.digits(phone[-_SHOWN_DIGITS:])
    return Markup('<bdi dir="ltr">••• {}</bdi>').format(ending)


async def _codes(
    session: AsyncSession, rows: Sequence[Message], keyring: Keyring
) -> dict[int | None, str]:
    found = await session.exec(
        select(Participant).where(
            col(Participant.id).in_({row.participant_id for row in rows}),
            col(Participant.code_sealed).is_not(None),
        )
    )
    opened = {p.id: visits.code_of(p, keyring=keyring) for p in found.all()}
    return {who: code for who, code in opened.items() if code is not None}


def _how(row: Message) -> tuple[str, ...]:
    is_call, is_helpers = (
        row.channel is Channel.VOICE,
        row.addressee is Addressee.HELPER,
    )
    return (label(row.channel),) * is_call + (label(row.addressee),) * is_helpers


def _segments(row: Message, text: str) -> str:
    if row.channel is Channel.VOICE:
        return ""
    return present.digits(row.segments or wording.segments(text))


def _one(row: Message, code: str | None, link: str) -> Shown:
    # A reply code is the family's alone.
    code = None if row.template is Template.OFFER else code
    wiped = not row.phone
    there = outgoing.address(row.template, link, code)
    text = _(WIPED) if wiped else messages.text_of(row, code=code, link=there)
    return Shown(
        at=row.sent_at or row.created_at,
        sent=row.sent_at is not None,
        to=Markup("") if wiped else masked(row.phone),
        name=label(row.template),
        how=_how(row),
        text=text,
        language=language() if wiped else row.language,
        sign=label(row.state),
        tone=tone(row.state),
        segments=_segments(row, text),
        error=row.error,
        visit_id=row.visit_id,
    )
