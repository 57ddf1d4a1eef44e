"""What people are told before they agree to being recorded: how long it is kept.

Reads the rules in force; decides nothing, and knows nothing of any recording.
"""

from datetime import timedelta

from aiohttp import web

from visitation import places
from visitation.recordings import keeping
from visitation.visits import Visit
from visitation.words import Recorded, VisitKind
from web import system_signs
from web.keys import DATABASE, SETTINGS


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
