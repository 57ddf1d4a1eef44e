"""The days between which a list is searched, as instants in the zone of here."""

from datetime import date, datetime, time, timedelta

from aiohttp import web

from web.keys import SETTINGS


def midnight(
    request: web.Request, day: date | None, *, days: int = 0
) -> datetime | None:
    """When the day so many days after one begins; None where no day was chosen."""
    if day is None:
        return None
    zone = request.app[SETTINGS].zone
    return datetime.combine(day + timedelta(days=days), time(), zone)
