"""Plans: who of the waiting list gets which free slot of a period, shown, then booked.

A plan takes nothing from anybody: it shares out what is free. Each place in it was
allowed by the booking rules when it was proposed, and is asked again when it is
published; what they refuse by then stays on the list.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, possible
from scheduler.allocation import Option, Request, allocate
from scheduler.possible import Opportunity, Place, Supply
from scheduler.proposals import Refusal
from scheduler.verdict import Refused
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
#: How often families whose place the rules refuse are given another.
ROUNDS = 6
#: Whoever never met stands before all who did, as in the line.
_NEVER = 1_000_000
#: What another time or place would not change.
_PERSONAL = frozenset(
    {
        Refusal.PRISONER_ELSEWHERE,
        Refusal.PRISONER_RELEASED,
        Refusal.NOBODY_VISITS,
        Refusal.PARTY_TOO_LARGE,
        Refusal.NOT_APPROVED,
        Refusal.NOT_A_LAWYER,
        Refusal.OFFICIAL_MISSING,
    }
)
#: What a place in line becomes: a terminal and a place, or why nothing.
Given = tuple[int, Place]


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
    given, refused = await _shared_out(session, line, known, now)
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
    for one in line:
        row = Placement(
            plan_id=plan.id,
            entry_id=one.entry.id,
            place=one.place,
            waited_days=one.waited_days,
            has_met=one.met_at is not None,
        )
        if one.entry.id in given:
            terminal_id, place = given[one.entry.id]
            row.terminal_id, row.kiosk_id = terminal_id, place.kiosk_id
            row.starts_at = place.opportunity.span.start
            row.ends_at = place.opportunity.span.end
        else:
            row.reason = refused[one.entry.id]
        session.add(row)
    await session.flush()
    _note(session, by, "propose_plan", plan, now=now, placed=len(given))
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
) -> tuple[dict[int, Given], dict[int, str]]:
    """Who gets what, and why the others get nothing, by entry."""
    wishes = {one.entry.id: possible.places_for(one, known) for one in line}
    allowed: dict[tuple[int, Place], bool] = {}
    why: dict[int, str] = {}
    for _ in range(ROUNDS):
        given, reasons = _round(line, wishes, known)
        refused = False
        for one in line:
            place = given.get(one.entry.id)
            if place is None or (one.entry.id, place[1]) in allowed:
                continue
            reason = await _refusal(session, one, place, now)
            if reason is None:
                allowed[one.entry.id, place[1]] = True
                continue
            refused = True
            why[one.entry.id] = reason
            wishes[one.entry.id] = _left(wishes[one.entry.id], place[1], reason)
        if not refused:
            break
    else:
        # Nobody is promised what the rules have not seen.
        given = {
            who: place for who, place in given.items() if (who, place[1]) in allowed
        }
    return given, {
        one.entry.id: why.get(one.entry.id) or reasons.get(one.entry.id, "taken")
        for one in line
        if one.entry.id not in given
    }


def _round(
    line: Sequence[Waiting], wishes: Mapping[int, Sequence[Place]], known: Supply
) -> tuple[dict[int, Given], dict[int, str]]:
    requests = [_request(one, wishes[one.entry.id], known) for one in line]
    capacity: dict[Hashable, int] = {
        ("terminals", one.span, one.kinds): len(one.terminals)
        for one in known.opportunities
    }
    shared = allocate(requests, capacity)
    terminals: dict[Opportunity, list[int]] = {}
    given: dict[int, Given] = {}
    for served in shared.served:
        place = wishes[served.request.id][served.wish]
        at = place.opportunity
        free = terminals.setdefault(at, list(at.terminals))
        given[served.request.id] = (free.pop(0), place)
    return given, {one.request.id: one.reason.value for one in shared.unserved}


def _request(one: Waiting, places: Sequence[Place], known: Supply) -> Request:
    people = [f"prisoner:{one.entry.prisoner_id}"]
    people += [f"visitor:{visitor}" for visitor in one.visitor_ids]
    return Request(
        id=one.entry.id,
        waited_days=one.waited_days + (_NEVER if one.met_at is None else 0),
        since=one.entry.created_at,
        distance_km=one.distance_km,
        options=tuple(Option(takes=_takes(place, people, known)) for place in places),
    )


def _takes(
    place: Place, people: Sequence[str], known: Supply
) -> tuple[tuple[object, ...], ...]:
    at = place.opportunity
    names = [*people]
    if place.kiosk_id is not None:
        names.append(f"kiosk:{place.kiosk_id}")
    turnover = known.opening.policy.turnover
    when: list[object] = [at.span]
    if known.mixed:
        when = list(at.span.widened(timedelta(0), turnover).quanta())
    pool = ("terminals", at.span, at.kinds)
    return (pool, *((name, moment) for name in names for moment in when))


async def _refusal(
    session: AsyncSession, one: Waiting, given: Given, now: datetime
) -> str | None:
    terminal_id, place = given
    wanted = possible.proposal(one, place, terminal_id)
    reasons = await possible.refusals(session, wanted, now=now)
    return reasons[0].value if reasons else None


def _left(places: Sequence[Place], refused: Place, reason: str) -> list[Place]:
    """What is left to try: nothing where the family itself is the reason."""
    if reason in _PERSONAL:
        return []
    day = refused.opportunity.day
    return [place for place in places if place.opportunity.day != day]


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
    try:
        async with session.begin_nested():
            visit = await booking.book(
                session,
                prison_id=plan.prison_id,
                terminal_id=row.terminal_id,
                span=Timespan(row.starts_at, row.ends_at),
                kind=entry.kind,
                prisoner_id=entry.prisoner_id,
                visitor_ids=await waiting.visitors_of(session, entry.id),
                kiosk_id=row.kiosk_id,
                official_wanted=entry.official_wanted,
                note=entry.note,
                keyring=keyring,
                by=by,
                now=now,
            )
            await waiting.shift(
                session,
                entry,
                WaitingState.PLACED,
                by=by,
                now=now,
                visit_id=visit.id,
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
