"""What time brings about in live rooms: notices, ends, and measuring every few seconds.

Ticks every room of the hub; one that waits for the database keeps no other waiting.
Decides nothing: rooms say what follows from the time, the record when a visit is over.
"""

import asyncio
import contextlib
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from signaling import awaiting, giving, recording_rules
from signaling.hub import Hub
from signaling.live import Live
from signaling.messages import End
from signaling.words import NOT_BEGUN, Phase, Reason
from visitation import calls, visits
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.places import policy_of

log = structlog.get_logger()

TICK_SECONDS: Final = 1.0
#: How often the record is told who is still there, for the case that we are killed.
SEEN_TICKS: Final = 15
#: How often it is looked whether the rules of the prisons still want recordings.
RULES_TICKS: Final = 2


class Timekeeper:
    """The clock of every room of a hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._task: asyncio.Task[None] | None = None
        self._ticking: dict[str, asyncio.Task[None]] = {}
        self._obeying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin keeping time."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop, also what still waits for the database."""
        for task in (self._task, self._obeying, *self._ticking.values()):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _run(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            ticks += 1
            if ticks % SEEN_TICKS == 0:
                self._hub.note_presence()
            if ticks % RULES_TICKS == 0 and self._obeying is None:
                self._obeying = asyncio.create_task(self._obeyed())
            for live in self._hub.lives():
                if live.visit not in self._ticking:
                    self._begin(live, measure=ticks % 2 == 0)

    async def _obeyed(self) -> None:
        try:
            await recording_rules.obey(self._hub)
        except Exception:  # the clock's outermost loop
            log.exception("rules_not_read")
        finally:
            self._obeying = None

    def _begin(self, live: Live, *, measure: bool) -> None:
        task = asyncio.create_task(self._ticked(live, measure=measure))
        self._ticking[live.visit] = task
        task.add_done_callback(lambda _: self._ticking.pop(live.visit, None))

    async def _ticked(self, live: Live, *, measure: bool) -> None:
        try:
            await tick(self._hub, live, measure=measure)
        except Exception:  # the clock's outermost loop
            log.exception("tick_failed", visit=live.visit)


async def tick(hub: Hub, live: Live, *, measure: bool) -> None:
    """Let one room notice the time, and how well its lines do."""
    now = hub.clock()
    live.ledger.look(
        live.room,
        hub.engine.statistics,
        now=now,
        monotonic=asyncio.get_running_loop().time(),
    )
    await giving.give_back(hub, live, now)
    if now >= live.room.closes_at:
        await _run_out(hub, live)
        return
    hub.carry_out(live, live.room.tick(now))
    if measure and live.room.phase is Phase.LIVE:
        hub.carry_out(live, hub.measuring.look(live.room, hub.engine, now))


async def _run_out(hub: Hub, live: Live) -> None:
    """The visit's time and its grace are over, unless the record says otherwise."""
    await hub.settled()
    now = hub.clock()
    try:
        ends_at, closes_at, owed = await _finished(hub, live, now)
    except SQLAlchemyError:
        # Nobody is seen or heard after the time; a sweep settles the record.
        log.exception("visit_not_finished", visit=live.visit)
        ends_at = closes_at = now
        owed = 0
    if live.room.phase is Phase.ENDED:
        return
    if closes_at > now:
        again = live.room.retimed(ends_at=ends_at, closes_at=closes_at, now=now)
        hub.carry_out(live, again)
    else:
        undone = NOT_BEGUN if live.room.phase is Phase.WAITING else ""
        hub.close(live, End(reason=Reason.OVER, minutes_owed=owed, undone=undone))
        await awaiting.moved(hub, live.visit, now=now)


async def _finished(
    hub: Hub, live: Live, now: datetime
) -> tuple[datetime, datetime, int]:
    """Finish the visit in the record if it is time.

    Returns:
        Its end, its room's, and the minutes that are owed.
    """
    async with hub.database.write() as session:
        visit = await visits.by_reference(session, live.visit)
        policy = await policy_of(session, visit.prison_id)
        closes_at = visit.ends_at + policy.grace
        if closes_at <= now and visit.state is VisitState.LIVE:
            people = await visits.participants(session, visit.id)
            outcome = calls.outcome_of(people)
            await calls.finish(session, visit, outcome=outcome, by=SYSTEM, now=now)
        owed = (await calls.losses.of(session, visit)).minutes_owed
    return visit.ends_at, closes_at, owed
