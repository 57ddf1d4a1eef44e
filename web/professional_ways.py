"""Where what a professional holds can be chosen anew: the place, the day, the time."""

from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.professionals import Licence, Mandate
from visitation.visits import Visit
from visitation.words import MandateState
from web import gate
from web.booking_choices import OWN_PHONE
from web.render import url


async def back(
    session: AsyncSession, request: web.Request, visit: Visit
) -> dict[str, str]:
    """The addresses of the steps that led to a confidential visit."""
    rows = await session.exec(
        select(Mandate.reference)
        .join(Licence, col(Licence.id) == col(Mandate.licence_id))
        .where(
            Mandate.prisoner_id == visit.prisoner_id,
            Mandate.state == MandateState.APPROVED,
            col(Licence.visitor_id).in_(gate.visitor(request).visitor_ids),
        )
    )
    mandate = rows.first()
    whom = url(request, "professionals_clients.index")
    if mandate is None:
        return dict.fromkeys(("whom", "party", "day", "time"), whom)
    place = OWN_PHONE if visit.kiosk_id is None else str(visit.point_id)
    day = visit.starts_at.date().isoformat()
    path = url(request, "professionals_book.place", mandate=mandate)
    return {
        "whom": whom,
        "party": path,
        "day": f"{path}/days?{urlencode({'place': place, 'month': day})}",
        "time": f"{path}/times?{urlencode({'place': place, 'day': day})}",
    }
