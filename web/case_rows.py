"""Requests and orders as boards show them: days that are left, in words and a tone.

Pure: what the domain lists becomes text in the language being spoken.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from visitation.cases import Listed, OrderListed, lifecycle
from visitation.words import CaseKind, CaseState, OrderState
from web import present
from web.case_words import CASE_TONES, ORDER_TONES
from web.i18n import _, ngettext
from web.labels import label

#: From so many days before, what is due is marked.
_SOON = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request of a board."""

    reference: str
    kind: CaseKind
    prisoner: str
    prison: str
    due: str
    left: str
    left_tone: str
    state: CaseState
    tone: str
    orders: str
    owner: str
    last: str
    last_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order, on its board or with its request."""

    reference: str
    kind: CaseKind
    prisoner: str
    text: str
    to: str
    by: str
    due: str
    left: str
    left_tone: str
    state: OrderState
    tone: str
    answer: str
    ended: str = ""
    ended_by: str = ""
    may_carry_out: bool = False
    may_cancel: bool = False
    href: str = ""


def row(one: Listed, *, now: datetime) -> Row:
    """A request as a row."""
    zone = ZoneInfo(one.zone)
    words, shown = "", "plain"
    if one.state in lifecycle.OPEN:
        words, shown = left(one.due_at, zone, now)
    return Row(
        reference=one.reference,
        kind=one.kind,
        prisoner=one.prisoner,
        prison=one.prison,
        due=present.day(one.due_at, zone, weekday=False),
        left=words,
        left_tone=shown,
        state=one.state,
        tone=tone(one.state),
        orders=open_orders(one.orders),
        owner=one.owner,
        last=label(one.last),
        last_at=present.moment(one.last_at, zone),
    )


def order_row(
    one: OrderListed,
    *,
    now: datetime,
    may_carry_out: bool = False,
    may_cancel: bool = False,
    href: str = "",
) -> OrderRow:
    """An order as its board shows it."""
    zone = ZoneInfo(one.zone)
    words, shown = "", "plain"
    if one.state is OrderState.OPEN:
        words, shown = left(one.due_at, zone, now)
    return OrderRow(
        reference=one.reference,
        kind=one.kind,
        prisoner=one.prisoner,
        text=one.text,
        to=one.to,
        by=one.by,
        due=present.day(one.due_at, zone, weekday=False),
        left=words,
        left_tone=shown,
        state=one.state,
        tone=ORDER_TONES[one.state],
        answer=one.answer,
        ended=present.moment(one.ended_at, zone) if one.ended_at else "",
        may_carry_out=may_carry_out and one.state is OrderState.OPEN,
        may_cancel=may_cancel and one.state is OrderState.OPEN,
        href=href,
    )


def tone(state: CaseState) -> str:
    """The kind of tag for the state of a request."""
    return CASE_TONES.get(state, "plain")


def open_orders(count: int) -> str:
    """How many orders are still to be done, in words; nothing for none."""
    if not count:
        return ""
    return present.digits(
        ngettext("%(num)s order to be done", "%(num)s orders to be done", count)
    )


def left(due: datetime, zone: tzinfo, now: datetime) -> tuple[str, str]:
    """How many days are left until a day, or since when it is over; and the tone."""
    days = (present.local_day(due, zone) - present.local_day(now, zone)).days
    if days < 0:
        words = ngettext("%(num)s day late", "%(num)s days late", -days)
        return present.digits(words), "bad"
    if not days:
        return _("Due today"), "warn"
    words = ngettext("%(num)s day left", "%(num)s days left", days)
    return present.digits(words), "warn" if days <= _SOON else "plain"
