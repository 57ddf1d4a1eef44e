"""What the booking rules judge: a proposal, and what is known when it is made.

Pure values, and the codes of every refusal. Knows no rule and no table.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.slots import Slot
from visitation.timespan import Timespan
from visitation.visits.periods import Balance
from visitation.words import Asker, VisitKind

#: The allowance of what is not counted.
UNLIMITED = Balance(granted=1, used=0)


class Refusal(StrEnum):
    """Why a visit cannot be booked so. The value is stable: stored and sent."""

    OVER = "over"
    BEGUN = "begun"
    TOO_SOON = "too_soon"
    TOO_FAR_AHEAD = "too_far_ahead"
    ODD_TIMES = "odd_times"
    NOT_A_SLOT = "not_a_slot"
    HOLIDAY = "holiday"
    KIND_NOT_OFFERED = "kind_not_offered"
    CLOSED = "closed"
    TERMINAL_ELSEWHERE = "terminal_elsewhere"
    TERMINAL_OUT_OF_ORDER = "terminal_out_of_order"
    NOT_A_KIOSK = "not_a_kiosk"
    KIOSK_OUT_OF_ORDER = "kiosk_out_of_order"
    KIOSK_NOT_THERE = "kiosk_not_there"
    OTHER_PROVINCE = "other_province"
    PRISONER_ELSEWHERE = "prisoner_elsewhere"
    PRISONER_RELEASED = "prisoner_released"
    PRISONER_AWAY = "prisoner_away"
    KEPT_APART = "kept_apart"
    NOBODY_VISITS = "nobody_visits"
    PARTY_TOO_LARGE = "party_too_large"
    NOT_APPROVED = "not_approved"
    BANNED = "banned"
    BARRED = "barred"
    NO_ADULT = "no_adult"
    NOT_A_LAWYER = "not_a_lawyer"
    OFFICIAL_MISSING = "official_missing"
    OFFICIAL_NOT_ADMITTED = "official_not_admitted"
    OFFICIAL_NOT_ACTIVE = "official_not_active"
    OFFICIAL_NOT_THEN = "official_not_then"
    OUTSIDE_COVER = "outside_cover"
    WEEKLY_LIMIT = "weekly_limit"
    MONTHLY_LIMIT = "monthly_limit"
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
    """What the prison allows whoever asks."""

    notice: timedelta
    horizon: timedelta
    max_party: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the rules may look at, read in one go before they run.

    Attributes:
        slots: the prison's slots at the proposed terminal around the proposed time.
        holiday: whether the local day is one on which the prison keeps no hours.
        closed: whether a closure of the prison, a seat or the kiosk's site is in
            the way, or one of the two sites was given up.
        terminal_is_here: whether the terminal is one, and of this prison.
        kiosk_is_kiosk: whether the kiosk, if any, is one.
        kiosk_is_there: whether the kiosk, if it travels, stands at a village then.
        province_admitted: whether the prison takes families of the kiosk's province.
        prisoner_is_here: whether the prisoner is registered in this prison.
        approved, banned, lawyers, minors: among the proposed visitors.
        barred: whether a judge's order is against one of them, or against all.
        prisoner_away: whether the prisoner has to be in court or elsewhere then.
        kept_apart: whether somebody whom the prisoner must not meet has a visit at
            the prison on that day.
        official_is_active: whether the account, if any, is an official's and enabled.
        cover_holds: whether the cover, if any, holds this official there and then.
        official_is_then: whether the time is within the official's hours, if any.
        week, month: the allowance of the prisoner's family visits, this one left out.
        taken: the kinds of what others hold in the span, turnover included: terminal,
            kiosk, prisoner, visitor, official.
    """

    now: datetime
    limits: Limits
    slots: tuple[Slot, ...] = ()
    holiday: bool = False
    closed: bool = False
    terminal_is_here: bool = True
    terminal_in_order: bool = True
    kiosk_is_kiosk: bool = True
    kiosk_in_order: bool = True
    kiosk_is_there: bool = True
    province_admitted: bool = True
    prisoner_is_here: bool = True
    prisoner_released: bool = False
    approved: frozenset[int] = frozenset()
    banned: frozenset[int] = frozenset()
    lawyers: frozenset[int] = frozenset()
    minors: frozenset[int] = frozenset()
    barred: bool = False
    prisoner_away: bool = False
    kept_apart: bool = False
    official_is_active: bool = True
    cover_holds: bool = True
    official_is_then: bool = True
    week: Balance = UNLIMITED
    month: Balance = UNLIMITED
    taken: frozenset[str] = frozenset()
