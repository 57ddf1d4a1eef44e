"""How the work that is done by itself is shown: in words, and with what to do.

Pure: what was judged gives lines. Knows no request and no row but the last run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.punctual import JobHealth, Node, Punctual
from scheduler.ways import Health
from web import present
from web.i18n import N_, _, ngettext
from web.machine import Machine

#: What each job of the timetable does, for whoever does not know its name.
WORK: Mapping[str, str] = {
    "send_due": N_("Sending messages"),
    "reconcile": N_("Asking what became of messages in doubt"),
    "poll_deliveries": N_("Asking which messages arrived"),
    "look_after": N_("Looking after messages that did not arrive"),
    "seal_audit": N_("Sealing the record"),
    "review_changes": N_("Judging visits again after changes"),
    "count_statistics": N_("Counting what changed for the statistics"),
    "publish_events": N_("Writing down what other systems are told"),
    "send_events": N_("Telling other systems what happened"),
    "forget_events": N_("Forgetting what other systems were told long ago"),
    "expire_holds": N_("Giving back slots that were held too long"),
    "lapse_offers": N_("Ending offers that nobody answered"),
    "offer_freed": N_("Offering free slots to those who wait"),
    "remind": N_("Writing reminders"),
    "settle_missed": N_("Settling visits that nobody began"),
    "flag_unclosed": N_("Finding visits that nobody closed"),
    "wipe_codes": N_("Wiping codes of visits that are over"),
    "expire_entries": N_("Taking families off the list whose days are over"),
    "give_back": N_("Giving back requests of those who were shut out"),
    "tell_late": N_("Telling families that an answer is late"),
    "warn_of_ends": N_("Warning of licences that end soon"),
    "review_all": N_("Judging all visits to come, every night"),
    "wipe_numbers": N_("Wiping numbers that old messages went to"),
    "forget": N_("Deleting what is needed no more"),
    "note_unreached": N_("Noting families whom no answer reached"),
    "erase_cases": N_("Erasing what was written for old requests"),
    "forget_old": N_("Deleting records that were kept long enough"),
    "delete_recordings": N_("Deleting recordings that were kept long enough"),
    "watch_space": N_("Measuring the room for recordings"),
}
_STATES: Mapping[Punctual, tuple[str, str]] = {
    Punctual.IN_TIME: (N_("In time"), "good"),
    Punctual.NOT_YET: (N_("Has not run yet"), "plain"),
    Punctual.CLOCK_AHEAD: (N_("Clocks differ"), "warn"),
    Punctual.BEHIND: (N_("Behind"), "bad"),
    Punctual.FAILING: (N_("Fails"), "bad"),
    Punctual.LATE: (N_("Late"), "bad"),
}
_WHAT_TO_DO: Mapping[Punctual, str] = {
    Punctual.CLOCK_AHEAD: N_(
        "The clock of %(node)s is ahead of this one. Let both machines take the time "
        "from a time server (NTP)."
    ),
    Punctual.BEHIND: N_(
        "It runs, but has more to do than it gets done. If messages wait, look at the "
        "gateways below; else see how busy the machine and the database are."
    ),
    Punctual.FAILING: N_(
        "It fails on %(node)s and is tried again each time. The log there says why: "
        "look for “sweep_failed” with the name “%(name)s”."
    ),
    Punctual.LATE: N_(
        "Nobody has done this in time. See that the service runs with "
        "scheduler.enabled = true on one machine at least, and start it again if it "
        "hangs."
    ),
}
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Below this share of the disk, or so many bytes, somebody has to make room.
_LITTLE, _LEAST = 0.1, 2 * 10**9
_GIGABYTE = 10**9
_MEGABYTE = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """A job as a line of the table; `advice` is empty where all is well."""

    name: str
    work: str
    every: str
    last: str
    next: str
    lag: str
    state: str
    tone: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLine:
    """A process that ticks; `failing` names what fails there."""

    name: str
    heard: str
    failing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLine:
    """A gateway for messages, as this process found it."""

    name: str
    state: str
    tone: str
    since: str
    advice: str


def work(health: JobHealth, *, now: datetime) -> WorkLine:
    """One job of the timetable."""
    words, tone = _STATES[health.state]
    advice = _WHAT_TO_DO.get(health.state, "")
    node = health.failing[0].node if health.failing else ""
    if health.last is not None and not node:
        node = health.last.node
    return WorkLine(
        name=health.name,
        work=_(WORK.get(health.name, health.name)),
        every=length(health.every),
        last=ago(now - health.last.started_at) if health.last else "–",
        next=_next(health, now),
        lag=length(health.lag) if health.lag else "–",
        state=_(words),
        tone=tone,
        advice=_(advice, node=node, name=health.name) if advice else "",
    )


def node(one: Node, *, now: datetime) -> NodeLine:
    """One process that ticks."""
    failing = [_(WORK.get(name, name)) for name in one.failing]
    return NodeLine(
        name=one.name, heard=ago(now - one.heard_at), failing=" · ".join(failing)
    )


def gateway(health: Health, *, now: datetime) -> GatewayLine:
    """One gateway for messages."""
    advice = ""
    if health.misconfigured:
        words, tone = N_("Refuses us"), "bad"
        advice = _(
            "The provider does not accept our account, key or sender "
            "(code “%(code)s”). Correct them in the settings, and start the service "
            "again.",
            code=health.code,
        )
    elif not health.alive:
        words, tone = N_("Does not answer"), "bad"
        advice = _(
            "It failed several times in a row (last code “%(code)s”). Messages go by "
            "the next gateway, if there is one, and this one is tried again by and by. "
            "If it goes on, ask the provider.",
            code=health.code,
        )
    elif health.since is None:
        words, tone = N_("Not tried yet"), "plain"
    else:
        words, tone = N_("Works"), "good"
    return GatewayLine(
        name=health.name,
        state=_(words),
        tone=tone,
        since=ago(now - health.since) if health.since else "–",
        advice=advice,
    )


def trouble(jobs: Iterable[JobHealth]) -> int:
    """How many jobs somebody has to look after."""
    return sum(_STATES[one.state][1] == "bad" for one in jobs)


def disk(machine: Machine) -> str:
    """How much room there is, in gigabytes."""
    free, size = (
        present.number(f"{part / _GIGABYTE:.1f}")
        for part in (machine.disk_free, machine.disk_size)
    )
    return _("%(free)s of %(size)s GB free", free=free, size=size)


def megabytes(size: int) -> str:
    """How much room something takes."""
    return _("%(size)s MB", size=present.digits(f"{size / _MEGABYTE:.1f}"))


def is_full(machine: Machine) -> bool:
    """Whether somebody has to make room."""
    return machine.disk_free < max(_LITTLE * machine.disk_size, _LEAST)


def _next(health: JobHealth, now: datetime) -> str:
    """When a job should run again; what is due runs as soon as somebody ticks."""
    if health.last is None:
        return "–"
    left = health.last.started_at + health.every - now
    if left <= timedelta(0):
        return _("due now")
    return _("in %(length)s", length=length(left))


def ago(passed: timedelta) -> str:
    """How long ago something was, in the largest whole unit."""
    if passed < timedelta(0):
        return _("in the future")
    if passed < _MINUTE:
        return _("just now")
    return _("%(length)s ago", length=length(passed))


def length(value: timedelta) -> str:
    """A length in the largest unit of which it has one, rounded down."""
    if value < _MINUTE:
        text = ngettext("%(num)s second", "%(num)s seconds", int(value.total_seconds()))
    elif value < _HOUR:
        text = ngettext("%(num)s minute", "%(num)s minutes", value // _MINUTE)
    elif value < _DAY:
        text = ngettext("%(num)s hour", "%(num)s hours", value // _HOUR)
    else:
        text = ngettext("%(num)s day", "%(num)s days", value // _DAY)
    return present.digits(text)
