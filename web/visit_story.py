"""A visit's history in words: who did what, who was there, what was sent.

Reads everything about one visit in a fixed number of queries, then is pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, calls, messages, visits
from visitation.audit.tables import AuditEntry
from visitation.calls import Presence
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Account, Visitor
from visitation.places import Station
from visitation.visits import Participant, Visit
from visitation.visits.listed import Attendee, Listed, listed
from visitation.words import Outcome
from web import message_views, present, review_words
from web.case_words import CASE_ACTS
from web.i18n import N_, _, language, raw_gettext
from web.labels import label, tone
from web.lost_time import LostTime, lost_time
from web.message_views import Shown
from web.recording_acts import RECORDING_ACTS, to_tell

#: What was done, by the action the audit keeps. `%(name)s` is whom it was done to.
ACTS: Mapping[str, str] = {
    **CASE_ACTS,
    **RECORDING_ACTS,
    "visit_hold": N_("Slot kept for the booking"),
    "visit_confirm": N_("Booked"),
    "visit_submit": N_("Asked for"),
    "visit_approve": N_("Approved"),
    "visit_decline": N_("Declined"),
    "visit_move": N_("Moved to %(time)s"),
    "visit_cancel": N_("Cancelled: %(outcome)s"),
    "undo_cancel": N_("The cancellation was taken back: it is booked anew"),
    "visit_cancel_late": N_("Cancelled too late for another family: %(outcome)s"),
    "identity_seen": N_("Identity cards were seen when the visit was asked for"),
    "visit_expire": N_("Not confirmed in time"),
    "visit_override": N_("Approved although a rule spoke against it"),
    "begin_series": N_("Made a standing visit"),
    "official_comes": N_("An official attends"),
    "official_from": N_("The official attends from elsewhere"),
    "official_leaves": N_("The official does not attend any more"),
    "official_wanted": N_("An official is wanted"),
    "official_not_wanted": N_("No official is wanted any more"),
    "raise_flag": N_("To be reviewed: %(reason)s"),
    "close_flag": N_("Nothing to review any more: %(reason)s"),
    "keep_flag": N_("Kept as it is: %(reason)s"),
    "visit_start": N_("Started"),
    "visit_extend": N_("Extended by %(minutes)s minutes"),
    "visit_finish": N_("Ended: %(outcome)s"),
    "visit_miss": N_("Did not take place: %(outcome)s"),
    "visit_abandon": N_("Its time passed and nobody closed it"),
    "visit_close": N_("Closed: %(outcome)s"),
    "participant_told": N_("%(name)s was told"),
    "participant_not_told": N_("%(name)s was not told after all"),
    "message_delivered": N_("A message arrived"),
    "message_undelivered": N_("A message did not arrive"),
    "message_failed": N_("A message could not be sent"),
    "message_again": N_("The message to %(name)s did not arrive; it is sent again"),
    "message_helper": N_("Whoever helps %(name)s is told in their place"),
    "message_call": N_("%(name)s is to be rung up"),
    "ring_told": N_("%(name)s was told by telephone"),
    "ring_no_answer": N_("%(name)s did not answer the telephone"),
    "ring_wrong_number": N_("The number of %(name)s is wrong"),
    "ring_too_late": N_("%(name)s was not rung up in time"),
    "ring_arrived": N_("The message to %(name)s arrived after all"),
    "ring_undone": N_("The call to %(name)s was taken back"),
    "visit_ready": N_("The visitors were told to be there in ten minutes"),
    "visit_recall": N_("The visitors were called back"),
    "participant_arrived": N_("%(name)s arrived"),
    "participant_identified": N_("%(name)s was identified"),
    "participant_waiting": N_("%(name)s came to the waiting room"),
    "participant_joined": N_("%(name)s joined the call"),
    "participant_reconnecting": N_("The line to %(name)s broke"),
    "participant_left": N_("%(name)s left the call"),
    "attend_as_official": N_("%(name)s attends"),
    "attend_as_companion": N_("%(name)s sits beside the family"),
    "attend_as_monitor": N_("%(name)s watches"),
    "watching_began": N_("%(name)s began to watch"),
    "watching_ended": N_("%(name)s watched no more"),
    "visit_give_back": N_("%(minutes)s minutes given back for lost time"),
    "call_hold": N_("Held, because nobody watched"),
    "call_go_on": N_("Went on, because staff watch"),
    "call_admit": N_("%(name)s was let in"),
    "call_remove": N_("%(name)s was taken out of the call"),
    "call_pause": N_("The call was paused or went on"),
    "call_recording_pause": N_("Staff paused the recording"),
    "call_recording_resume": N_("Staff let the recording go on"),
    "call_recording_stop": N_("Staff ended the recording"),
    "call_recording_rules": N_("Not recorded: the rules of the prison changed"),
    "call_mute": N_("Sound or picture of somebody was turned off or on"),
    "call_message": N_("A message was shown in the call"),
    "call_warn": N_("A warning was shown in the call"),
    "incident": N_("An incident was written down"),
    "identity_doubted": N_("%(name)s was found to be somebody else"),
    "ruling_granted": N_("An official agreed to a request"),
    "ruling_denied": N_("An official did not agree to a request"),
    "ruling_referred": N_("An official passed a request on"),
    "ruling_noted": N_("An official noted something"),
    "show_code": N_("Saw the join code of %(name)s"),
    "print_slips": N_("Opened the slips with the join codes"),
    "handed_over": N_("Handed a family over to the official"),
    "taken_over": N_("The official took a family over"),
    "add_interpreter": N_("Added an interpreter"),
    "call_chat": N_("Wrote in the chat of a call"),
    "call_lower": N_("Lowered a raised hand"),
    "help_asked": N_("A family asked for help"),
    "help_answered": N_("Answered a call for help"),
    "wish": N_("A family asked for something"),
    "wish_heard": N_("Heard what a family asked for"),
    "offer_slot": N_("Offered a free slot"),
}
#: Why somebody's stretch in the call ended.
ENDINGS: Mapping[str, str] = {
    "": N_("Still in the call"),
    "left": N_("Left"),
    "lost": N_("The line broke"),
    "removed": N_("Was taken out"),
    "replaced": N_("Went on from another device"),
    "restarting": N_("The service was restarted"),
    "ended": N_("The visit was ended"),
    "over": N_("The time was over"),
}
_UNKNOWN = N_("Something else (%(action)s)")
_EVERY_STATE = frozenset(VisitState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the history."""

    at: datetime
    what: Markup
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody's part, in words; instants where staff ticked them."""

    name: str
    part: str
    sign: str
    tone: str
    told_at: datetime | None
    arrived_at: datetime | None
    identified_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Somebody in the call from one moment to another."""

    name: str
    joined_at: datetime
    left_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Minutes in the call and minutes without a line, of one side."""

    side: str
    connected: str
    lost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything about one visit."""

    visit: Visit
    summary: Listed
    people: tuple[Person, ...]
    entries: tuple[Entry, ...]
    stretches: tuple[Stretch, ...]
    minutes: tuple[Minutes, ...]
    lost: LostTime | None
    messages: tuple[Shown, ...]
    cancelled_late: bool

    @property
    def zone(self) -> ZoneInfo:
        """The prison's wall clock."""
        return ZoneInfo(self.summary.zone)


