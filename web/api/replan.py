"""Re-planning a day, for programs: what would become of its visits, then doing it.

A day of a mobile office or of a prison. What is carried out is what was shown: every
visit by the mark it was shown with.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from scheduler import displaced, replan, replanned
from scheduler.replan import FARTHEST_KILOMETRES, Choices, Rest
from visitation import places
from visitation.errors import Invalid
from visitation.places import Site
from visitation.words import Role
from web import reach, subjects
from web.api import replan_answers
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Line, Reference
from web.api.replan_answers import ReplannedDay, Replannings
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_READERS: frozenset[Role | Door] = _PLANNERS | {Role.AUDITOR}
_SEARCHED = timedelta(days=28)
_MOST_VISITS = 2000


class Bounds(Asked):
    """How far a new place may be, and what becomes of those who get none."""

    last: Day | None = Field(
        default=None, description="The last day for a new place; four weeks later."
    )
    kilometres: Annotated[int, Field(ge=0, le=FARTHEST_KILOMETRES)] = Field(
        default=25, description="To another point; 0: the same place only."
    )
    own_phone: bool = Field(
        default=False, description="Whether whoever has a phone may have to use it."
    )
    rest: Rest = Field(default=Rest.WAIT, description="Where nothing is found.")


class OfficeBounds(Bounds):
    """The same, for a day of a mobile office."""

    prefer: Day | None = Field(
        default=None, description="A day on which the office drives anyhow."
    )


class PrisonDay(Asked):
    """A day of a prison, in its own time."""

    day: Day


class PrisonBounds(Bounds, PrisonDay):
    """How far a new place may be, for a day of a prison."""


class Shown(Asked):
    """A visit of a plan, as it was shown."""

    visit: Reference
    mark: Annotated[str, Field(max_length=32)]


class Agreement(Asked):
    """What was shown and is agreed to, as a whole."""

    shown: Annotated[tuple[Shown, ...], Field(max_length=_MOST_VISITS)]
    reason: Line = Field(default="", description="Needed where visits are cancelled.")

    @property
    def marks(self) -> Mapping[str, str]:
        """The marks by visit."""
        return {one.visit: one.mark for one in self.shown}


class OfficeAgreement(Agreement, OfficeBounds):
    """A plan for a day of a mobile office, with the bounds it was drawn up in."""


class PrisonAgreement(Agreement, PrisonBounds):
    """A plan for a day of a prison, with the bounds it was drawn up in."""


async def draft_office_replan(call: Call) -> ReplannedDay:
    """Draw up new places for the visits of an office's day that cannot take place.

    Nothing is held or changed. Asked again, it is the same unless something changed.
    """
    return replan_answers.told(call, await _office_plan(call, call.query))


async def draft_prison_replan(call: Call) -> ReplannedDay:
    """Draw up new places for the visits of a prison's day that cannot take place.

    Nothing is held or changed. Asked again, it is the same unless something changed.
    """
    return replan_answers.told(call, await _prison_plan(call, call.query))


async def carry_out_office_replan(call: Call) -> Replannings:
    """Do what was shown for an office's day, all of it or nothing; asked twice, once.

    If it is no longer what was shown (409), nothing is done: draw it up again.
    """
    return await _carried_out(call, await _office_plan(call, call.body))


async def carry_out_prison_replan(call: Call) -> Replannings:
    """Do what was shown for a prison's day, all of it or nothing; asked twice, once.

    If it is no longer what was shown (409), nothing is done: draw it up again.
    """
    return await _carried_out(call, await _prison_plan(call, call.body))


async def list_office_replans(call: Call) -> Replannings:
    """List what was done when an office's day was re-planned."""
    return await replan_answers.done(call, await _of_office(call))


async def list_prison_replans(call: Call) -> Replannings:
    """List what was done when a prison's day was re-planned."""
    return await replan_answers.done(call, _of_prison(call, call.query.day))


async def _of_office(call: Call) -> displaced.Day:
    planned: places.MobileDay = call.subject
    office = await call.session.get_one(Site, planned.site_id)
    return displaced.of_office(office, planned)


def _of_prison(call: Call, day: Day) -> displaced.Day:
    return displaced.of_prison(call.subject, day)


async def _office_plan(call: Call, asked: OfficeBounds) -> replan.Replan:
    days = await replan.other_days(call.session, call.subject, now=call.now)
    if asked.prefer is not None and asked.prefer not in days:
        raise Invalid("prefer", "not_driving_then")
    return await _plan(call, await _of_office(call), asked, prefer=asked.prefer)


async def _prison_plan(call: Call, asked: PrisonBounds) -> replan.Replan:
    return await _plan(call, _of_prison(call, asked.day), asked)


async def _plan(
    call: Call, of: displaced.Day, asked: Bounds, *, prefer: Day | None = None
) -> replan.Replan:
    choices = Choices(
        last=asked.last or of.day + _SEARCHED,
        kilometres=asked.kilometres,
        own_phone=asked.own_phone,
        prefer=prefer,
        rest=asked.rest,
    )
    return await replan.draft(call.session, of, choices, now=call.now)


async def _carried_out(call: Call, plan: replan.Replan) -> Replannings:
    asked: Agreement = call.body
    await replanned.carry_out(
        call.session,
        plan,
        shown=asked.marks,
        reason=asked.reason,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    await call.session.flush()
    return await replan_answers.done(call, plan.of)


_of_office_day = partial(Endpoint, subject=reach.mobile_day)
_of_prison_day = partial(Endpoint, subject=subjects.prison)
ENDPOINTS = (
    _of_office_day(
        method="GET",
        path="/mobile-days/{mobile}/replan",
        act=draft_office_replan,
        allow=_READERS,
        query=OfficeBounds,
        answer=ReplannedDay,
    ),
    _of_office_day(
        method="POST",
        path="/mobile-days/{mobile}/replan",
        act=carry_out_office_replan,
        allow=_PLANNERS,
        body=OfficeAgreement,
        answer=Replannings,
    ),
    _of_office_day(
        method="GET",
        path="/mobile-days/{mobile}/replan/done",
        act=list_office_replans,
        allow=_READERS,
        answer=Replannings,
    ),
    _of_prison_day(
        method="GET",
        path="/sites/{site}/replan",
        act=draft_prison_replan,
        allow=_READERS,
        query=PrisonBounds,
        answer=ReplannedDay,
    ),
    _of_prison_day(
        method="POST",
        path="/sites/{site}/replan",
        act=carry_out_prison_replan,
        allow=_PLANNERS,
        body=PrisonAgreement,
        answer=Replannings,
    ),
    _of_prison_day(
        method="GET",
        path="/sites/{site}/replan/done",
        act=list_prison_replans,
        allow=_READERS,
        query=PrisonDay,
        answer=Replannings,
    ),
)
