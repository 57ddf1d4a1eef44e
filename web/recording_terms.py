"""What people are told before they agree to being recorded: how long, and for how many.

Reads the rules in force and the booking; decides nothing, and knows nothing of any
recording.
"""

from datetime import timedelta

from aiohttp import web
from sqlmodel import col, func, select

from visitation import places
from visitation.recordings import keeping
from visitation.visits import Participant, Visit
from visitation.words import Part, Recorded, VisitKind
from web import system_signs
from web.keys import DATABASE, DEVICE, SETTINGS


async def kept(request: web.Request, visit: Visit) -> str:
    """How long a recording of a visit is kept, in words.

    Returns:
        Nothing where the visit is not to be recorded: nobody is asked then.
    """
    if visit.kind is VisitKind.LEGAL:
        return ""
    async with request.app[DATABASE].read() as session:
        policy = await places.policy_of(session, visit.prison_id)
        days = await keeping.days(session, request.app[SETTINGS].keeps)
    if policy.recorded is Recorded.NEVER:
        return ""
    return system_signs.length(timedelta(days=days[visit.kind]))


async def together(request: web.Request, visit: Visit, part: Part) -> int:
    """How many of a family are booked to sit at the kiosk whose page asks.

    Returns:
        0 where that cannot be known: on any other device, and on a phone of one's own.
    """
    device = request.get(DEVICE)
    at_kiosk = device is not None and device.station_id == visit.kiosk_id
    if not at_kiosk or part is not Part.VISITOR:
        return 0
    async with request.app[DATABASE].read() as session:
        rows = await session.exec(
            select(func.count()).where(
                Participant.visit_id == visit.id, col(Participant.part) == Part.VISITOR
            )
        )
    return rows.one()
