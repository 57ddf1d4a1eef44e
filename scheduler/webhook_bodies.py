"""What receivers are told of an entry of the record, if anything.

References, kinds, states and dates. No name, number, text or sealed value is read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.cases.tables import Case
from visitation.people import Prisoner
from visitation.places import Site
from visitation.services.tables import ServiceRecord
from visitation.visits import Visit
from visitation.webhooks.events import Happening
from visitation.words import Topic

T = TypeVar("T", bound=SQLModel)
_CLOSINGS: Final = frozenset({"visit_finish", "visit_miss", "visit_close"})
_SERVICES: Final[Mapping[str, tuple[Topic, int]]] = {
    "record_service": (Topic.SERVICE_RECORDED, 1),
    "record_service_late": (Topic.SERVICE_RECORDED, 1),
    "withdraw_service": (Topic.SERVICE_WITHDRAWN, 2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    cases: Mapping[int, Case]
    visits: Mapping[int, Visit]
    services: Mapping[int, ServiceRecord]
    #: By prisoner, and by site.
    of_prisoners: Mapping[int, int | None]
    of_sites: Mapping[int, int | None]


async def happenings(
    session: AsyncSession,
    entries: Sequence[tuple[int, AuditEntry]],
    *,
    reference: Callable[[], str],
) -> list[Happening]:
    """What receivers are told of some entries of the record, each with its place."""
    told = [(place, one) for place, one in entries if _is_told(one)]
    rows = await _rows(session, [one for _place, one in told])
    found = (_happening(place, one, rows, reference) for place, one in told)
    return [one for one in found if one is not None]


def _is_told(entry: AuditEntry) -> bool:
    is_step = entry.subject.startswith("case:") and "step" in entry.facts
    return is_step or entry.action in _CLOSINGS or entry.action in _SERVICES


def _happening(
    place: int, entry: AuditEntry, rows: _Rows, reference: Callable[[], str]
) -> Happening | None:
    found = (
        _of_case(entry, rows)
        if entry.subject.startswith("case:")
        else _of_visit(entry, rows)
        if entry.action in _CLOSINGS
        else _of_service(entry, rows)
    )
    if found is None:
        return None
    return Happening(
        reference=f"evt_{reference()}", sequence=place, at=entry.at, **found
    )


def _of_case(entry: AuditEntry, rows: _Rows) -> dict[str, Any] | None:
    case = rows.cases.get(_id(entry))
    if case is None:
        return None
    return {
        "topic": Topic.CASE_STEP,
        "key": f"case:{case.reference}",
        "number": int(entry.facts["step"]),
        "province_id": rows.of_prisoners.get(case.prisoner_id),
        "body": {
            "case": case.reference,
            "step": entry.facts["step"],
            "action": entry.action.removeprefix("case_"),
            "kind": entry.facts.get("kind"),
            "state": entry.facts.get("state"),
            "raised_at": case.raised_at.isoformat(),
        },
    }


def _of_visit(entry: AuditEntry, rows: _Rows) -> dict[str, Any] | None:
    visit = rows.visits.get(entry.visit_id or 0)
    if visit is None:
        return None
    return {
        "topic": Topic.VISIT_CLOSED,
        "key": f"visit:{visit.reference}",
        "number": 1,
        "province_id": rows.of_sites.get(visit.prison_id),
        "body": {
            "visit": visit.reference,
            "kind": visit.kind.value,
            "state": visit.state.value,
            "outcome": visit.outcome.value if visit.outcome else None,
            "starts_at": visit.starts_at.isoformat(),
            "prison_id": visit.prison_id,
            "point_id": visit.point_id,
        },
    }


def _of_service(entry: AuditEntry, rows: _Rows) -> dict[str, Any] | None:
    record = rows.services.get(_id(entry))
    if record is None:
        return None
    topic, number = _SERVICES[entry.action]
    return {
        "topic": topic,
        "key": f"service:{record.reference}",
        "number": number,
        "province_id": rows.of_sites.get(record.point_id),
        "body": {
            "service": record.reference,
            "kind": record.kind.value,
            "channel": record.channel.value,
            "day": record.day.isoformat(),
            "people": record.people,
            "late": record.late,
            "point_id": record.point_id,
        },
    }


def _id(entry: AuditEntry) -> int:
    number = entry.subject.partition(":")[2]
    return int(number) if number.isdecimal() else 0


async def _rows(session: AsyncSession, entries: Sequence[AuditEntry]) -> _Rows:
    steps = [_id(one) for one in entries if one.subject.startswith("case:")]
    closed = [one.visit_id for one in entries if one.action in _CLOSINGS]
    services = [_id(one) for one in entries if one.action in _SERVICES]
    cases = await _by_id(session, Case, steps)
    visits = await _by_id(session, Visit, [one for one in closed if one])
    records = await _by_id(session, ServiceRecord, services)
    prisoners = await session.exec(
        select(col(Prisoner.id), col(Site.province_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(col(Prisoner.id).in_({one.prisoner_id for one in cases.values()}))
    )
    sites = {one.prison_id for one in visits.values()}
    sites |= {one.point_id for one in records.values()}
    provinces = await session.exec(
        select(col(Site.id), col(Site.province_id)).where(col(Site.id).in_(sites))
    )
    return _Rows(
        cases=cases,
        visits=visits,
        services=records,
        of_prisoners=dict(prisoners.all()),
        of_sites=dict(provinces.all()),
    )


async def _by_id(
    session: AsyncSession, kind: type[T], ids: Sequence[int]
) -> dict[int, T]:
    if not ids:
        return {}
    id_column: Any = kind.__dict__["id"]
    rows = await session.exec(select(kind).where(id_column.in_(set(ids))))
    return {row.id: row for row in rows.all()}  # type: ignore[attr-defined]
