"""What is kept for how long, how much of it there is, and choosing it anew.

A change is shown with what it deletes before it is made.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import forgetting, keeping, punctual
from scheduler.keeping import CHOSEN, FIXED, Held, Record
from scheduler.punctual import JobHealth
from visitation import retention, runs
from visitation.errors import NotFound
from visitation.retention import BOUNDS, Kept
from visitation.words import Role
from web import forms, gate, present, system_signs
from web.fields import Count
from web.forms import Form
from web.i18n import N_, _, ngettext
from web.keys import CLOCK, DATABASE, SETTINGS
from web.pages.provinces import ADMINISTRATORS
from web.render import redirect, render
from web.retention_words import FOR_GOOD, KINDS, UNTIL
from web.routing import Door, Route

_READERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_DAY = timedelta(days=1)


def _days(kept: Kept) -> Any:
    bounds = BOUNDS[kept]
    return Field(default=None, ge=bounds.least, le=bounds.most, title=KINDS[kept][0])


class Days(forms.Fields):
    """The days of each kind, empty where the settings decide; and how far one is.

    `step` is `save` once it was seen what the days delete, or `change` to go back.
    """

    step: str = ""
    chat_lines: Count | None = _days(Kept.CHAT_LINES)
    help_calls: Count | None = _days(Kept.HELP_CALLS)
    handovers: Count | None = _days(Kept.HANDOVERS)
    feedback: Count | None = _days(Kept.FEEDBACK)
    link_requests: Count | None = _days(Kept.LINK_REQUESTS)
    tickets: Count | None = _days(Kept.TICKETS)
    line_records: Count | None = _days(Kept.LINE_RECORDS)
    line_tests: Count | None = _days(Kept.LINE_TESTS)
    device_tests: Count | None = _days(Kept.DEVICE_TESTS)
    service_notes: Count | None = _days(Kept.SERVICE_NOTES)
    cases: Count | None = _days(Kept.CASES)
    recordings_family: Count | None = _days(Kept.RECORDINGS_FAMILY)
    recordings_official: Count | None = _days(Kept.RECORDINGS_OFFICIAL)


async def index(request: web.Request) -> web.Response:
    """What is kept, how long and how much."""
    async with request.app[DATABASE].read() as session:
        own = await retention.chosen(session)
    values = {kept.value: days for kept, days in own.items()}
    return await _page(request, forms.blank(Days, **values))


async def choose(request: web.Request) -> web.Response:
    """Show what other days would delete; once that was seen, choose them."""
    if not gate.staff(request).scope.everywhere:
        raise NotFound("retention")
    form = await forms.read(request, Days)
    if not form.ok:
        return await _page(request, form, status=422)
    days = {kept: getattr(form.value, kept.value) for kept in Kept}
    if form.value.step == "change":
        return await _page(request, form)
    if form.value.step != "save":
        return await _effect(request, form, days)
    async with request.app[DATABASE].write() as session:
        by, now = gate.staff(request).actor, request.app[CLOCK]()
        await retention.choose(session, days, by=by, now=now)
    return redirect(request, "retention.index", flash=_("Saved."))


async def _effect(
    request: web.Request, form: Form[Days], days: Mapping[Kept, int | None]
) -> web.Response:
    now, keeps = request.app[CLOCK](), request.app[SETTINGS].keeps
    given = {kept: count for kept, count in days.items() if count is not None}
    async with request.app[DATABASE].read() as session:
        before = retention.in_force(await retention.chosen(session), keeps)
        after = retention.in_force(given, keeps)
        changed = [kept for kept in Kept if before[kept] != after[kept]]
        deleted = {
            kept: await keeping.older(session, kept, than=now - after[kept] * _DAY)
            for kept in changed
        }
        night = await _night(session, now)
    if not changed:
        return redirect(request, "retention.index", flash=_("Nothing was changed."))
    return render(
        request,
        "admin/retention_effect.html",
        form=form,
        names=[kept.value for kept in Kept],
        changes=[
            {
                "name": _(KINDS[kept][0]),
                "before": _length(before[kept]),
                "after": _length(after[kept]),
                "effect": _ended(kept, deleted[kept]),
            }
            for kept in changed
        ],
        deletes=any(deleted.values()),
        night=night,
        zone=request.app[SETTINGS].zone,
    )


async def _page(
    request: web.Request, form: Form[Days], *, status: int = 200
) -> web.Response:
    now, settings = request.app[CLOCK](), request.app[SETTINGS]
    async with request.app[DATABASE].read() as session:
        own = await retention.chosen(session)
        jobs = {one.name: one for one in await punctual.jobs(session, now=now)}
        held = {one.name: await keeping.held(session, one) for one in keeping.RECORDS}
        night = await _night(session, now)
    days = retention.in_force(own, settings.keeps)
    usual = retention.in_force({}, settings.keeps)
    return render(
        request,
        "admin/retention.html",
        status=status,
        form=form,
        may_choose=_may_choose(request),
        zone=settings.zone,
        chosen=[
            _row(request, CHOSEN[kept], held, _length(days[kept]), night=night)
            | {"hint": _hint(kept, usual[kept])}
            for kept in Kept
        ],
        fixed=[
            _row(request, one, held, _until(request, one), night=night, jobs=jobs)
            for one in FIXED
        ],
        for_good=[(_(name), _(why)) for name, why in FOR_GOOD],
    )


def _may_choose(request: web.Request) -> bool:
    me = gate.staff(request)
    return me.role is Role.ADMINISTRATOR and me.scope.everywhere


def _row(
    request: web.Request,
    record: Record,
    held: Mapping[str, Held],
    length: str,
    *,
    night: datetime,
    jobs: Mapping[str, JobHealth] | None = None,
) -> dict[str, Any]:
    zone = request.app[SETTINGS].zone
    name, what = KINDS[record.name]
    found = held[record.name]
    following: datetime | None = night
    if jobs is not None and record.sweep != "wipe_numbers":
        job = jobs[record.sweep]
        following = (job.last.started_at + job.every) if job.last else None
    return {
        "key": record.name,
        "name": _(name),
        "what": _(what) if what else "",
        "length": length,
        "sweep": _(system_signs.WORK[record.sweep]),
        "count": present.number(f"{found.count:,}"),
        "oldest": _oldest(found.oldest, zone),
        "next": present.moment(following, zone) if following else "–",
    }


def _oldest(value: datetime | date | None, zone: Any) -> str:
    return "–" if value is None else present.day(value, zone, weekday=False)


def _until(request: web.Request, record: Record) -> str:
    if record.length is not None:
        return system_signs.length(record.length)
    settings = request.app[SETTINGS]
    return _(
        UNTIL[record.name],
        hours=system_signs.length(settings.life.longest),
        days=system_signs.length(settings.keeps_numbers),
    )


def _hint(kept: Kept, usual: int) -> str:
    bounds = BOUNDS[kept]
    return _(
        "From %(least)s to %(most)s days. Left empty: %(usual)s.",
        least=present.digits(bounds.least),
        most=present.digits(bounds.most),
        usual=_length(usual),
    )


def _length(days: int) -> str:
    return system_signs.length(days * _DAY)


def _ended(kept: Kept, count: int) -> str:
    if not count:
        return _("Nothing is deleted by it now.")
    if CHOSEN[kept].wiped:
        return ngettext(
            "The text of %(count)s record is wiped.",
            "The text of %(count)s records is wiped.",
            count,
            count=present.number(f"{count:,}"),
        )
    return ngettext(
        "%(count)s record is deleted.",
        "%(count)s records are deleted.",
        count,
        count=present.number(f"{count:,}"),
    )


async def _night(session: AsyncSession, now: datetime) -> datetime:
    """When what somebody chose is deleted next: once in each day of UTC."""
    today = now.astimezone(UTC).date()
    done = await runs.last_day(session, forgetting.NAME) == today
    midnight = datetime.combine(today + done * _DAY, time(), UTC)
    return max(midnight, now)


ROUTES = (
    Route(
        method="GET",
        path="/retention",
        page=index,
        allow=_READERS,
        menu=N_("What is kept"),
    ),
    Route(method="POST", path="/retention", page=choose, allow=ADMINISTRATORS),
)
