"""Plans: who of the waiting list gets which free slot of a period, shown, then booked.

A plan takes nothing from anybody: it shares out what is free. Each place in it was
allowed by the booking rules when it was proposed, and is asked again when it is
published; what they refuse by then stays on the list.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, objections, possible, sharing
from scheduler.possible import Supply
from scheduler.sharing import Given, Market, Shared
from scheduler.verdict import Refused
from scheduler.wishes import of_family
from visitation import audit, waiting
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Overtaken
from visitation.waiting import NotWaiting, Placement, Plan, Waiting, WaitingEntry
from visitation.words import PlanState, WaitingState

LONGEST = timedelta(days=62)


class NotDraft(VisitationError):
    """The plan was published or discarded before."""

    def __init__(self, state: PlanState) -> None:
        super().__init__(state.value)
        self.state = state


async def propose(
    session: AsyncSession,
    *,
    prison: Site,
    first_day: date,
    last_day: date,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Plan:
    """Draw up who of the list gets which free slot; nothing is held or booked yet.

    The same list and the same free slots give the same plan.

    Raises:
        Invalid: if the days are over, the wrong way round, or too many.
    """
    _check_days(prison, first_day, last_day, now)
    line = await waiting.line(session, prison.id, now=now)
    known = await possible.supply(
        session, prison.id, line, first=first_day, last=last_day, now=now
    )
    shared = await _shared_out(session, line, known, now)
    plan = Plan(
        reference=keyring.reference(),
        prison_id=prison.id,
        first_day=first_day,
        last_day=last_day,
        made_by_id=by.account_id,
        made_at=now,
    )
    session.add(plan)
    await session.flush()
    session.add_all([_placement(plan, one, shared) for one in line])
    await session.flush()
    _note(session, by, "propose_plan", plan, now=now, placed=len(shared.given))
    return plan


async def publish(
    session: AsyncSession, plan: Plan, *, keyring: Keyring, by: Actor, now: datetime
) -> int:
    """Book everything in a plan and tell everybody; give the number of visits booked.

    What cannot be booked any more says why in its placement and stays on the list.

    Raises:
        NotDraft: if the plan was published or discarded before, perhaps just now.
    """
    await _settle(session, plan, PlanState.PUBLISHED, now=now, published_at=now)
    booked = 0
    for row in await placements(session, plan.id):
        if row.terminal_id is not None:
            row.reason = await _booked(
                session, plan, row, keyring=keyring, by=by, now=now
            )
            booked += not row.reason
            session.add(row)
    await session.flush()
    _note(session, by, "publish_plan", plan, now=now, booked=booked)
    return booked


async def discard(
    session: AsyncSession, plan: Plan, *, by: Actor, now: datetime
) -> None:
    """Throw a plan away; everybody stays on the list.

    Raises:
        NotDraft: if the plan was published or discarded before.
    """
    await _settle(session, plan, PlanState.DISCARDED, now=now)
    _note(session, by, "discard_plan", plan, now=now)


async def placements(session: AsyncSession, plan_id: int) -> Sequence[Placement]:
    """What a plan gives each family, in the order of the line."""
    rows = await session.exec(
        select(Placement)
        .where(Placement.plan_id == plan_id)
        .order_by(col(Placement.place), col(Placement.id))
    )
    return rows.all()


def _check_days(prison: Site, first: date, last: date, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(prison.zone)).date()
    if last < first:
        raise Invalid("last_day", "ends_before_start")
    if last < today:
        raise Invalid("last_day", "already_over")
    if last - first > LONGEST:
        raise Invalid("last_day", "plan_too_long")


async def _shared_out(
    session: AsyncSession, line: Sequence[Waiting], known: Supply, now: datetime
) -> Shared:
    async def ask(one: Waiting, given: Given) -> str | None:
        wanted = possible.proposal(one, given[1], given[0])
        reasons = await objections.against(session, wanted, now=now)
        return reasons[0].value if reasons else None

    market = Market(
        wishes={one.entry.id: possible.places_for(one, known) for one in line},
        turnover=known.opening.policy.turnover,
        mixed=known.mixed,
    )
    return await sharing.share_out(line, market, ask)


def _placement(plan: Plan, one: Waiting, shared: Shared) -> Placement:
    """What a plan gives a family, or why it gives nothing."""
    row = Placement(
        plan_id=plan.id,
        entry_id=one.entry.id,
        place=one.place,
        waited_days=one.waited_days,
        has_met=one.met_at is not None,
    )
    if one.entry.id in shared.given:
        terminal_id, place = shared.given[one.entry.id]
        row.terminal_id, row.kiosk_id = terminal_id, place.kiosk_id
        row.starts_at = place.opportunity.span.start
        row.ends_at = place.opportunity.span.end
    else:
        row.reason = shared.refused[one.entry.id]
    return row


async def _settle(
    session: AsyncSession,
    plan: Plan,
    state: PlanState,
    *,
    now: datetime,
    published_at: datetime | None = None,
) -> None:
    settled = await session.exec(
        update(Plan)
        .where(col(Plan.id) == plan.id, col(Plan.state) == PlanState.DRAFT)
        .values(state=state, published_at=published_at)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(plan)
    if settled.rowcount != 1:
        raise NotDraft(plan.state)


async def _booked(
    session: AsyncSession,
    plan: Plan,
    row: Placement,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> str:
    """Book one placement; why not, or an empty text."""
    assert row.starts_at is not None
    assert row.ends_at is not None
    assert row.terminal_id is not None
    entry = await session.get_one(WaitingEntry, row.entry_id, populate_existing=True)
    if entry.state is not WaitingState.WAITING:
        # Perhaps a slot is offered to it just now, and it may yet take that one.
        return "gone"
    try:
        async with session.begin_nested():
            wish = of_family(
                entry,
                await waiting.visitors_of(session, entry.id),
                prison_id=plan.prison_id,
                terminal_id=row.terminal_id,
                span=Timespan(row.starts_at, row.ends_at),
                kiosk_id=row.kiosk_id,
            )
            visit = await booking.book(session, keyring=keyring, by=by, now=now, **wish)
            placed = WaitingState.PLACED
            await waiting.shift(
                session, entry, placed, by=by, now=now, visit_id=visit.id
            )
            row.visit_id = visit.id
    except Refused as refused:
        return refused.reasons[0].value
    except (NotWaiting, Overtaken):
        return "gone"
    return ""


def _note(
    session: AsyncSession,
    by: Actor,
    action: str,
    plan: Plan,
    *,
    now: datetime,
    **facts: int,
) -> None:
    audit.note(session, by, action, f"plan:{plan.id}", now=now, **facts)
