"""A family sends the code of its request by SMS, and is told how it stands.

Whatever is no code of a request is not answered at all: a text costs money, and who
guesses learns nothing. Tries are counted by number and all together.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.gateways.twilio_signature import Incoming
from visitation import attempts, cases, messages, wording
from visitation.attempts import Limit
from visitation.keyring import Keyring
from visitation.people import Visitor
from visitation.wording import Template
from visitation.words import CaseState

#: What a state is called in a text of a word or two.
SAID: Mapping[CaseState, str] = {
    CaseState.SUBMITTED: "late",
    CaseState.IN_PROGRESS: "late",
    CaseState.REFERRED: "referred",
    CaseState.REOPENED: "reopened",
    CaseState.APPEALED: "reopened",
    CaseState.GRANTED: "granted",
    CaseState.DENIED: "denied",
    CaseState.WITHDRAWN: "withdrawn",
}
BY_NUMBER = Limit(name="track-sms", most=5, window=timedelta(hours=1))
IN_ALL = Limit(name="track-sms-all", most=600, window=timedelta(hours=1))
_PURPOSE, _ALL = "attempt", "all"
#: An answer that is later than this is none.
_LASTS = timedelta(hours=6)


async def answer(
    session: AsyncSession,
    incoming: Incoming,
    *,
    language: str,
    keyring: Keyring,
    now: datetime,
) -> bool:
    """Write back how the request stands whose code came; once for the same text.

    Args:
        session: the transaction.
        incoming: what came, and from which number.
        language: of the answer, where the request is of nobody whose language is known.
        keyring: opens codes.
        now: the moment.

    Returns:
        Whether there is an answer.

    Raises:
        TooMany: if too much came from this number, or altogether.
    """
    number = keyring.fingerprint(_PURPOSE, incoming.phone)
    await attempts.hit(session, BY_NUMBER, number, now=now)
    await attempts.hit(session, IN_ALL, _ALL, now=now)
    case = await cases.by_tracking(session, incoming.text, keyring=keyring)
    if case is None:
        return False
    visitor = await session.get(Visitor, case.visitor_id) if case.visitor_id else None
    language = visitor.language if visitor else language
    draft = messages.drafted(
        Template.CASE_NEWS,
        dedup_key=f"case:{case.id}:asked:{incoming.id}",
        phone=incoming.phone,
        language=language,
        variables={
            "case": str(case.id),
            "decision": wording.decision(SAID[case.state], language),
        },
        now=now,
        expires_at=now + _LASTS,
    )
    return await messages.put_all(session, [draft]) > 0
