"""The documents of a case: kept sealed, the same file once, and read again."""

import base64
import hashlib
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import steps
from visitation.cases.files import Sound
from visitation.cases.refusing import TooManyDocuments
from visitation.cases.tables import Case, CaseDocument
from visitation.database import is_conflict
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.words import CaseAction, Visibility

#: How many documents a case has.
MOST = 30
_PURPOSE = "case-document"


async def add(
    session: AsyncSession,
    case: Case,
    *,
    file: Sound,
    visibility: Visibility,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    visitor_id: int | None = None,
    visit_id: int | None = None,
) -> tuple[CaseDocument, bool]:
    """Keep a file that was found sound with a case; the same file is kept once.

    Returns:
        The document, and whether it is new.

    Raises:
        TooManyDocuments: if the case has as many as a case may have.
    """
    digest = hashlib.sha256(file.content).hexdigest()
    if (same := await _same(session, case, digest)) is not None:
        return same, False
    document = CaseDocument(
        reference=keyring.reference(),
        case_id=case.id,
        name=file.name,
        type=file.type,
        size=len(file.content),
        digest=digest,
        visibility=visibility,
        sealed=keyring.seal(_PURPOSE, base64.b64encode(file.content).decode()),
        added_at=now,
        account_id=by.account_id,
        visitor_id=visitor_id or by.visitor_id,
    )
    if (same := await _put(session, case, document)) is not None:
        return same, False
    await _note(session, case, document, by=by, now=now, visit_id=visit_id)
    return document, True


async def by_reference(
    session: AsyncSession, case: Case, reference: str
) -> CaseDocument:
    """The document of that reference.

    Raises:
        NotFound: if the case has none.
    """
    rows = await session.exec(
        select(CaseDocument).where(
            CaseDocument.case_id == case.id, CaseDocument.reference == reference
        )
    )
    document = rows.first()
    if document is None:
        raise NotFound(reference)
    return document


def content_of(document: CaseDocument, *, keyring: Keyring) -> bytes:
    """What is in a document, to be sent as a file and never shown as a page."""
    return base64.b64decode(keyring.open(_PURPOSE, document.sealed))


async def _put(
    session: AsyncSession, case: Case, document: CaseDocument
) -> CaseDocument | None:
    """Keep a document; the one that is the same, if somebody was quicker."""
    try:
        async with session.begin_nested():
            session.add(document)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        return await _same(session, case, document.digest)
    return None


async def _note(
    session: AsyncSession,
    case: Case,
    document: CaseDocument,
    *,
    by: Actor,
    now: datetime,
    visit_id: int | None,
) -> None:
    """Write the step, which holds the case's row, so that nobody adds one meanwhile."""
    await steps.write(
        session,
        case,
        CaseAction.ATTACH,
        by=by,
        now=now,
        visibility=document.visibility,
        facts={"document": document.id},
        visitor_id=document.visitor_id,
        visit_id=visit_id,
    )
    await _check_count(session, case)


async def _same(session: AsyncSession, case: Case, digest: str) -> CaseDocument | None:
    rows = await session.exec(
        select(CaseDocument).where(
            CaseDocument.case_id == case.id, CaseDocument.digest == digest
        )
    )
    return rows.first()


async def _check_count(session: AsyncSession, case: Case) -> None:
    counted = await session.exec(
        select(func.count()).where(col(CaseDocument.case_id) == case.id)
    )
    if counted.one() > MOST:
        raise TooManyDocuments(MOST)
