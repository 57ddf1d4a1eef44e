"""How many family visits a prisoner has left, why, and giving more or fewer.

Counts nothing itself: the ledger says what was granted and used.
"""

from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import places, visits
from visitation.errors import Invalid
from visitation.people import Prisoner
from visitation.places import Site
from visitation.visits import AllowanceEntry, Balance, Period, Quota
from visitation.words import Role
from web import forms, gate, present, subjects
from web.fields import Count, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.pages.sites import PLANNERS
from web.render import redirect, render
from web.routing import Route


class Adjustment(forms.Fields):
    """How many more or fewer, in which period, and why."""

    period: Annotated[Line, StringConstraints(max_length=16)] = Field(
        title=N_("Week or month")
    )
    amount: Count = Field(title=N_("How many more"))
    reason: Annotated[Line, StringConstraints(min_length=1, max_length=200)] = Field(
        title=N_("Reason")
    )


async def show(request: web.Request) -> web.Response:
    """This week and month and the next ones, with every change."""
    return await _page(request, forms.blank(Adjustment))


async def adjust(request: web.Request) -> web.Response:
    """Give a prisoner more visits in a period, or fewer."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Adjustment)
    if not form.ok:
        return await _page(request, form, status=422)
    quotas = {period.name: quota for period, quota in await _periods(request, prisoner)}
    wanted = form.value
    if wanted.period not in quotas:
        sentence = _("Choose one from the list.")
        return await _page(request, form.faulted("period", sentence), status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await visits.adjust(
                session,
                prisoner.id,
                quotas[wanted.period],
                wanted.period,
                amount=wanted.amount,
                reason=wanted.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _page(request, form.refused(refused), status=409)
    flash = _("The allowance is changed.")
    return redirect(request, "allowances.show", prisoner=prisoner.id, flash=flash)


async def _periods(
    request: web.Request, prisoner: Prisoner
) -> list[tuple[Period, Quota]]:
    """This week and the next, this month and the next."""
    async with request.app[DATABASE].read() as session:
        site = await session.get_one(Site, prisoner.site_id)
        policy = await places.policy_of(session, site.id)
    zone = ZoneInfo(site.zone)
    now = visits.quota(policy, zone, request.app[CLOCK]().astimezone(zone).date())
    week = visits.quota(policy, zone, now.week.after)
    month = visits.quota(policy, zone, now.month.after)
    return [
        (now.week, now),
        (week.week, week),
        (now.month, now),
        (month.month, month),
    ]


async def _page(
    request: web.Request, form: Form[Adjustment], *, status: int = 200
) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    periods = await _periods(request, prisoner)
    found: dict[str, Balance] = {}
    async with request.app[DATABASE].read() as session:
        for _period, quota in periods:
            found |= await visits.balances(session, prisoner.id, quota)
        names = [period.name for period, _quota in periods]
        entries = await visits.entries_of(session, prisoner.id, names)
    words = {period.name: _in_words(period, quota) for period, quota in periods}
    return render(
        request,
        "people/allowance.html",
        status=status,
        form=form,
        prisoner={"id": prisoner.id, "name": prisoner.name},
        may_write=gate.staff(request).role in PLANNERS,
        periods=[(name, words[name]) for name in names],
        balances=[
            {
                "words": words[name],
                "granted": found[name].granted,
                "used": found[name].used,
                "left": max(found[name].granted - found[name].used, 0),
            }
            for name in names
        ],
        entries=[_entry(entry, words[entry.period]) for entry in entries],
        zone=periods[0][1].zone,
    )


def _entry(entry: AllowanceEntry, period: str) -> dict[str, object]:
    return {
        "at": entry.at,
        "period": period,
        "what": label(entry.change),
        "amount": present.digits(f"{entry.amount:+d}"),
        "reason": entry.reason,
    }


def _in_words(period: Period, quota: Quota) -> str:
    if period.name.startswith("week:"):
        day = present.day(period.first, quota.zone, weekday=False)
        return _("Week from %(day)s", day=day)
    return present.month(period.first)


_PATH = "/prisoners/{prisoner}/allowance"
ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        page=show,
        allow=PLANNERS | {Role.AUDITOR},
        subject=subjects.prisoner,
    ),
    Route(
        method="POST",
        path=_PATH,
        page=adjust,
        allow=PLANNERS,
        subject=subjects.prisoner,
    ),
)
