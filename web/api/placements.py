"""What a plan gives each waiting family and why, or why nothing, for programs."""

from collections.abc import Mapping, Sequence

from pydantic import Field
from sqlmodel import col, select

from scheduler import planning, postage
from scheduler.postage import Postage
from visitation.visits import Visit
from visitation.waiting import Placement, WaitingEntry, WaitingVisitor
from web import line_words, queue_reach
from web.api import cursors
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Id, Instant, Page, Told
from web.api.plans import READERS
from web.api.problems import Reason

_SILENT = Postage(texts=(), segments=0, silent=0)


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


async def list_placements(call: Call) -> FamilyPlacements:
    """List who gets what in a plan and why, who does not, and what each is told."""
    asked: Page = call.query
    after = cursors.read_id(asked.cursor) or 0
    rows = await planning.placements(call.session, call.subject.id)
    left = [row for row in rows if row.place > after]
    shown, following = cursors.page(left, asked.limit, lambda row: (row.place,))
    stamps = await postage.postage(call.session, call.subject, shown, link=call.link)
    return FamilyPlacements(items=await _told(call, shown, stamps), next=following)


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
        **row.model_dump(include=set(FamilyPlacement.model_fields) - {"reason"}),
        standing=line_words.standing(row.place, row.waited_days, met=row.has_met),
        entry=entry.reference,
        prisoner_id=entry.prisoner_id,
        visitor_ids=visitor_ids,
        reason=Reason(code=row.reason, detail=line_words.unplaced(row.reason))
        if row.reason
        else None,
        visit=visit,
        texts=list(stamp.texts),
        segments=stamp.segments,
        without_phone=stamp.silent,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/plans/{plan}/placements",
        act=list_placements,
        allow=READERS,
        subject=queue_reach.plan,
        query=Page,
        answer=FamilyPlacements,
    ),
)
