"""The two ends of a visit and who comes to them, read in one query.

Columns, not rows: what stands here is as old as the query, whatever the session had
read before. Knows no rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, bindparam, exists, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.proposals import Proposal
from visitation import database
from visitation.errors import NotFound
from visitation.places import Policy
from visitation.places.mobile import stops_at
from visitation.places.tables import Site
from visitation.timespan import Timespan
from visitation.words import Role, SiteKind, StationKind

_TABLES = SQLModel.metadata.tables
_POLICY = [one.name for one in fields(Policy)]
_prison, _office = _TABLES["site"].alias("prison"), _TABLES["site"].alias("office")
_terminal = _TABLES["station"].alias("terminal")
_kiosk = _TABLES["station"].alias("kiosk")
_policy, _prisoner = _TABLES["site_policy"], _TABLES["prisoner"]
_account, _mobile_day = _TABLES["account"], _TABLES["mobile_day"]
_contact, _visitor = _TABLES["contact"], _TABLES["visitor"]
#: A row for each visitor whom the prisoner knows, or one; each with all of both ends.
#: Made once: putting it together takes longer than its answer.
_ENDS: Any = (
    select(
        _prison.c.kind.label("prison_kind"),
        _prison.c.province_id,
        _prison.c.zone,
        _prison.c.closed_at,
        _policy.c.site_id.label("has_policy"),
        *[_policy.c[name] for name in _POLICY],
        _terminal.c.site_id.label("terminal_site_id"),
        _terminal.c.kind.label("terminal_kind"),
        _terminal.c.out_of_order.label("terminal_out_of_order"),
        _kiosk.c.site_id.label("office_id"),
        _kiosk.c.kind.label("kiosk_kind"),
        _kiosk.c.out_of_order.label("kiosk_out_of_order"),
        _office.c.kind.label("office_kind"),
        _office.c.name.label("office_name"),
        _office.c.province_id.label("office_province_id"),
        _office.c.closed_at.label("office_closed_at"),
        exists().where(_mobile_day.c.site_id == _office.c.id).label("office_has_days"),
        _prisoner.c.site_id.label("prisoner_site_id"),
        _prisoner.c.released_at,
        _account.c.role,
        _account.c.disabled_at,
        _contact.c.visitor_id,
        _contact.c.relation,
        _contact.c.state,
        _contact.c.banned_until,
        _contact.c.approved_until,
        _visitor.c.born_on,
        _visitor.c.phone,
        _visitor.c.language,
        _visitor.c.reads,
        _visitor.c.helper_phone,
    )
    .select_from(_prison)
    .outerjoin(_policy, _policy.c.site_id == _prison.c.id)
    .outerjoin(_terminal, _terminal.c.id == bindparam("terminal"))
    .outerjoin(_kiosk, _kiosk.c.id == bindparam("kiosk"))
    .outerjoin(_office, _office.c.id == _kiosk.c.site_id)
    .outerjoin(_prisoner, _prisoner.c.id == bindparam("prisoner"))
    .outerjoin(_account, _account.c.id == bindparam("official"))
    .outerjoin(
        _contact,
        and_(
            _contact.c.prisoner_id == _prisoner.c.id,
            _contact.c.visitor_id.in_(bindparam("visitors", expanding=True)),
        ),
    )
    .outerjoin(_visitor, _visitor.c.id == _contact.c.visitor_id)
    .where(_prison.c.id == bindparam("prison"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prison:
    """Where the prisoner's end is, and what is allowed there."""

    id: int
    province_id: int
    zone: ZoneInfo
    policy: Policy
    closed_at: datetime | None

    def day(self, instant: datetime) -> date:
        """The local day of an instant."""
        return instant.astimezone(self.zone).date()

    def span(self, first: date, last: date) -> Timespan:
        """From midnight of the first local day to midnight after the last."""
        return openings.local_days(self.zone, first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """The prison and the seat there, where the family sits, and who they are.

    Attributes:
        closed_at: when each of the sites was given up, by id.
        province_id: of the place that the kiosk belongs to; None for an own phone.
        point_id: where the family sits: the village while a mobile office is there.
        point: the name of that place.
        kiosk_is_there: whether the kiosk can be used then, where it travels.
        contacts: the proposed visitors' links to the prisoner, each with what is told
            of them.
    """

    prison: Prison
    closed_at: dict[int, datetime | None]
    terminal_is_here: bool
    terminal_in_order: bool
    kiosk_is_kiosk: bool
    kiosk_in_order: bool
    kiosk_is_there: bool
    province_id: int | None
    point_id: int | None
    point: str | None
    prisoner_is_here: bool
    released_at: datetime | None
    official_is_active: bool
    contacts: Sequence[Any]


async def seats(session: AsyncSession, proposal: Proposal) -> Seats:
    """The two ends, as they are; another query where the kiosk travels.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
    """
    named = {
        "prison": proposal.prison_id,
        "terminal": proposal.terminal_id,
        "kiosk": proposal.kiosk_id,
        "prisoner": proposal.prisoner_id,
        "official": proposal.official_id,
        "visitors": sorted(proposal.visitor_ids),
    }
    rows = await database.rows(session, _ENDS, named)
    row = next(iter(rows), None)
    _check(row, proposal)
    assert row is not None
    village, stands = await _village(session, row, proposal)
    closed_at = {proposal.prison_id: row.closed_at}
    if proposal.kiosk_id is not None:
        closed_at[row.office_id] = row.office_closed_at
    if village is not None:
        closed_at[village.id] = village.closed_at
    return Seats(
        prison=_prison_of(row, proposal.prison_id),
        closed_at=closed_at,
        terminal_is_here=(
            row.terminal_kind is StationKind.TERMINAL
            and row.terminal_site_id == proposal.prison_id
        ),
        terminal_in_order=row.terminal_out_of_order is None,
        kiosk_is_kiosk=row.kiosk_kind in {None, StationKind.KIOSK},
        kiosk_in_order=not row.kiosk_out_of_order,
        kiosk_is_there=stands,
        province_id=row.office_province_id,
        point_id=village.id if village else row.office_id,
        point=village.name if village else row.office_name,
        prisoner_is_here=row.prisoner_site_id == proposal.prison_id,
        released_at=row.released_at,
        official_is_active=proposal.official_id is None
        or (row.role is Role.OFFICIAL and row.disabled_at is None),
        contacts=[one for one in rows if one.visitor_id is not None],
    )


def _check(row: Row[Any] | None, proposal: Proposal) -> None:
    if row is None or row.prison_kind is not SiteKind.PRISON:
        raise NotFound("prison")
    if row.terminal_kind is None:
        raise NotFound("terminal")
    if proposal.kiosk_id is not None and row.kiosk_kind is None:
        raise NotFound("kiosk")
    if row.prisoner_site_id is None:
        raise NotFound("prisoner")


def _prison_of(row: Row[Any], prison_id: int) -> Prison:
    known = row.has_policy is not None
    return Prison(
        id=prison_id,
        province_id=row.province_id,
        zone=ZoneInfo(row.zone),
        policy=Policy(**{name: getattr(row, name) for name in _POLICY})
        if known
        else Policy(),
        closed_at=row.closed_at,
    )


async def _village(
    session: AsyncSession, row: Row[Any], proposal: Proposal
) -> tuple[Site | None, bool]:
    """Where a travelling kiosk stands for the whole time, and whether it is in use.

    A mobile office stands still until anybody plans its days.
    """
    if proposal.kiosk_id is None or row.office_kind is not SiteKind.MOBILE_OFFICE:
        return None, True
    if not row.office_has_days:
        return None, True
    stop = await stops_at(session, kiosk_id=proposal.kiosk_id, span=proposal.span)
    if stop is None:
        return None, False
    return await session.get_one(Site, stop.village_id, populate_existing=True), True