async def read(
    session: AsyncSession, visit: Visit, *, keyring: Keyring | None, link: str
) -> Story:
    """A visit's story; a keyring opens the join codes in its messages."""
    (summary,) = await listed(session, col(Visit.id) == visit.id, shown=_EVERY_STATE)
    entries = to_tell(await audit.history(session, visit_id=visit.id))
    actors = await _actors(session, entries)
    sent = await messages.of_visit(session, visit_id=visit.id)
    stretches = await session.exec(
        select(Presence)
        .where(Presence.visit_id == visit.id)
        .order_by(col(Presence.joined_at), col(Presence.id))
    )
    participants = await visits.participants(session, visit.id)
    names = {one.id: one.name for one in summary.attendees}
    zone = ZoneInfo(summary.zone)
    return Story(
        visit=visit,
        summary=summary,
        people=tuple(_person(one) for one in summary.attendees),
        entries=tuple(_entry(one, names, actors, zone) for one in entries),
        stretches=tuple(_stretch(one, names) for one in stretches.all()),
        minutes=_minutes(participants),
        lost=lost_time(await calls.losses.of(session, visit)),
        messages=tuple(
            await message_views.shown(session, sent, keyring=keyring, link=link)
        ),
        cancelled_late=any(_is_late(one) for one in entries),
    )


