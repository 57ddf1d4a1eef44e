"""Plans, for programs: draw one up, read who gets what and why, publish, discard."""

from collections.abc import Mapping, Sequence
from functools import partial

from pydantic import Field
from sqlmodel import col, select

from scheduler import planning, postage
from scheduler.postage import Postage
from visitation import waiting
from visitation.places import Site
from visitation.visits import Visit
from visitation.waiting import Placement, WaitingEntry, WaitingVisitor
from visitation.words import PlanState, Role
from web import line_words, named, queue_reach
from web.api import cursors
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Instant, Page, Told
from web.api.problems import Reason
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_READERS: frozenset[Role | Door] = _PLANNERS | {Role.AUDITOR}
_SILENT = Postage(texts=(), segments=0, silent=0)


class PlansQuery(Page):
    """Whose plans."""

    prison: Id | None = None


class Period(Asked):
    """The prison and the days whose free slots are shared out; 62 days at most."""

    prison_id: Id
    first_day: Day
    last_day: Day


class Plan(Told):
    """Who of the waiting list gets which free slot of a period."""

    reference: str
    state: PlanState
    prison_id: Id
    first_day: Day
    last_day: Day
    made_at: Instant
    published_at: Instant | None


class PlanSummary(Plan):
    """A plan, and what publishing it does and costs."""

    placed: int = Field(description="How many families get a slot.")
    unplaced: int = Field(description="How many stay on the list.")
    texts: int = Field(description="How many messages tell them.")
    segments: int = Field(description="What these cost, in SMS segments.")
    without_phone: int = Field(description="How many visitors must be told by mouth.")


class Plans(Listing):
    """Plans, the newest first."""

    items: list[Plan]


class FamilyPlacement(Told):
    """What a plan gives one family, or why nothing."""

    place: int = Field(description="In line when the plan was made.")
    waited_days: int
    has_met: bool
    standing: str = Field(description="The same for people.")
    entry: str = Field(description="The reference of its entry on the list.")
    prisoner_id: Id
    visitor_ids: list[Id]
    terminal_id: Id | None
    kiosk_id: Id | None = Field(description="Null with a terminal: its own phone.")
    starts_at: Instant | None
    ends_at: Instant | None
    reason: Reason | None = Field(description="Why it gets nothing.")
    visit: str | None = Field(description="The visit that was booked by it.")
    texts: list[str] = Field(description="What its visitors will be told.")
    segments: int
    without_phone: int


class FamilyPlacements(Listing):
    """What a plan gives each family, in the order of the line."""

    items: list[FamilyPlacement]


async def list_plans(call: Call) -> Plans:
    """List the plans of the prisons within reach, the newest first."""
    asked: PlansQuery = call.query
    query = (
        select(waiting.Plan)
        .join(Site, col(Site.id) == col(waiting.Plan.prison_id))
        .where(call.by.scope.of_sites())
        .order_by(col(waiting.Plan.id).desc())
        .limit(asked.limit + 1)
    )
    if (before := cursors.read_id(asked.cursor)) is not None:
        query = query.where(col(waiting.Plan.id) < before)
    if asked.prison is not None:
        query = query.where(waiting.Plan.prison_id == asked.prison)
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(rows, asked.limit, lambda plan: (plan.id,))
    return Plans(items=[Plan.model_validate(one) for one in shown], next=following)


