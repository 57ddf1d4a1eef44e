"""How the machine and its processes do: each in a colour, a word, and with what to do.

Pure: what was found gives lines. Knows no request and no row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.punctual import APART
from visitation.recordings.space import Level, Reading
from web import present, system_signs
from web.i18n import N_, _
from web.machine import Machine, Worker

#: A certificate is renewed before; some are good for no longer than this.
_SOON, _AT_ONCE = timedelta(days=14), timedelta(days=3)
#: A core that does more has no room for another call.
_BUSY, _FULL = 0.6, 0.85
_GIGABYTE = 10**9
#: What the room for recordings means: a state, its tone, and what to do.
_ROOM: Mapping[Level, tuple[str, str, str]] = {
    "ok": (N_("Enough room"), "good", ""),
    "warning": (
        N_("Nearly full"),
        "warn",
        N_(
            "Soon nothing more is recorded. Keep recordings for fewer days, end holds, "
            "or give them more room in the settings."
        ),
    ),
    "full": (
        N_("Full"),
        "bad",
        N_(
            "Nothing more is recorded; visits go on. Keep recordings for fewer days, "
            "end holds, or give them more room in the settings."
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLine:
    """One thing of the machine; `advice` is empty where all is well."""

    name: str
    value: str
    state: str
    tone: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLine:
    """A process that forwards sound and picture."""

    name: str
    rooms: str
    legs: str
    busy: str
    state: str
    tone: str


def signs(
    machine: Machine, *, now: datetime, database_time: datetime | None
) -> Sequence[SignLine]:
    """What may be well or not, in the order of the page."""
    found = [_disk(machine), _workers(machine)]
    if machine.recordings is not None:
        found.append(_recordings(machine.recordings))
    if database_time is not None:
        found.append(_clock(database_time - now))
    if machine.certificate_until is not None:
        found.append(_certificate(machine.certificate_until - now))
    return tuple(found)


def trouble(lines: Sequence[SignLine]) -> bool:
    """Whether somebody has to look after one of them."""
    return any(one.tone == "bad" for one in lines)


def worker(one: Worker) -> WorkerLine:
    """One process that forwards."""
    state, tone = _("Has room"), "good"
    if one.busy >= _FULL:
        state, tone = _("Full"), "bad"
    elif one.busy >= _BUSY:
        state, tone = _("Busy"), "warn"
    share = present.digits(round(100 * one.busy))
    return WorkerLine(
        name=present.digits(one.number + 1),
        rooms=present.digits(one.rooms),
        legs=present.digits(one.legs),
        busy=_("%(share)s %% of a core", share=share),
        state=state,
        tone=tone,
    )


def _disk(machine: Machine) -> SignLine:
    is_full = system_signs.is_full(machine)
    return SignLine(
        name=_("Disk"),
        value=system_signs.disk(machine),
        state=_("Nearly full") if is_full else _("Enough room"),
        tone="bad" if is_full else "good",
        advice=_("Make room, or visits cannot be written down any more.")
        if is_full
        else "",
    )


def _recordings(reading: Reading) -> SignLine:
    used, quota = (
        present.number(f"{part / _GIGABYTE:.1f}")
        for part in (reading.used, reading.quota)
    )
    state, tone, advice = _ROOM[reading.level]
    return SignLine(
        name=_("Recordings"),
        value=_("%(used)s of %(quota)s GB taken", used=used, quota=quota),
        state=_(state),
        tone=tone,
        advice=_(advice) if advice else "",
    )


def _workers(machine: Machine) -> SignLine:
    there, expected = len(machine.workers), machine.expected
    value = _(
        "%(there)s of %(expected)s",
        there=present.digits(there),
        expected=present.digits(expected),
    )
    name = _("Processes that forward media")
    if there >= expected:
        return SignLine(name=name, value=value, state=_("All there"), tone="good")
    return SignLine(
        name=name,
        value=value,
        state=_("Some are missing"),
        tone="bad",
        advice=_(
            "One that ended is started again by itself. If it stays away, the log says "
            "why: look for “worker_ended”."
        ),
    )


def _clock(ahead: timedelta) -> SignLine:
    name, apart = _("Clock of the database"), abs(ahead)
    if apart < timedelta(seconds=1):
        return SignLine(name=name, value=_("As here"), state=_("In step"), tone="good")
    length = system_signs.length(apart)
    value = (
        _("%(length)s ahead of this one", length=length)
        if ahead > timedelta(0)
        else _("%(length)s behind this one", length=length)
    )
    if apart < APART:
        return SignLine(name=name, value=value, state=_("Nearly in step"), tone="warn")
    return SignLine(
        name=name,
        value=value,
        state=_("Clocks differ"),
        tone="bad",
        advice=_("Let both machines take the time from a time server (NTP)."),
    )


def _certificate(left: timedelta) -> SignLine:
    name = _("Certificate")
    if left <= timedelta(0):
        value, state, tone = _("It has run out"), _("Not valid"), "bad"
    else:
        value = _("Good for %(length)s", length=system_signs.length(left))
        state, tone = _("Still valid"), "good"
        if left < _AT_ONCE:
            state, tone = _("Runs out"), "bad"
        elif left < _SOON:
            state, tone = _("Runs out soon"), "warn"
    renew = _(
        "Renew it, or browsers refuse to open the pages; then restart the service."
    )
    return SignLine(
        name=name,
        value=value,
        state=state,
        tone=tone,
        advice="" if tone == "good" else renew,
    )