def _entry(
    entry: AuditEntry,
    names: Mapping[int, str],
    actors: Mapping[str, str],
    zone: ZoneInfo,
) -> Entry:
    told = {
        "name": present.bdi(_whom(entry, names)),
        "time": _time(entry.facts.get("starts"), zone),
        "minutes": present.digits(entry.facts.get("minutes", "")),
        "outcome": _outcome(entry.facts.get("outcome")),
        "reason": _flagged(entry),
        "action": entry.action,
    }
    action = f"{entry.action}_late" if _is_late(entry) else entry.action
    sentence = raw_gettext(ACTS.get(action, _UNKNOWN))
    return Entry(
        at=entry.at,
        what=escape(sentence) % told,
        who=_who(entry.actor, names, actors),
    )


def _is_late(entry: AuditEntry) -> bool:
    """Whether the family cancelled when no other could take its place."""
    return entry.action == "visit_cancel" and bool(entry.facts.get("late"))


def _flagged(entry: AuditEntry) -> str:
    is_flag = entry.subject.startswith("flag:")
    return review_words.words(str(entry.facts["reason"])) if is_flag else ""


def _whom(entry: AuditEntry, names: Mapping[int, str]) -> str:
    kind, _colon, number = entry.subject.partition(":")
    if kind != "participant":
        number = str(entry.facts.get("participant", ""))
    return names.get(int(number), "?") if number.isdigit() else "?"


def _who(key: str, names: Mapping[int, str], actors: Mapping[str, str]) -> str:
    kind, _colon, number = key.partition(":")
    if kind == "participant" and number.isdigit():
        return present.isolated(names.get(int(number), key))
    return actors.get(key, _("The service itself") if kind == "system" else key)


def _time(text: object, zone: ZoneInfo) -> str:
    if not isinstance(text, str):
        return ""
    return present.moment(datetime.fromisoformat(text), zone)


def _outcome(text: object) -> str:
    return label(Outcome(str(text))) if text in set(Outcome) else ""


async def _actors(
    session: AsyncSession, entries: Iterable[AuditEntry]
) -> dict[str, str]:
    """The names of the accounts, stations and visitors that did something."""
    keys = {entry.actor for entry in entries}
    accounts = await session.exec(
        select(Account).where(col(Account.id).in_(_numbers(keys, "account")))
    )
    stations = await session.exec(
        select(Station).where(col(Station.id).in_(_numbers(keys, "station")))
    )
    guests = await session.exec(
        select(Visitor).where(col(Visitor.id).in_(_numbers(keys, "visitor")))
    )
    named = {
        f"account:{one.id}": _(
            "%(name)s, %(role)s", name=present.isolated(one.name), role=label(one.role)
        )
        for one in accounts.all()
    }
    named |= {f"station:{one.id}": present.isolated(one.name) for one in stations}
    return named | {f"visitor:{one.id}": present.isolated(one.name) for one in guests}


def _numbers(keys: Iterable[str], kind: str) -> set[int]:
    parts = (key.partition(":") for key in keys)
    return {int(number) for found, _colon, number in parts if found == kind}


def _person(one: Attendee) -> Person:
    return Person(
        name=one.name,
        part=label(one.part),
        sign=label(one.state),
        tone=tone(one.state),
        told_at=one.told_at,
        arrived_at=one.arrived_at,
        identified_at=one.identified_at,
    )


def _stretch(one: Presence, names: Mapping[int, str]) -> Stretch:
    return Stretch(
        name=names.get(one.participant_id, "?"),
        joined_at=one.joined_at,
        left_at=one.left_at,
        why=_(ENDINGS[one.reason]) if one.reason in ENDINGS else one.reason,
    )


def _minutes(participants: Iterable[Participant]) -> tuple[Minutes, ...]:
    return tuple(
        Minutes(
            side=label(side),
            connected=_decimal(connected),
            lost=_decimal(lost),
        )
        for side, (connected, lost) in calls.minutes_by_side(participants).items()
    )


def _decimal(number: float) -> str:
    text = present.digits(number)
    return text.replace(".", "٫") if language() == "fa" else text
