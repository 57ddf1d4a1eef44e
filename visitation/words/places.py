"""Where visits take place, and what a prison wants of them."""

from enum import StrEnum


class SiteKind(StrEnum):
    """Where a site stands in the service."""

    PRISON = "prison"
    OFFICE = "office"
    MOBILE_OFFICE = "mobile_office"
    VILLAGE = "village"


#: The kinds of site where families sit down.
SERVICE_POINTS = frozenset({SiteKind.OFFICE, SiteKind.MOBILE_OFFICE, SiteKind.VILLAGE})


class StationKind(StrEnum):
    """A bookable seat with a screen."""

    TERMINAL = "terminal"
    KIOSK = "kiosk"


class Supervision(StrEnum):
    """Whether a prison wants family visits watched while they last."""

    NONE = "none"
    REQUIRED = "required"


class Approval(StrEnum):
    """Whether a prison looks at what families ask for before it is booked."""

    NONE = "none"
    REQUIRED = "required"


class Chatting(StrEnum):
    """What people in a visit may write to each other."""

    NONE = "none"
    PHRASES = "phrases"
    FREE = "free"


class MobileDayState(StrEnum):
    """Whether a mobile office drives on a day."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Errand(StrEnum):
    """Why somebody comes to a service point without an appointment."""

    VISIT = "visit"
    BOOKING = "booking"
    OTHER = "other"


class TicketState(StrEnum):
    """Where a number of a queue stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    LEFT = "left"
