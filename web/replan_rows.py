"""A re-planned day in words: who goes where instead, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.newplaces import Company, NewPlace
from scheduler.replan import Line, Then
from scheduler.replanned import Done, Was
from visitation.lifecycle import VisitState
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from visitation.waiting import Waiting
from visitation.words import Part
from web import line_words, present
from web.i18n import N_, _, ngettext

#: What a re-planned visit may be by the time somebody looks.
_EVERY = frozenset(VisitState)
_COMPANY = {
    Company.COMES_ALONG: N_("The official comes along."),
    Company.BY_COVER: N_("The official attends the whole session there."),
    Company.WANTED: N_("The official cannot come along; one is wanted."),
}
_THEN = {
    Then.WAITS: N_("Cancelled; the family waits in line, as long as it has waited."),
    Then.CANCELLED: N_("Cancelled."),
    Then.STAYS: N_("Stays as it is, for somebody to look at."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What becomes of one visit, in words.

    Attributes:
        changed: whether it is something else than what was shown before.
    """

    reference: str
    prisoner: str
    visitors: list[str]
    was: str
    new: str
    why: list[str]
    waits: str
    texts: tuple[str, ...]
    silent: int
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One visit of a day that was re-planned, for the list that is read out."""

    prisoner: str
    visitors: list[tuple[str, str | None]]
    was: str
    new: str
    moved: bool


async def rows(
    session: AsyncSession,
    lines: Sequence[Line],
    *,
    shown: Mapping[str, str] | None = None,
    link: str = "",
) -> list[Row]:
    """The visits of a plan in the order of the line."""
    known = await _known(session, [line.one.visit.id for line in lines])
    points = {line.new.point_id for line in lines if line.new and line.new.point_id}
    sites = await session.exec(
        select(Site.id, Site.name).where(col(Site.id).in_(points))
    )
    names = dict(sites.all())
    return [
        _row(line, known[line.one.visit.id], names, shown=shown, link=link)
        for line in lines
    ]


async def told(session: AsyncSession, done: Done) -> list[Told]:
    """What was done to a day, visit by visit, as things stand now."""
    known = await _known(session, done.visits)
    sites = await session.exec(
        select(Site.id, Site.name).where(
            col(Site.id).in_({was.point_id for was in done.visits.values()})
        )
    )
    names = dict(sites.all())
    found = [
        (names.get(was.point_id or 0, ""), was, known[visit_id])
        for visit_id, was in done.visits.items()
        if visit_id in known
    ]
    found.sort(key=lambda row: (row[0], row[1].starts_at, row[2].id))
    return [_told(place, was, one) for place, was, one in found]


def _told(place: str, was: Was, one: Listed) -> Told:
    zone = ZoneInfo(one.zone)
    booked = one.state is VisitState.BOOKED
    then = Then.CANCELLED if was.then is Then.MOVES else was.then
    return Told(
        prisoner=one.prisoner,
        visitors=[(who.name, who.phone) for who in one.of(Part.VISITOR)],
        was=_(
            "%(when)s, %(place)s",
            when=present.clock(was.starts_at, zone),
            place=present.isolated(place) if place else _("Own phone"),
        ),
        new=_spot(one.span, one.point, zone) if booked else _(_THEN[then]),
        moved=booked,
    )


async def _known(session: AsyncSession, ids: Iterable[int]) -> dict[int, Listed]:
    found = await listed(session, col(Visit.id).in_(list(ids)), shown=_EVERY)
    return {one.id: one for one in found}


def _row(
    line: Line,
    one: Listed,
    names: Mapping[int, str],
    *,
    shown: Mapping[str, str] | None,
    link: str,
) -> Row:
    zone, stamp, new = ZoneInfo(one.zone), line.postage(link), line.new
    where = names.get(new.point_id or 0, "") if new else ""
    return Row(
        reference=line.reference,
        prisoner=one.prisoner,
        visitors=[who.name for who in one.of(Part.VISITOR)],
        was=_spot(one.span, one.point, zone),
        new=_spot(new.span, where, zone) if new else _(_THEN[line.then]),
        why=_moves(line, new, zone) if new else _stays(line),
        waits=_waits(line.one.family),
        texts=stamp.texts,
        silent=stamp.silent,
        changed=shown is not None and shown.get(line.reference) != line.mark,
    )


def _spot(span: Timespan, place: str, zone: ZoneInfo) -> str:
    return _(
        "%(when)s, %(place)s",
        when=present.span(span, zone),
        place=present.isolated(place) if place else _("Own phone"),
    )


def _moves(line: Line, new: NewPlace, zone: ZoneInfo) -> list[str]:
    before = present.local_day(line.one.visit.starts_at, zone)
    late = _late((present.local_day(new.span.start, zone) - before).days)
    if new.point_id is None:
        said = _("On the family’s own phone, %(late)s", late=late)
    elif new.point_id == line.one.visit.point_id:
        said = _("The same place, %(late)s", late=late)
    elif line.kilometres is None:
        said = _("Another place, %(late)s", late=late)
    else:
        away = present.digits(line.kilometres)
        said = _(
            "Another place %(kilometres)s km away, %(late)s", kilometres=away, late=late
        )
    company = _COMPANY.get(new.company)
    return [said, _(company)] if company else [said]


def _stays(line: Line) -> list[str]:
    said = [line_words.nowhere(line.reason)] if line.reason else []
    if line.held_back:
        said.append(line_words.not_in_line(line.held_back))
    return said


def _waits(family: Waiting) -> str:
    if family.met_at is not None:
        return line_words.waits(family.waited_days, met=True)
    days = family.waited_days
    if not days:
        return _("No visit yet; waiting since today")
    return ngettext(
        "No visit yet; waiting since %(count)s day",
        "No visit yet; waiting since %(count)s days",
        days,
        count=present.digits(days),
    )


def _late(days: int) -> str:
    if days == 0:
        return _("on the same day")
    count = present.digits(abs(days))
    if days < 0:
        return ngettext(
            "%(count)s day earlier", "%(count)s days earlier", -days, count=count
        )
    return ngettext("%(count)s day later", "%(count)s days later", days, count=count)
