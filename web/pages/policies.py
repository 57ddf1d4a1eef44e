"""What the nation, a province or a prison allows: each number and where it comes from.

A field that is left empty takes its number from the level above.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select

from visitation import places
from visitation.errors import Invalid, NotFound
from visitation.places import LIMITS, NATION, Origin, Province, Site, Unfit
from visitation.words import Approval, Chatting, Recorded, Supervision
from web import (
    ahead,
    forms,
    gate,
    labels,
    policy_effects,
    policy_words,
    present,
    reach,
    subjects,
)
from web.fields import Count
from web.forms import Form
from web.i18n import _
from web.keys import CLOCK, DATABASE, SETTINGS
from web.pages.provinces import ADMINISTRATORS
from web.policy_words import ABOVE, MEANINGS, TITLES
from web.render import redirect, render
from web.routing import Route


def _number(name: str) -> Any:
    least, most = LIMITS[name]
    return Field(default=None, ge=least, le=most, title=MEANINGS[name][0])


class PolicyFields(forms.Fields):
    """The numbers that are chosen at one level; None where the level above decides.

    `step` is `save` once it was seen what they do, or `change` to go back.
    """

    step: str = ""
    notice_minutes: Count | None = _number("notice_minutes")
    horizon_days: Count | None = _number("horizon_days")
    family_notice_minutes: Count | None = _number("family_notice_minutes")
    family_horizon_days: Count | None = _number("family_horizon_days")
    official_notice_minutes: Count | None = _number("official_notice_minutes")
    official_horizon_days: Count | None = _number("official_horizon_days")
    visits_per_week: Count | None = _number("visits_per_week")
    visits_per_month: Count | None = _number("visits_per_month")
    max_party: Count | None = _number("max_party")
    adult_age: Count | None = _number("adult_age")
    cancel_minutes: Count | None = _number("cancel_minutes")
    decide_minutes: Count | None = _number("decide_minutes")
    turnover_minutes: Count | None = _number("turnover_minutes")
    early_minutes: Count | None = _number("early_minutes")
    grace_minutes: Count | None = _number("grace_minutes")
    reminder_hours: Count | None = _number("reminder_hours")
    reminder_soon_minutes: Count | None = _number("reminder_soon_minutes")
    reconnect_grace_seconds: Count | None = _number("reconnect_grace_seconds")
    credit_max_minutes: Count | None = _number("credit_max_minutes")
    approval: Approval | None = Field(default=None, title=TITLES["approval"])
    supervision: Supervision | None = Field(default=None, title=TITLES["supervision"])
    chatting: Chatting | None = Field(default=None, title=TITLES["chatting"])
    recorded: Recorded | None = Field(default=None, title=TITLES["recorded"])


async def edit(request: web.Request) -> web.Response:
    """What is chosen for a prison, and what it has from the levels above."""
    return await _edit(request, gate.subject(request, Site))


async def save(request: web.Request) -> web.Response:
    """Choose for a prison."""
    site = gate.subject(request, Site)
    refused = await _save(request, site)
    return refused or redirect(request, "sites.show", site=site.id, flash=_("Saved."))


async def edit_province(request: web.Request) -> web.Response:
    """What is chosen for a province."""
    return await _edit(request, gate.subject(request, Province))


async def save_province(request: web.Request) -> web.Response:
    """Choose for the prisons of a province."""
    refused = await _save(request, gate.subject(request, Province))
    return refused or redirect(request, "provinces.index", flash=_("Saved."))


async def edit_nation(request: web.Request) -> web.Response:
    """What is chosen for every prison."""
    _refuse_unless_everywhere(request)
    return await _edit(request, None)


async def save_nation(request: web.Request) -> web.Response:
    """Choose for every prison."""
    _refuse_unless_everywhere(request)
    refused = await _save(request, None)
    return refused or redirect(request, "provinces.index", flash=_("Saved."))


def _refuse_unless_everywhere(request: web.Request) -> None:
    if not gate.staff(request).scope.everywhere:
        raise NotFound("policy")


def _scope(of: Site | Province | None) -> str:
    if of is None:
        return NATION
    if isinstance(of, Site):
        return places.scope_of_site(of.id)
    return places.scope_of_province(of.id)


async def _edit(request: web.Request, of: Site | Province | None) -> web.Response:
    known = await _origins(request, of)
    own = {name: origin.own for name, origin in known.items()}
    form = forms.blank(PolicyFields, **own)
    # A zero is a choice like any other, and not an empty field.
    typed = {
        name: (present.digits(value),)
        for name, value in own.items()
        if isinstance(value, int)
    }
    form = Form(model=PolicyFields, typed={**form.typed, **typed})
    return _page(request, form, of, known)


async def _save(
    request: web.Request, of: Site | Province | None
) -> web.Response | None:
    """The page again, or what the choice would do; None once it is made."""
    form = await forms.read(request, PolicyFields)
    known = await _origins(request, of)
    if not form.ok:
        return _page(request, form, of, known, status=422)
    if form.value.step == "change":
        return _page(request, form, of, known)
    values = form.value.model_dump(mode="json", exclude={"step"})
    try:
        if form.value.step != "save":
            return await _effect(request, form, of, values)
        async with request.app[DATABASE].write() as session:
            await places.choose(
                session,
                scope=_scope(of),
                values=values,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        form = await _named(request, form.refused(refused), refused, of)
        return _page(request, form, of, known, status=409)
    return None


async def _effect(
    request: web.Request,
    form: Form[PolicyFields],
    of: Site | Province | None,
    values: Mapping[str, int | str | None],
) -> web.Response | None:
    """What the choice would do; None where it changes nothing."""
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await places.proposed(session, scope=_scope(of), values=values, now=now)
        if not found.changes:
            return None
        known = await places.origins(session, _scope(of))
        changes = await policy_effects.rows(session, found, known, now=now)
        odds = policy_effects.at_odds(changes)
        visits = await ahead.of_references(
            session, odds[: policy_effects.SHOWN], now=now
        )
    return render(
        request,
        "admin/policy_effect.html",
        form=form,
        of=_named_place(of),
        back=request.path,
        names=[name for name in PolicyFields.model_fields if name != "step"],
        changes=changes,
        prisons=len(found.after),
        at_odds=len(odds),
        visits=visits,
        unrecordable=form.value.recorded is Recorded.CONSENT
        and request.app[SETTINGS].recordings is None,
    )


def _named_place(of: Site | Province | None) -> str:
    return "" if of is None else of.name


async def _origins(
    request: web.Request, of: Site | Province | None
) -> Mapping[str, Origin]:
    async with request.app[DATABASE].read() as session:
        return await places.origins(session, _scope(of))


async def _named(
    request: web.Request,
    form: Form[PolicyFields],
    refused: Invalid,
    of: Site | Province | None,
) -> Form[PolicyFields]:
    """The form, with the names of the prisons that a choice does not fit."""
    if isinstance(of, Site) or not (isinstance(refused, Unfit) and refused.site_ids):
        return form
    async with request.app[DATABASE].read() as session:
        names = await session.exec(
            select(Site.name)
            .where(col(Site.id).in_(refused.site_ids))
            .order_by(col(Site.name))
        )
    listed = _(", ").join(map(present.isolated, names))
    return form.failed(_("It does not fit these prisons: %(names)s.", names=listed))


def _page(
    request: web.Request,
    form: Form[PolicyFields],
    of: Site | Province | None,
    known: Mapping[str, Origin],
    *,
    status: int = 200,
) -> web.Response:
    numbers = [
        {
            "name": name,
            "label": _(title),
            "hint": _(hint),
            "least": LIMITS[name][0],
            "most": LIMITS[name][1],
            "above": _above(known[name], present.digits(known[name].above)),
        }
        for name, (title, hint) in MEANINGS.items()
    ]
    words = {
        name: _above(known[name], labels.label(kind(str(known[name].above))))
        for name, kind in policy_words.WORDS.items()
    }
    return render(
        request,
        "admin/policy.html",
        status=status,
        form=form,
        site={"id": of.id, "name": of.name} if isinstance(of, Site) else None,
        province={"name": of.name} if isinstance(of, Province) else None,
        numbers=numbers,
        above=words,
        supervisions=labels.options(Supervision),
        approvals=labels.options(Approval),
        chattings=labels.options(Chatting),
        recordeds=labels.options(Recorded),
        recordable=request.app[SETTINGS].recordings is not None,
    )


def _above(origin: Origin, value: str) -> str:
    return _(ABOVE[origin.level], value=value)


ROUTES = (
    Route(
        method="GET",
        path="/sites/{site}/policy",
        page=edit,
        allow=ADMINISTRATORS,
        subject=subjects.prison,
    ),
    Route(
        method="POST",
        path="/sites/{site}/policy",
        page=save,
        allow=ADMINISTRATORS,
        subject=subjects.prison,
    ),
    Route(
        method="GET",
        path="/provinces/{province}/policy",
        page=edit_province,
        allow=ADMINISTRATORS,
        subject=reach.province,
    ),
    Route(
        method="POST",
        path="/provinces/{province}/policy",
        page=save_province,
        allow=ADMINISTRATORS,
        subject=reach.province,
    ),
    Route(method="GET", path="/policy", page=edit_nation, allow=ADMINISTRATORS),
    Route(method="POST", path="/policy", page=save_nation, allow=ADMINISTRATORS),
)
