"""The places of the navigation: which belong together, and which stand in its row.

Names of routes and words only. Who may go where the routes themselves say; what is not
in a role's row stands behind "More", in the same groups as on the start page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from visitation.words import Role
from web.i18n import N_

Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one kind of work: the words over them, and their routes' names."""

    heading: str
    places: tuple[str, ...]


GROUPS = (
    Group(
        N_("Today"),
        (
            "warden.day",
            "official.day",
            "clerk.day",
            "queue.index",
            "services.index",
            "helping.index",
            "call_list.index",
            "handover.index",
            "point_day.show",
        ),
    ),
    Group(
        N_("Visits"),
        (
            "schedule.day",
            "overview.month",
            "requests.index",
            "review.index",
            "waiting.index",
            "covers.index",
            "warden.unclosed",
            "after.wishes",
        ),
    ),
    Group(N_("Requests of prisoners"), ("cases.index", "case_orders.index")),
    Group(
        N_("People"),
        (
            "prisoners.index",
            "visitors.index",
            "link_requests.index",
            "mandates.index",
            "licences.index",
            "rosters.index",
            "imports.index",
        ),
    ),
    Group(
        N_("Places and hours"),
        ("sites.index", "holidays.index", "mobile_days.index", "equipment.index"),
    ),
    Group(
        N_("Messages to people"),
        ("messages.listing", "message_templates.index", "test_send.show"),
    ),
    Group(
        N_("Running the service"),
        ("accounts.index", "webhooks.index", "system.index", "maintenance.index"),
    ),
    Group(N_("Figures"), ("statistics.index",)),
    Group(N_("The record"), ("audit.index", "recordings.index", "retention.index")),
)

#: What a role goes to most, in this order: five fit in English on a small screen.
ROW: Mapping[Role, tuple[str, ...]] = {
    Role.CLERK: (
        "clerk.day",
        "queue.index",
        "call_list.index",
        "waiting.index",
        "helping.index",
    ),
    Role.WARDEN: (
        "warden.day",
        "helping.index",
        "warden.unclosed",
        "requests.index",
        "review.index",
    ),
    Role.OFFICIAL: (
        "official.day",
        "covers.index",
        "handover.index",
        "after.wishes",
        "cases.index",
    ),
    Role.SCHEDULER: (
        "schedule.day",
        "overview.month",
        "requests.index",
        "waiting.index",
        "prisoners.index",
    ),
    Role.ADMINISTRATOR: (
        "schedule.day",
        "prisoners.index",
        "sites.index",
        "accounts.index",
        "system.index",
    ),
    Role.AUDITOR: (
        "audit.index",
        "overview.month",
        "requests.index",
        "messages.listing",
        "system.index",
    ),
}


def rank(place: str, role: Role) -> int:
    """Where a place stands in the row of a role, from 1; 0 behind "More"."""
    row = ROW[role]
    return row.index(place) + 1 if place in row else 0


def grouped(places: Mapping[str, Place]) -> list[tuple[str, list[Place]]]:
    """The groups that have any of *places*, by their routes' names, in order."""
    found = [
        (group.heading, [places[name] for name in group.places if name in places])
        for group in GROUPS
    ]
    return [(heading, some) for heading, some in found if some]