async def propose_plan(call: Call) -> PlanSummary:
    """Share the free slots of some days out among the families that wait.

    Nothing is held or booked until the plan is published, and nobody loses a place
    they have. The same list and the same free slots give the same plan.
    """
    asked: Period = call.body
    plan = await planning.propose(
        call.session,
        prison=await named.prison(call.session, call.by.scope, asked.prison_id),
        first_day=asked.first_day,
        last_day=asked.last_day,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await _summary(call, plan)


async def get_plan(call: Call) -> PlanSummary:
    """Get a plan, and what publishing it does and costs."""
    return await _summary(call, call.subject)


async def list_placements(call: Call) -> FamilyPlacements:
    """List who gets what in a plan and why, who does not, and what each is told."""
    asked: Page = call.query
    after = cursors.read_id(asked.cursor) or 0
    rows = await planning.placements(call.session, call.subject.id)
    left = [row for row in rows if row.place > after]
    shown, following = cursors.page(left, asked.limit, lambda row: (row.place,))
    stamps = await postage.postage(call.session, call.subject, shown, link=call.link)
    return FamilyPlacements(items=await _told(call, shown, stamps), next=following)


async def publish_plan(call: Call) -> PlanSummary:
    """Book everything in a plan and tell everybody, in one step.

    What cannot be booked any more says why in its placement, and stays on the list.
    """
    plan = await call.session.get_one(waiting.Plan, call.subject.id)
    await planning.publish(
        call.session, plan, keyring=call.keyring, by=call.by.actor, now=call.now
    )
    return await _summary(call, plan)


async def discard_plan(call: Call) -> PlanSummary:
    """Throw a plan away; everybody stays on the list."""
    plan = await call.session.get_one(waiting.Plan, call.subject.id)
    await planning.discard(call.session, plan, by=call.by.actor, now=call.now)
    return await _summary(call, plan)


async def _summary(call: Call, plan: waiting.Plan) -> PlanSummary:
    rows = await planning.placements(call.session, plan.id)
    placed = [row for row in rows if not row.reason]
    stamps = await postage.postage(call.session, plan, placed, link=call.link)
    return PlanSummary(
        **Plan.model_validate(plan).model_dump(),
        placed=len(placed),
        unplaced=len(rows) - len(placed),
        texts=sum(len(one.texts) for one in stamps.values()),
        segments=sum(one.segments for one in stamps.values()),
        without_phone=sum(one.silent for one in stamps.values()),
    )


async def _told(
    call: Call, shown: Sequence[Placement], stamps: Mapping[int, Postage]
) -> list[FamilyPlacement]:
    ids = [row.entry_id for row in shown]
    whom = await call.session.exec(
        select(WaitingEntry).where(col(WaitingEntry.id).in_(ids))
    )
    entries = {one.id: one for one in whom.all()}
    who = await call.session.exec(
        select(WaitingVisitor)
        .where(col(WaitingVisitor.entry_id).in_(ids))
        .order_by(col(WaitingVisitor.visitor_id))
    )
    visitors: dict[int, list[int]] = {}
    for one in who.all():
        visitors.setdefault(one.entry_id, []).append(one.visitor_id)
    booked = await call.session.exec(
        select(Visit.id, Visit.reference).where(
            col(Visit.id).in_([row.visit_id for row in shown if row.visit_id])
        )
    )
    references = dict(booked.all())
    return [
        _placement(
            row,
            entries[row.entry_id],
            visitors.get(row.entry_id, []),
            visit=references.get(row.visit_id or 0),
            stamp=_SILENT if row.reason else stamps.get(row.entry_id, _SILENT),
        )
        for row in shown
    ]


def _placement(
    row: Placement,
    entry: WaitingEntry,
    visitor_ids: list[int],
    *,
    visit: str | None,
    stamp: Postage,
) -> FamilyPlacement:
    return FamilyPlacement(
        place=row.place,
        waited_days=row.waited_days,
        has_met=row.has_met,
        standing=line_words.standing(row.place, row.waited_days, met=row.has_met),
        entry=entry.reference,
        prisoner_id=entry.prisoner_id,
        visitor_ids=visitor_ids,
        terminal_id=row.terminal_id,
        kiosk_id=row.kiosk_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=Reason(code=row.reason, detail=line_words.unplaced(row.reason))
        if row.reason
        else None,
        visit=visit,
        texts=list(stamp.texts),
        segments=stamp.segments,
        without_phone=stamp.silent,
    )


_reads = partial(Endpoint, method="GET", allow=_READERS)
_of_plan = partial(
    Endpoint,
    method="POST",
    allow=_PLANNERS,
    subject=queue_reach.plan,
    answer=PlanSummary,
)
ENDPOINTS = (
    _reads(path="/plans", act=list_plans, query=PlansQuery, answer=Plans),
    Endpoint(
        method="POST",
        path="/plans",
        act=propose_plan,
        allow=_PLANNERS,
        body=Period,
        answer=PlanSummary,
        status=201,
    ),
    _reads(
        path="/plans/{plan}",
        act=get_plan,
        subject=queue_reach.plan,
        answer=PlanSummary,
    ),
    _reads(
        path="/plans/{plan}/placements",
        act=list_placements,
        subject=queue_reach.plan,
        query=Page,
        answer=FamilyPlacements,
    ),
    _of_plan(path="/plans/{plan}/publish", act=publish_plan),
    _of_plan(path="/plans/{plan}/discard", act=discard_plan),
)
