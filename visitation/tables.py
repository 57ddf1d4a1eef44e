"""Every table, for migrations and for tests that need them all."""

from sqlmodel import SQLModel

from visitation.attempts import tables as attempts
from visitation.audit import tables as audit
from visitation.calls import tables as calls
from visitation.cases import tables as cases
from visitation.devices import tables as devices
from visitation.filing import tables as filing
from visitation.lines import tables as lines
from visitation.maintenance import tables as maintenance
from visitation.messages import tables as messages
from visitation.people import tables as people
from visitation.places import tables as places
from visitation.points import tables as points
from visitation.professionals import tables as professionals
from visitation.recordings import tables as recordings
from visitation.rulings import tables as rulings
from visitation.runs import tables as runs
from visitation.services import tables as services
from visitation.statistics import tables as statistics
from visitation.visits import tables as visits
from visitation.waiting import tables as waiting
from visitation.webhooks import tables as webhooks

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "attempts",
    "audit",
    "calls",
    "cases",
    "devices",
    "filing",
    "lines",
    "maintenance",
    "messages",
    "people",
    "places",
    "points",
    "professionals",
    "recordings",
    "rulings",
    "runs",
    "services",
    "statistics",
    "visits",
    "waiting",
    "webhooks",
]
