"""What the API tells about a day that is re-planned, before and after."""

from pydantic import Field
from sqlmodel import col, select

from scheduler import displaced, newplaces, replan, replanned
from scheduler.newplaces import Company
from scheduler.replan import Then
from visitation.visits import Visit
from web import line_words
from web.api.endpoint import Call
from web.api.kinds import Day, Id, Instant, Told
from web.api.problems import Reason


class NewPlace(Told):
    """Where a visit would go."""

    terminal_id: Id
    kiosk_id: Id | None = Field(description="Null: the family uses its own phone.")
    point_id: Id | None
    starts_at: Instant
    ends_at: Instant
    company: Company = Field(description="What becomes of an official's attendance.")


class ReplanLine(Told):
    """What would become of one visit."""

    visit: str
    mark: str = Field(description="To be sent back when the plan is agreed to.")
    starts_at: Instant
    point_id: Id | None
    then: Then
    new: NewPlace | None
    kilometres: int | None = Field(description="To the new place, if that is known.")
    reasons: list[Reason] = Field(description="Why it gets no new place.")
    texts: list[str] = Field(description="What its people will be told.")
    segments: int
    without_phone: int


class ReplannedDay(Told):
    """What would become of the visits of a day that cannot take place there."""

    site_id: Id
    day: Day
    visits: list[ReplanLine]
    texts: int = Field(description="How many messages tell them.")
    segments: int = Field(description="What these cost, in SMS segments.")
    without_phone: int = Field(description="How many must be told by mouth.")


class ReplannedVisit(Told):
    """Where a visit was to be, and what was done with it."""

    visit: str
    then: Then
    was_at: Instant
    was_point_id: Id | None


class Replanning(Told):
    """One time that a day was re-planned."""

    at: Instant
    visits: list[ReplannedVisit]


class Replannings(Told):
    """What was done to a day, the latest first."""

    items: list[Replanning]


async def done(call: Call, of: displaced.Day) -> Replannings:
    """What was done to a day, for whoever asks."""
    found = await replanned.done(call.session, of)
    rows = await call.session.exec(
        select(Visit.id, Visit.reference).where(
            col(Visit.id).in_({visit_id for one in found for visit_id in one.visits})
        )
    )
    named = dict(rows.all())
    return Replannings(
        items=[
            Replanning(
                at=one.at,
                visits=[
                    ReplannedVisit(
                        visit=named[visit_id],
                        then=was.then,
                        was_at=was.starts_at,
                        was_point_id=was.point_id,
                    )
                    for visit_id, was in one.visits.items()
                ],
            )
            for one in found
        ]
    )


def told(call: Call, plan: replan.Replan) -> ReplannedDay:
    """What would become of a day, for whoever asks."""
    lines = [_line(one, call.link) for one in plan.lines]
    return ReplannedDay(
        site_id=plan.of.site_id,
        day=plan.of.day,
        visits=lines,
        texts=sum(len(one.texts) for one in lines),
        segments=sum(one.segments for one in lines),
        without_phone=sum(one.without_phone for one in lines),
    )


def _line(line: replan.Line, link: str) -> ReplanLine:
    stamp = line.postage(link)
    return ReplanLine(
        visit=line.reference,
        mark=line.mark,
        starts_at=line.one.visit.starts_at,
        point_id=line.one.visit.point_id,
        then=line.then,
        new=_place(line.new) if line.new else None,
        kilometres=line.kilometres,
        reasons=_reasons(line),
        texts=list(stamp.texts),
        segments=stamp.segments,
        without_phone=stamp.silent,
    )


def _reasons(line: replan.Line) -> list[Reason]:
    said = (
        (line.reason, line_words.nowhere),
        (line.held_back, line_words.not_in_line),
    )
    return [Reason(code=code, detail=words(code)) for code, words in said if code]


def _place(new: newplaces.NewPlace) -> NewPlace:
    return NewPlace(
        terminal_id=new.terminal_id,
        kiosk_id=new.kiosk_id,
        point_id=new.point_id,
        starts_at=new.span.start,
        ends_at=new.span.end,
        company=new.company,
    )
