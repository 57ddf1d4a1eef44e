"""A service point's day: its queue, its kiosks, what it hands on, and its end."""

from visitation.points import days, equipment, handing, queue
from visitation.points.days import DayClosed, VisitsToCome
from visitation.points.handing import TakenOver
from visitation.points.queue import TicketMoved

__all__ = [
    "DayClosed",
    "TakenOver",
    "TicketMoved",
    "VisitsToCome",
    "days",
    "equipment",
    "handing",
    "queue",
]
