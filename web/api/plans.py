"""Plans, for programs: draw one up, read what it costs, publish, discard.

Knows neither how slots are shared out nor how they are booked.
"""

from functools import partial

from pydantic import Field
from sqlmodel import col, select

from scheduler import planning, postage
from visitation import waiting
from visitation.places import Site
from visitation.words import PlanState, Role
from web import named, queue_reach
from web.api import cursors
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Instant, Page, Told
from web.routing import Door

PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
READERS: frozenset[Role | Door] = PLANNERS | {Role.AUDITOR}


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


_reads = partial(Endpoint, method="GET", allow=READERS)
_of_plan = partial(
    Endpoint,
    method="POST",
    allow=PLANNERS,
    subject=queue_reach.plan,
    answer=PlanSummary,
)
ENDPOINTS = (
    _reads(path="/plans", act=list_plans, query=PlansQuery, answer=Plans),
    Endpoint(
        method="POST",
        path="/plans",
        act=propose_plan,
        allow=PLANNERS,
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
    _of_plan(path="/plans/{plan}/publish", act=publish_plan),
    _of_plan(path="/plans/{plan}/discard", act=discard_plan),
)
