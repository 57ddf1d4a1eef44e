"""Messages as they are handed over: the row, who it is for, and what it says.

The text is made here, when it is needed, from the sealed code of whoever may know it;
asking a gateway for a message it may have taken makes the same text again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.gateways.gateway import Gateway, Letter
from scheduler.means import Means
from visitation import devices, messages, visits, waiting, wording
from visitation.cases import Case, tracking
from visitation.devices import Challenge
from visitation.keyring import Keyring, Unreadable
from visitation.messages import Message, OptOut
from visitation.visits import Participant
from visitation.waiting import Offer
from visitation.wording import WORDINGS, Template

log = structlog.get_logger(__name__)

#: Where families answer what they are offered, after the service's address.
OFFER_PATH = "/offer"
JOIN_PATH = "/join"
#: Whose code is the tracking code of a case.
TRACKED = frozenset({Template.CASE_RAISED, Template.CASE_DECIDED, Template.CASE_NEWS})
#: Whose numbers are known by fingerprints of this purpose.
PHONE = "phone"
_REFERENCE = "message-reference"
#: Hexadecimal ones: 52 bits are a whole number in every language and in JSON.
_REFERENCE_DIGITS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message of ours and its letter.

    Attributes:
        letter: None when it is not to be sent, or cannot be made any more.
        refusal: why it is not.
    """

    message: Message
    letter: Letter | None
    refusal: str = ""


async def outgoing(
    session: AsyncSession,
    ids: Sequence[int],
    gateway: Gateway,
    *,
    means: Means,
    now: datetime,
) -> list[Outgoing]:
    """Messages with what they say through a gateway, the most urgent first."""
    rows = await session.exec(
        select(Message, Participant, Offer, Challenge)
        .outerjoin(Participant, col(Participant.id) == col(Message.participant_id))
        .outerjoin(Offer, col(Offer.visit_id) == col(Message.visit_id))
        .outerjoin(Challenge, col(Challenge.id) == col(Message.challenge_id))
        .where(col(Message.id).in_(ids))
        .order_by(col(Message.priority), col(Message.not_before), col(Message.id))
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    tracked = await _tracked(session, [row[0] for row in found], means.keyring)
    unwanted = await _opted_out(session, [row[0].phone for row in found], means.keyring)
    link = means.link if gateway.allows_link else None
    return [
        _refused(message, "opted_out")
        if message.phone in unwanted
        else _made(
            message,
            tracked.get(message.id)
            or _code(message, participant, offer, challenge, keyring=means.keyring),
            named=reference(message, means.keyring),
            link=link,
            now=now,
        )
        for message, participant, offer, challenge in found
    ]


def reference(message: Message, keyring: Keyring) -> str:
    """A number that no other message has, were it of another installation's.

    Many share an account, and rows that a restored database has lost are numbered
    anew; what a provider keeps of those is not to be taken for this one.
    """
    row = f"{message.id} {message.dedup_key} {message.created_at.isoformat()}"
    whole = keyring.fingerprint(_REFERENCE, row)[:_REFERENCE_DIGITS]
    return str(int(whole, 16))


def _made(
    message: Message,
    code: str | None,
    *,
    named: str,
    link: str | None,
    now: datetime,
) -> Outgoing:
    has_code = WORDINGS[message.template].has_code
    if has_code and code is None:
        return _refused(message, "code_wiped")
    link = address(message.template, link, code)
    variables = dict(message.variables)
    if code is not None:
        variables["code"] = wording.digits(code, message.language)
    try:
        text = messages.text_of(message, code=code, link=link)
        values = wording.values(message.template, message.language, variables)
    except KeyError as missing:
        # It was written for other words than today's, and holds up no other.
        name = missing.args[0]
        log.warning("message_without_words", message=message.id, variable=name)
        return _refused(message, "no_words")
    letter = Letter(
        reference=named,
        phone=message.phone,
        text=text,
        template=message.template,
        language=message.language,
        variables=values,
        channel=message.channel,
        validity=message.expires_at - now,
    )
    return Outgoing(message=message, letter=letter)


def address(template: Template, home: str | None, code: str | None) -> str | None:
    """Where a message leads, of a service at home there; None where no address goes.

    A join code that is not known, or nobody's to read, is left out.
    """
    if not home:
        return None
    if template is Template.OFFER:
        return f"{home}{OFFER_PATH}"
    if not WORDINGS[template].has_code or template in TRACKED:
        return home
    # What stands behind the # is never sent to the service, and so never logged.
    return f"{home}{JOIN_PATH}#{code}" if code else f"{home}{JOIN_PATH}"


def _refused(message: Message, why: str) -> Outgoing:
    return Outgoing(message=message, letter=None, refusal=why)


def _code(
    message: Message,
    participant: Participant | None,
    offer: Offer | None,
    challenge: Challenge | None,
    *,
    keyring: Keyring,
) -> str | None:
    if not WORDINGS[message.template].has_code:
        return None
    try:
        match message.template:
            case Template.OFFER:
                return waiting.code_of(offer, keyring=keyring) if offer else None
            case Template.SIGN_IN:
                return (
                    devices.code_of(challenge, keyring=keyring) if challenge else None
                )
            case _:
                return (
                    visits.code_of(participant, keyring=keyring)
                    if participant
                    else None
                )
    except Unreadable:
        return None


async def _tracked(
    session: AsyncSession, waiting_: Sequence[Message], keyring: Keyring
) -> dict[int, str]:
    """The tracking codes that messages about cases say."""
    about = {
        one.id: int(one.variables.get("case", 0))
        for one in waiting_
        if one.template in TRACKED
    }
    if not about:
        return {}
    rows = await session.exec(select(Case).where(col(Case.id).in_(about.values())))
    codes = {case.id: tracking.shown(case, keyring=keyring) for case in rows}
    return {one: codes[case] for one, case in about.items() if codes.get(case)}


async def _opted_out(
    session: AsyncSession, phones: Sequence[str], keyring: Keyring
) -> set[str]:
    """Those of the numbers whose owners want no messages."""
    prints = {keyring.fingerprint(PHONE, phone): phone for phone in phones}
    rows = await session.exec(
        select(OptOut.phone_fingerprint).where(
            col(OptOut.phone_fingerprint).in_(list(prints))
        )
    )
    return {prints[each] for each in rows.all()}
