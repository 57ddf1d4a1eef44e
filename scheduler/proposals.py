"""What the booking rules judge: a proposal, and what is known when it is made.

Pure values, and the codes of every refusal. Knows no rule and no table.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.slots import Slot
from visitation.timespan import Timespan
from visitation.words import Asker, VisitKind


class Refusal(StrEnum):
    """Why a visit cannot be booked so. The value is stable: stored and sent."""

    OVER = "over"
    BEGUN = "begun"
    TOO_SOON = "too_soon"
    TOO_FAR_AHEAD = "too_far_ahead"
    ODD_TIMES = "odd_times"
    NOT_A_SLOT = "not_a_slot"
    KIND_NOT_OFFERED = "kind_not_offered"
    CLOSED = "closed"
    TERMINAL_ELSEWHERE = "terminal_elsewhere"
    TERMINAL_OUT_OF_ORDER = "terminal_out_of_order"
    NOT_A_KIOSK = "not_a_kiosk"
    KIOSK_OUT_OF_ORDER = "kiosk_out_of_order"
    PRISONER_ELSEWHERE = "prisoner_elsewhere"
    PRISONER_RELEASED = "prisoner_released"
    NOBODY_VISITS = "nobody_visits"
    PARTY_TOO_LARGE = "party_too_large"
    NOT_APPROVED = "not_approved"
    BANNED = "banned"
    NOT_A_LAWYER = "not_a_lawyer"
    OFFICIAL_MISSING = "official_missing"
    OFFICIAL_NOT_ADMITTED = "official_not_admitted"
    OFFICIAL_NOT_ACTIVE = "official_not_active"
    OUTSIDE_COVER = "outside_cover"
    WEEKLY_LIMIT = "weekly_limit"
    TERMINAL_TAKEN = "terminal_taken"
    KIOSK_TAKEN = "kiosk_taken"
    PRISONER_BUSY = "prisoner_busy"
    VISITOR_BUSY = "visitor_busy"
    OFFICIAL_BUSY = "official_busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody would like to book.

    Attributes:
        cover_id: the cover that holds the official; the visit itself then does not.
        official_wanted: whether an official is still to be found for it.
        asked_by: who it is asked for by; families cannot override a rule.
    """

    prison_id: int
    terminal_id: int
    span: Timespan
    kind: VisitKind
    prisoner_id: int
    visitor_ids: frozenset[int]
    kiosk_id: int | None = None
    official_id: int | None = None
    cover_id: int | None = None
    official_wanted: bool = False
    asked_by: Asker = Asker.STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the prison allows."""

    notice: timedelta
    horizon: timedelta
    max_party: int
    visits_per_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the rules may look at, read in one go before they run.

    Attributes:
        slots: the prison's slots at the proposed terminal around the proposed time.
        closed: whether a closure of the prison, a seat or the kiosk's site is in
            the way, or one of the two sites was given up.
        terminal_is_here: whether the terminal is one, and of this prison.
        kiosk_is_kiosk: whether the kiosk, if any, is one.
        prisoner_is_here: whether the prisoner is registered in this prison.
        approved, banned, lawyers: among the proposed visitors.
        official_is_active: whether the account, if any, is an official's and enabled.
        cover_holds: whether the cover, if any, holds this official there and then.
        visits_this_week: the prisoner's other family visits from Saturday to Friday.
        taken: the kinds of what others hold in the span, turnover included: terminal,
            kiosk, prisoner, visitor, official.
    """

    now: datetime
    limits: Limits
    slots: tuple[Slot, ...] = ()
    closed: bool = False
    terminal_is_here: bool = True
    terminal_in_order: bool = True
    kiosk_is_kiosk: bool = True
    kiosk_in_order: bool = True
    prisoner_is_here: bool = True
    prisoner_released: bool = False
    approved: frozenset[int] = frozenset()
    banned: frozenset[int] = frozenset()
    lawyers: frozenset[int] = frozenset()
    official_is_active: bool = True
    cover_holds: bool = True
    visits_this_week: int = 0
    taken: frozenset[str] = frozenset()
