"""Who is asking: staff, a participant by code, a phone's visitors, a paired station."""

from dataclasses import dataclass

from visitation.audit import Actor
from visitation.people import Scope
from visitation.words import Part, Role, StationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPrincipal:
    """Somebody who signed in with a password, or a program with their token.

    Attributes:
        unfinished: the account must enrol a second factor before anything else.
        locked: the screen was left; somebody must open it before anything else.
    """

    account_id: int
    name: str
    role: Role
    scope: Scope
    language: str
    unfinished: bool = False
    locked: bool = False

    @property
    def actor(self) -> Actor:
        """As use cases and the audit know them."""
        return Actor.account(self.account_id, self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantPrincipal:
    """Somebody who typed a join code; has no role and reaches one visit."""

    participant_id: int
    visit_id: int
    part: Part
    language: str | None

    @property
    def role(self) -> None:
        """None: what a participant may do does not come from a role."""
        return

    @property
    def actor(self) -> Actor:
        """As use cases and the audit know them."""
        return Actor.participant(self.participant_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorPrincipal:
    """Whoever answered a code sent to a phone: all visitors who have the phone.

    Attributes:
        visitor_id: the one whose session it is.
        visitor_ids: all of them.
    """

    visitor_id: int
    visitor_ids: tuple[int, ...]
    language: str

    @property
    def role(self) -> None:
        """None: what a visitor may do does not come from a role."""
        return

    @property
    def actor(self) -> Actor:
        """As use cases and the audit know them."""
        return Actor.visitor(self.visitor_id)


Principal = StaffPrincipal | ParticipantPrincipal | VisitorPrincipal


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePrincipal:
    """A paired terminal or kiosk, whoever stands before it.

    Attributes:
        phone: of a kiosk, whom a family there may call; empty for the service's own.
    """

    device_id: int
    station_id: int
    site_id: int
    kind: StationKind
    name: str
    phone: str = ""

    @property
    def actor(self) -> Actor:
        """As use cases and the audit know it."""
        return Actor.station(self.station_id)
