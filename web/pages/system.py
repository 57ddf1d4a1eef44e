"""How the service does: its work by itself, its messages, its gateways, its machine.

For whoever looks after it, and for auditors. Reads; names nobody.
"""

from datetime import datetime

from aiohttp import web

from scheduler import punctual
from scheduler.punctual import JobHealth, Punctual
from scheduler.timetable import SENDING
from visitation import runs
from visitation.database import room
from visitation.lifecycle import MessageState
from visitation.messages import counts
from visitation.words import Role
from web import machine_signs, present, system_signs
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.machine import MACHINE, Machine
from web.news import NEWS
from web.render import render
from web.routing import Door, Route

_READERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


async def index(request: web.Request) -> web.Response:
    """Everything on one page, what needs somebody first."""
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        jobs = await punctual.jobs(session, now=now)
        nodes = punctual.nodes(await runs.latest(session))
        states = await counts.by_state(session)
        due = await counts.due(session, now=now)
        size = await room.size(session)
        database_time = await room.clock(session)
    machine = request.app[MACHINE]() if MACHINE in request.app else None
    signs = (
        machine_signs.signs(machine, now=now, database_time=database_time)
        if machine
        else ()
    )
    return render(
        request,
        "admin/system.html",
        trouble=system_signs.trouble(jobs),
        is_new=all(one.state is Punctual.NOT_YET for one in jobs),
        work=[system_signs.work(one, now=now) for one in _worst_first(jobs)],
        nodes=[system_signs.node(one, now=now) for one in nodes],
        due=present.digits(due),
        states=[
            (label(state), present.digits(states[state]))
            for state in MessageState
            if states[state]
        ],
        gateways=[
            system_signs.gateway(one, now=now)
            for one in (machine.gateways if machine else ())
        ],
        waited=_waited(jobs),
        machine=_machine(request, machine, size, now=now),
        workers=[machine_signs.worker(one) for one in machine.workers]
        if machine
        else [],
        signs=signs,
        is_unwell=machine_signs.trouble(signs),
    )


def _worst_first(jobs: tuple[JobHealth, ...]) -> list[JobHealth]:
    """What is wrong before what is well, each in the order of the timetable."""
    order = list(reversed(Punctual))
    return sorted(jobs, key=lambda one: order.index(one.state))


def _waited(jobs: tuple[JobHealth, ...]) -> str:
    """How long the oldest message that is due has waited."""
    lag = next(one.lag for one in jobs if one.name == SENDING)
    return system_signs.length(lag) if lag else "–"


def _machine(
    request: web.Request, machine: Machine | None, size: int, *, now: datetime
) -> list[tuple[str, str]]:
    rows = [
        (
            _("Database"),
            "SQLite" if request.app[DATABASE].is_sqlite else "PostgreSQL",
        ),
        (_("Size of the database"), system_signs.megabytes(size)),
    ]
    if machine is not None:
        begun = now - machine.began_at if machine.began_at else None
        rows += [
            (_("Version"), present.digits(machine.version) or "–"),
            (_("Runs for"), system_signs.length(begun) if begun else "–"),
            (_("Calls with a room"), present.digits(machine.rooms)),
            (_("Connected pages of calls"), present.digits(machine.sockets)),
            (_("People in calls"), present.digits(machine.people)),
            (
                _("Open pages that hear of news"),
                present.digits(request.app[NEWS].listening),
            ),
        ]
    return rows


ROUTES = (
    Route(
        method="GET",
        path="/system",
        page=index,
        allow=_READERS,
        menu=N_("System"),
    ),
)
