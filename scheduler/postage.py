"""What a plan will say to whom once it is published, and how many segments that costs.

Writes nothing: the same sentences are made again when the visits are booked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices
from visitation import wording
from visitation.people import Visitor
from visitation.places import Site, Station
from visitation.waiting import Placement, Plan, WaitingVisitor
from visitation.wording import Template

#: As wide as any code, in the reader's digits.
_CODE = {"en": "000000"}
_CODE_FA = "۰۰۰۰۰۰"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postage:
    """What a family would be sent: its texts, their segments, and who has no phone."""

    texts: tuple[str, ...]
    segments: int
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What somebody would be told; `phone` is None for whoever has none."""

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
        if link:
            values["link"] = link
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
    kiosks = {row.kiosk_id for row in placed if row.kiosk_id is not None}
    sites = await session.exec(
        select(Station.id, Site.name)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(col(Station.id).in_(kiosks))
    )
    places = dict(sites.all())
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
            place=places.get(row.kiosk_id or 0),
            link=link,
        )
        for row in placed
    }


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
                phone=visitor.phone,
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
