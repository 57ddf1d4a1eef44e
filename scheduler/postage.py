"""What a plan will say to whom once it is published, and how many segments that costs.

Writes nothing: the same sentences are made again when the visits are booked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices, outgoing
from visitation import wording
from visitation.people import Visitor
from visitation.places import MobileDay, MobileStop, Site, Station
from visitation.timespan import Timespan
from visitation.waiting import Placement, Plan, WaitingVisitor
from visitation.wording import Template
from visitation.words import MobileDayState

#: As wide as any code, in the reader's digits.
_CODE = {"en": "000000"}
_CODE_FA = "۰۰۰۰۰۰"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postage:
    """What a family would be sent: its texts, their segments, and who gets nothing."""

    texts: tuple[str, ...]
    segments: int
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What somebody would be told; `phone` is None where no message reaches them."""

    template: Template
    phone: str | None
    language: str
    variables: Mapping[str, str]


def stamped(letters: Iterable[Letter], *, link: str = "") -> Postage:
    """What letters say and cost, with a code and a link where there would be one."""
    texts, silent = [], 0
    for one in letters:
        if one.phone is None:
            silent += 1
            continue
        values = {**one.variables, "code": _CODE.get(one.language, _CODE_FA)}
        if there := outgoing.address(one.template, link, _CODE["en"]):
            values["link"] = there
        texts.append(wording.render(one.template, one.language, values))
    return Postage(
        texts=tuple(texts),
        segments=sum(wording.segments(text) for text in texts),
        silent=silent,
    )


async def postage(
    session: AsyncSession, plan: Plan, rows: Iterable[Placement], *, link: str = ""
) -> dict[int, Postage]:
    """What each family with a place in a plan would be sent, by entry."""
    placed = [row for row in rows if row.starts_at is not None]
    prison = await session.get_one(Site, plan.prison_id)
    places = await points(session, placed)
    found = await session.exec(
        select(WaitingVisitor.entry_id, Visitor)
        .join(Visitor, col(Visitor.id) == col(WaitingVisitor.visitor_id))
        .where(col(WaitingVisitor.entry_id).in_([row.entry_id for row in placed]))
        .order_by(col(Visitor.id))
    )
    coming: dict[int, list[Visitor]] = {}
    for entry_id, visitor in found.all():
        coming.setdefault(entry_id, []).append(visitor)
    return {
        row.entry_id: _of(
            row,
            coming.get(row.entry_id, []),
            zone=ZoneInfo(prison.zone),
            place=places.get(row.entry_id),
            link=link,
        )
        for row in placed
    }


async def points(session: AsyncSession, rows: Iterable[Placement]) -> dict[int, str]:
    """Where each family with a kiosk in a plan would sit, by entry.

    That is the village in which a mobile office stands then; else the kiosk's place.
    """
    seated = [
        (row.entry_id, row.kiosk_id, Timespan(row.starts_at, row.ends_at))
        for row in rows
        if row.kiosk_id and row.starts_at and row.ends_at
    ]
    if not seated:
        return {}
    kiosks = await session.exec(
        select(Station.id, Site.id, Site.name)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(col(Station.id).in_({kiosk_id for _entry, kiosk_id, _span in seated}))
    )
    at = {kiosk_id: (site_id, name) for kiosk_id, site_id, name in kiosks.all()}
    stops = await session.exec(
        select(MobileStop, MobileDay.site_id, Site.name)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .join(Site, col(Site.id) == col(MobileStop.village_id))
        .where(
            col(MobileDay.site_id).in_({site_id for site_id, _name in at.values()}),
            MobileDay.state == MobileDayState.PLANNED,
            col(MobileStop.starts_at) <= max(span.start for *_who, span in seated),
            col(MobileStop.ends_at) >= min(span.end for *_who, span in seated),
        )
    )
    there = stops.all()
    found = {}
    for entry_id, kiosk_id, span in seated:
        site_id, name = at[kiosk_id]
        villages = (
            village
            for stop, office_id, village in there
            if office_id == site_id and _stands(stop, kiosk_id, span)
        )
        found[entry_id] = next(villages, name)
    return found


def _stands(stop: MobileStop, kiosk_id: int, span: Timespan) -> bool:
    here = not stop.kiosks or kiosk_id in stop.kiosks
    return here and stop.starts_at <= span.start and span.end <= stop.ends_at


def _of(
    row: Placement,
    coming: Iterable[Visitor],
    *,
    zone: ZoneInfo,
    place: str | None,
    link: str,
) -> Postage:
    assert row.starts_at is not None
    wall = row.starts_at.astimezone(zone)
    return stamped(
        (
            Letter(
                template=Template.BOOKED,
                phone=visitor.phone or visitor.helper_phone,
                language=visitor.language,
                variables={
                    "day": notices.spoken_day(wall, visitor.language),
                    "time": notices.spoken_time(wall, visitor.language),
                    "place": notices.spoken_place(place, visitor.language),
                },
            )
            for visitor in coming
        ),
        link=link,
    )
