"""What professionals do for their clients: hold a visit, file and follow requests.

Whether they may is `visitation.professionals.rights`'; the rules, claims and messages
of a visit are those of any booking, and a request is a case like any other.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import choosing
from scheduler.ranked import Place
from visitation import cases, professionals
from visitation.audit import Actor
from visitation.cases import Case, CaseStep, Raised, acts, documents
from visitation.cases.files import Sound
from visitation.keyring import Keyring
from visitation.professionals import Right
from visitation.visits import Visit
from visitation.words import Asker, CaseKind, CaseSource, Visibility, VisitKind


async def hold(
    session: AsyncSession,
    mandate: str,
    place: Place,
    *,
    visitor_id: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Visit:
    """Hold a time for a confidential visit of the client, for ten minutes.

    Raises:
        NotInForce: if the licence or the mandate is over, or was taken back.
        NotTheirs: if the profession has no such visits.
        Refused: with every reason that the rules have against it.
    """
    found = await professionals.acting(
        session, mandate, Right.VISIT, visitor_id=visitor_id, now=now
    )
    return await choosing.keep(
        session,
        prison_id=found.prison.id,
        terminal_id=place.terminal_id,
        span=place.span,
        kiosk_id=place.kiosk_id,
        kind=VisitKind.LEGAL,
        prisoner_id=found.prisoner.id,
        visitor_ids=[visitor_id],
        asked_by=Asker.FAMILY,
        keyring=keyring,
        by=by,
        now=now,
    )


async def file(
    session: AsyncSession,
    mandate: str,
    *,
    kind: CaseKind,
    text: str,
    answers: Mapping[str, Any],
    visitor_id: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Raised:
    """File a request for the client: the answers its kind asks, and words.

    Raises:
        NotInForce: if the licence or the mandate is over, or was taken back.
        NotTheirs: if the profession files no such requests.
        Invalid: if an answer or the text is missing, or cannot be taken.
        RepeatedTooOften: if the same was filed as often as it may be in a day.
        TooManyOpen: if as many requests are open as anybody may have.
    """
    found = await professionals.acting(
        session, mandate, Right.FILE, kind=kind, visitor_id=visitor_id, now=now
    )
    return await cases.raise_case(
        session,
        kind=kind,
        prisoner_id=found.prisoner.id,
        source=CaseSource.PROFESSIONAL,
        text=text,
        answers=answers,
        visitor_id=visitor_id,
        facts={"mandate": found.mandate.id},
        keyring=keyring,
        by=by,
        now=now,
    )


async def attach(
    session: AsyncSession,
    mandate: str,
    case: Case,
    *,
    file: Sound,
    visitor_id: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> bool:
    """Add a document to a request that was filed for the client.

    Returns:
        Whether it was not there already.

    Raises:
        NotInForce: if the licence or the mandate is over, or was taken back.
        NotTheirs: if the profession files nothing.
        TooManyDocuments: if the request has as many as one may have.
    """
    await professionals.acting(
        session, mandate, Right.FILE, visitor_id=visitor_id, now=now
    )
    _document, is_new = await documents.add(
        session,
        case,
        file=file,
        visibility=Visibility.FAMILY,
        visitor_id=visitor_id,
        keyring=keyring,
        by=by,
        now=now,
    )
    return is_new


async def withdraw(
    session: AsyncSession,
    mandate: str,
    case: Case,
    *,
    visitor_id: int,
    by: Actor,
    now: datetime,
) -> CaseStep:
    """Take back a request that was filed for the client.

    Raises:
        NotInForce: if the licence or the mandate is over, or was taken back.
        NotTheirs: if the profession files nothing.
        Closed: if it has its answer already.
    """
    await professionals.acting(
        session, mandate, Right.FILE, visitor_id=visitor_id, now=now
    )
    return await acts.withdraw(session, case, by=by, now=now)
