"""How the service does: its work by itself, its messages, its gateways, its machine.

For whoever looks after it, and for auditors. Reads; names nobody.
"""

from aiohttp import web

from scheduler import punctual
from scheduler.punctual import JobHealth, Punctual
from visitation import runs
from visitation.database import room
from visitation.lifecycle import MessageState
from visitation.messages import counts
from visitation.words import Role
from web import present, system_signs
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.machine import MACHINE, Machine
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
    machine = request.app[MACHINE]() if MACHINE in request.app else None
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
        machine=_machine(request, machine, size),
        is_full=machine is not None and system_signs.is_full(machine),
    )


def _worst_first(jobs: tuple[JobHealth, ...]) -> list[JobHealth]:
    """What is wrong before what is well, each in the order of the timetable."""
    order = list(reversed(Punctual))
    return sorted(jobs, key=lambda one: order.index(one.state))


def _machine(
    request: web.Request, machine: Machine | None, size: int
) -> list[tuple[str, str]]:
    rows = [
        (
            _("Database"),
            "SQLite" if request.app[DATABASE].is_sqlite else "PostgreSQL",
        ),
        (_("Size of the database"), system_signs.megabytes(size)),
    ]
    if machine is not None:
        rows += [
            (_("Disk"), system_signs.disk(machine)),
            (_("Calls with a room"), present.digits(machine.rooms)),
            (_("Connected pages of calls"), present.digits(machine.sockets)),
            (_("Processes that forward media"), present.digits(machine.workers)),
        ]
    return rows


ROUTES = (
    Route(
        method="GET",
        path="/system",
        page=index,
        allow=_READERS,
        menu=N_("System"),
        seldom=True,
    ),
)
