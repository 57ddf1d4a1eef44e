"""The documents of a request as its page names them; none is opened here."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import Case, CaseDocument, reading
from visitation.people import Account, Visitor
from visitation.words import Visibility
from web import case_reach, gate, present
from web.i18n import _
from web.labels import label
from web.render import url

_KILO = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document: what it is called, and how big, from whom and for whom it is."""

    name: str
    href: str
    about: str


async def listed(
    session: AsyncSession, request: web.Request, case: Case, *, zone: ZoneInfo
) -> list[Paper]:
    """The documents that whoever asks may read, the newest first."""
    sight = case_reach.reader(gate.staff(request)).sight
    seen = [one for one in Visibility if reading.reads(one, sight)]
    rows = await session.exec(
        select(CaseDocument, Account.name, Visitor.name)
        .outerjoin(Account, col(Account.id) == col(CaseDocument.account_id))
        .outerjoin(Visitor, col(Visitor.id) == col(CaseDocument.visitor_id))
        .where(CaseDocument.case_id == case.id, col(CaseDocument.visibility).in_(seen))
        .options(defer(CaseDocument.sealed))  # type: ignore[arg-type]
        .order_by(col(CaseDocument.id).desc())
    )
    return [
        Paper(
            name=one.name,
            href=url(
                request,
                "case_documents.file",
                case=case.reference,
                document=one.reference,
            ),
            about=present.parted(
                _("%(count)s kilobytes", count=present.digits(-(-one.size // _KILO))),
                *filter(None, [staff or visitor]),
                present.moment(one.added_at, zone),
                label(one.visibility),
            ),
        )
        for one, staff, visitor in rows.all()
    ]
