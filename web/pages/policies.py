"""What a prison allows: each number with its meaning and its limits."""

from dataclasses import asdict
from typing import Any

from aiohttp import web
from pydantic import Field

from visitation import places
from visitation.errors import Invalid, NotFound
from visitation.places import LIMITS, Policy, Site
from visitation.words import SiteKind, Supervision
from web import forms, gate, labels, subjects
from web.fields import Count
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.provinces import ADMINISTRATORS
from web.policy_words import MEANINGS
from web.render import redirect, render
from web.routing import Route


def _number(name: str, **options: Any) -> Any:
    least, most = LIMITS[name]
    return Field(ge=least, le=most, title=MEANINGS[name][0], **options)


class PolicyFields(forms.Fields):
    """The numbers of a policy, and what it wants watched."""

    notice_minutes: Count = _number("notice_minutes")
    horizon_days: Count = _number("horizon_days")
    turnover_minutes: Count = _number("turnover_minutes")
    early_minutes: Count = _number("early_minutes")
    grace_minutes: Count = _number("grace_minutes")
    max_party: Count = _number("max_party")
    visits_per_week: Count = _number("visits_per_week")
    reminder_hours: Count = _number("reminder_hours")
    reminder_soon_minutes: Count = _number("reminder_soon_minutes")
    reconnect_grace_seconds: Count = _number("reconnect_grace_seconds")
    credit_max_minutes: Count = _number("credit_max_minutes")
    family_notice_minutes: Count | None = _number("family_notice_minutes", default=None)
    family_horizon_days: Count | None = _number("family_horizon_days", default=None)
    official_notice_minutes: Count | None = _number(
        "official_notice_minutes", default=None
    )
    official_horizon_days: Count | None = _number("official_horizon_days", default=None)
    visits_per_month: Count | None = _number("visits_per_month", default=None)
    adult_age: Count | None = _number("adult_age", default=None)
    cancel_minutes: Count | None = _number("cancel_minutes", default=None)
    decide_minutes: Count | None = _number("decide_minutes", default=None)
    supervision: Supervision = Field(title=N_("Supervision of family visits"))


async def edit(request: web.Request) -> web.Response:
    """What the prison allows now."""
    site = _prison(request)
    async with request.app[DATABASE].read() as session:
        policy = await places.policy_of(session, site.id)
    return _form(request, forms.blank(PolicyFields, **asdict(policy)), site)


async def save(request: web.Request) -> web.Response:
    """Set what the prison allows."""
    site = _prison(request)
    form = await forms.read(request, PolicyFields)
    if not form.ok:
        return _form(request, form, site, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.set_policy(
                session,
                site_id=site.id,
                policy=Policy(**form.value.model_dump(exclude_none=True)),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _form(request, form.refused(refused), site, status=409)
    return redirect(request, "sites.show", site=site.id, flash=_("Saved."))


def _prison(request: web.Request) -> Site:
    site = gate.subject(request, Site)
    if site.kind is not SiteKind.PRISON:
        raise NotFound("policy")
    return site


def _form(
    request: web.Request, form: Form[PolicyFields], site: Site, *, status: int = 200
) -> web.Response:
    numbers = [
        {
            "name": name,
            "label": _(title),
            "hint": _(hint),
            "least": LIMITS[name][0],
            "most": LIMITS[name][1],
        }
        for name, (title, hint) in MEANINGS.items()
    ]
    return render(
        request,
        "admin/policy.html",
        status=status,
        form=form,
        site={"id": site.id, "name": site.name},
        numbers=numbers,
        supervisions=labels.options(Supervision),
    )


ROUTES = (
    Route(
        method="GET",
        path="/sites/{site}/policy",
        page=edit,
        allow=ADMINISTRATORS,
        subject=subjects.site,
    ),
    Route(
        method="POST",
        path="/sites/{site}/policy",
        page=save,
        allow=ADMINISTRATORS,
        subject=subjects.site,
    ),
)
