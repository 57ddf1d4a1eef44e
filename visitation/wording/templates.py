"""What can be said in a message: its key, its variables, how urgent it is.

Knows no sentence: those are in the catalogues, one per language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Template(StrEnum):
    """The keys of what can be said. Stable: stored with every message."""

    SIGN_IN = "sign_in_code"
    BOOKED = "visit_booked"
    REMINDER_DAY = "visit_reminder_day"
    REMINDER_SOON = "visit_reminder_soon"
    READY = "visit_ready"
    RECALL = "visit_recall"
    MOVED = "visit_moved"
    CHANGED = "visit_changed"
    CANCELLED = "visit_cancelled"
    WAITLISTED = "visit_waitlisted"
    REQUESTED = "visit_requested"
    DECLINED = "visit_declined"
    EXPIRED = "visit_expired"
    OFFER = "slot_offered"
    LINKED = "link_approved"
    NOT_LINKED = "link_refused"
    LICENCE_VERIFIED = "licence_verified"
    LICENCE_REFUSED = "licence_refused"
    LICENCE_REVOKED = "licence_revoked"
    LICENCE_ENDS = "licence_ends"
    MANDATE_APPROVED = "mandate_approved"
    MANDATE_REFUSED = "mandate_refused"
    CASE_RAISED = "case_raised"
    CASE_DECIDED = "case_decided"
    CASE_NEWS = "case_news"
    OFFICIAL_BOOKED = "official_booked"
    OFFICIAL_MOVED = "official_moved"
    OFFICIAL_CHANGED = "official_changed"
    OFFICIAL_CANCELLED = "official_cancelled"
    OFFICIAL_REMINDER_DAY = "official_reminder_day"
    OFFICIAL_REMINDER_SOON = "official_reminder_soon"
    COVER_BOOKED = "cover_booked"
    COVER_CANCELLED = "cover_cancelled"
    PHONE_CHANGED = "phone_changed"
    ACCOUNT_CHANGED = "account_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is known of a template in every language.

    Attributes:
        limits: UTF-16 units per variable; longer values are cut with an ellipsis.
        priority: the least goes first: 0 a code, 1 come now, 2 something changed,
            3 confirmed, 4 and 5 reminders.
        quiet: whether it may wait for the morning.
        tells: whether whoever read it knows of their visit.
        has_code: whether it says a code.
        has_link: whether `{link}` is appended where the gateway allows an address.
    """

    limits: Mapping[str, int]
    priority: int
    quiet: bool = True
    tells: bool = False
    has_code: bool = False
    has_link: bool = False


#: Day is «دوشنبه ۲ آذر» at its longest «چهارشنبه ۳۱ اردیبهشت»; time is «۱۰:۳۰».
_WHEN = {"day": 21, "time": 5}
_TRACKING = {"code": 10}
_CODE, _PLACE, _WHY = {"code": 6}, {"place": 16}, {"why": 20}

WORDINGS: Mapping[Template, Wording] = {
    Template.SIGN_IN: Wording(limits=_CODE, priority=0, quiet=False, has_code=True),
    Template.BOOKED: Wording(
        limits=_WHEN | _CODE | _PLACE,
        priority=3,
        tells=True,
        has_code=True,
        has_link=True,
    ),
    Template.REMINDER_DAY: Wording(
        limits=_WHEN | _CODE | _PLACE,
        priority=5,
        tells=True,
        has_code=True,
        has_link=True,
    ),
    Template.REMINDER_SOON: Wording(
        limits={"time": 5} | _CODE | _PLACE,
        priority=4,
        quiet=False,
        tells=True,
        has_code=True,
        has_link=True,
    ),
    Template.READY: Wording(
        limits=_CODE | _PLACE, priority=1, quiet=False, tells=True, has_code=True
    ),
    Template.RECALL: Wording(
        limits=_CODE | _PLACE, priority=1, quiet=False, tells=True, has_code=True
    ),
    Template.MOVED: Wording(
        limits=_WHEN | _CODE | _PLACE,
        priority=2,
        tells=True,
        has_code=True,
        has_link=True,
    ),
    Template.CHANGED: Wording(
        limits=_WHEN | _CODE | _PLACE,
        priority=2,
        tells=True,
        has_code=True,
        has_link=True,
    ),
    Template.CANCELLED: Wording(limits=_WHEN | _WHY, priority=2),
    Template.WAITLISTED: Wording(limits=_WHEN, priority=2),
    Template.REQUESTED: Wording(limits=_WHEN, priority=3),
    Template.DECLINED: Wording(limits=_WHEN | _WHY, priority=2),
    Template.EXPIRED: Wording(limits=_WHEN, priority=2),
    # Made only while people are awake, and answered within hours.
    Template.OFFER: Wording(
        limits=_WHEN | {"until": 5} | _CODE,
        priority=1,
        quiet=False,
        has_code=True,
        has_link=True,
    ),
    Template.LINKED: Wording(limits={}, priority=2),
    Template.NOT_LINKED: Wording(limits=_WHY, priority=2),
    Template.LICENCE_VERIFIED: Wording(limits={"day": 21}, priority=2),
    Template.LICENCE_REFUSED: Wording(limits={}, priority=2),
    Template.LICENCE_REVOKED: Wording(limits={}, priority=2),
    Template.LICENCE_ENDS: Wording(limits={"day": 21}, priority=4),
    Template.MANDATE_APPROVED: Wording(limits={}, priority=2),
    Template.MANDATE_REFUSED: Wording(limits={}, priority=2),
    Template.CASE_RAISED: Wording(
        limits=_TRACKING | {"day": 21}, priority=3, has_code=True
    ),
    Template.CASE_DECIDED: Wording(
        limits=_TRACKING | {"decision": 16}, priority=3, has_code=True
    ),
    Template.CASE_NEWS: Wording(
        limits=_TRACKING | {"decision": 16}, priority=3, has_code=True
    ),
    Template.OFFICIAL_BOOKED: Wording(limits=_WHEN | _PLACE, priority=3, tells=True),
    Template.OFFICIAL_MOVED: Wording(limits=_WHEN | _PLACE, priority=2, tells=True),
    Template.OFFICIAL_CHANGED: Wording(limits=_WHEN | _PLACE, priority=2, tells=True),
    Template.OFFICIAL_CANCELLED: Wording(limits=_WHEN, priority=2),
    Template.OFFICIAL_REMINDER_DAY: Wording(
        limits=_WHEN | _PLACE, priority=5, tells=True
    ),
    Template.OFFICIAL_REMINDER_SOON: Wording(
        limits={"time": 5} | _PLACE, priority=4, quiet=False, tells=True
    ),
    Template.COVER_BOOKED: Wording(limits=_WHEN | _PLACE, priority=3, tells=True),
    Template.COVER_CANCELLED: Wording(limits=_WHEN, priority=2),
    # The number may be a stranger's by now, so nobody is named.
    Template.PHONE_CHANGED: Wording(limits={}, priority=2),
    Template.ACCOUNT_CHANGED: Wording(limits={}, priority=1, quiet=False),
}
