"""Staff write down a request: for whom, what kind, its fields, read back, then a slip.

All of it is posted, so that no name and no number of a prisoner stands in an address.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases
from visitation.cases import Case, Raised, tracking
from visitation.errors import VisitationError
from visitation.people import Prisoner
from visitation.places import Site
from visitation.words import CaseAction, CaseKind, CaseSource, Role
from web import (
    case_answers,
    case_reach,
    forms,
    gate,
    i18n,
    present,
    prison_reach,
    subjects,
)
from web.case_writing import (
    Whom,
    Written,
    checked,
    kept,
    kinds_for,
    points,
    prisoner_of,
    visitors,
)
from web.forms import Form
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, render
from web.routing import Door, Route

_RAISERS = case_reach.may(CaseAction.RAISE)
_REACHING: frozenset[Role | Door] = _RAISERS - {Role.CLERK}


class Step(StrEnum):
    """How far somebody is with writing a request down."""

    KIND = "kind"
    FILL = "fill"
    CHECK = "check"
    CHANGE = "change"
    SEND = "send"


async def new(request: web.Request) -> web.Response:
    """First, for whom."""
    return await _whom(request, forms.blank(Whom))


async def begin(request: web.Request) -> web.Response:
    """From a prisoner's page: the kinds at once."""
    prisoner = gate.subject(request, Prisoner)
    typed = {"prison": (str(prisoner.site_id),), "number": (prisoner.number,)}
    return await _kinds(request, Form(model=Whom, typed=typed), prisoner)


async def write(request: web.Request) -> web.Response:
    """One step further: the kind, what it asks, reading it back, handing it in."""
    posted = {
        name: text
        for name, text in (await request.post()).items()
        if isinstance(text, str)
    }
    form = await forms.read(request, Written)
    whom = forms.parse(Whom, [(n, form.text(n)) for n in ("prison", "number")])
    if not whom.ok:
        return await _whom(request, whom, status=422)
    async with request.app[DATABASE].read() as session:
        known = await prisoner_of(session, gate.staff(request), whom.value)
    if known is None:
        unknown = _("No prisoner of this prison has this number. Check each digit.")
        return await _whom(request, whom.faulted("number", unknown), status=422)
    step = posted.get("step", "")
    offered = {one.code.value for one in kinds_for(gate.staff(request))}
    if step not in set(Step) or form.text("kind") not in offered:
        return await _kinds(request, whom, known)
    return await _filling(request, form, known, Step(step), posted)


async def _filling(
    request: web.Request,
    form: Form[Written],
    prisoner: Prisoner,
    step: Step,
    posted: Mapping[str, str],
) -> web.Response:
    kind = cases.KINDS[CaseKind(form.text("kind"))]
    if step in {Step.KIND, Step.FILL, Step.CHANGE}:
        return await _fill(request, form, prisoner, posted)
    form, answers = await checked(request, form, prisoner, kind, posted)
    if not form.ok:
        return await _fill(request, form, prisoner, posted, status=422)
    if step is Step.CHECK:
        return await _check(request, form, prisoner, posted, answers)
    try:
        async with request.app[DATABASE].write() as session:
            raised = await _raise(session, request, form.value, prisoner, answers)
            has_slip = await case_reach.is_own(
                session, raised.case, gate.staff(request)
            )
    except VisitationError as refused:
        form = form.refused(refused)
        return await _fill(request, form, prisoner, posted, status=409)
    flash = (
        _("The request is handed in.")
        if raised.is_new
        else _("This was asked already and is open. What is new was added to it.")
    )
    if not has_slip:
        # What was open was asked elsewhere, and is none that its writer reads.
        return redirect(request, "cases.index", flash=flash)
    return redirect(
        request, "case_new.receipt", case=raised.case.reference, flash=flash
    )


async def receipt(request: web.Request) -> web.Response:
    """The slip: what was asked, and the code by which the family follows it."""
    here = gate.subject(request, Case)
    async with request.app[DATABASE].write() as session:
        case = await session.get_one(Case, here.id)
        code = await tracking.of(session, case, keyring=request.app[KEYRING])
        prisoner = await session.get_one(Prisoner, case.prisoner_id)
        prison = await session.get_one(Site, prisoner.site_id)
        point = await session.get(Site, case.point_id or 0)
    zone = ZoneInfo(prison.zone)
    return render(
        request,
        "cases/receipt.html",
        case={"reference": case.reference, "kind": case.kind, "state": case.state},
        code=" ".join((code[:3], code[3:6], code[6:])),
        raised=present.moment(case.raised_at, zone),
        due=present.day(case.due_at, zone),
        phone=point.phone if point else "",
    )


async def _raise(
    session: AsyncSession,
    request: web.Request,
    typed: Written,
    prisoner: Prisoner,
    answers: Mapping[str, Any],
) -> Raised:
    me = gate.staff(request)
    assert typed.kind is not None
    source = CaseSource.FAMILY if typed.visitor else CaseSource.PRISONER
    if typed.visitor is None and me.role is Role.OFFICIAL:
        source = CaseSource.OFFICIAL
    return await cases.raise_case(
        session,
        kind=typed.kind,
        prisoner_id=prisoner.id,
        source=source,
        text=typed.text,
        answers=answers,
        visitor_id=typed.visitor,
        point_id=typed.point,
        keyring=request.app[KEYRING],
        by=me.actor,
        now=request.app[CLOCK](),
    )


async def _whom(
    request: web.Request, form: Form[Whom], *, status: int = 200
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        found = await prison_reach.asked_for(session, gate.staff(request))
    return render(
        request,
        "cases/new.html",
        status=status,
        form=form,
        prisons=[(one.id, one.name) for one in found],
    )


async def _kinds(
    request: web.Request, form: Form[Any], prisoner: Prisoner
) -> web.Response:
    language = i18n.language()
    return render(
        request,
        "cases/kinds.html",
        form=form,
        prisoner=prisoner.name,
        kinds=[
            (one.code.value, one.title(language), one.hint(language))
            for one in kinds_for(gate.staff(request))
        ],
    )


async def _fill(
    request: web.Request,
    form: Form[Written],
    prisoner: Prisoner,
    posted: Mapping[str, str],
    *,
    status: int = 200,
) -> web.Response:
    me = gate.staff(request)
    kind, language = cases.KINDS[CaseKind(form.text("kind"))], i18n.language()
    async with request.app[DATABASE].read() as session:
        asking, places = (
            await visitors(request, session, prisoner),
            await points(session, me),
        )
    nobody = _("I begin it myself") if me.role is Role.OFFICIAL else _("The prisoner")
    return render(
        request,
        "cases/fill.html",
        status=status,
        form=kept(form, posted),
        prisoner=prisoner.name,
        kind=kind.code,
        note=kind.eligibility(language),
        text_required=kind.text_required,
        fields=[
            {
                "name": case_answers.PREFIX + one.name,
                "type": one.type.value,
                "label": one.label(language),
                "required": one.required,
                "choices": case_answers.choices(one),
            }
            for one in kind.fields
        ],
        visitors=asking,
        nobody=_("Choose") if me.role is Role.CLERK else nobody,
        points=places,
    )


async def _check(
    request: web.Request,
    form: Form[Written],
    prisoner: Prisoner,
    posted: Mapping[str, str],
    answers: Mapping[str, Any],
) -> web.Response:
    kind = cases.KINDS[CaseKind(form.text("kind"))]
    async with request.app[DATABASE].read() as session:
        asking = dict(await visitors(request, session, prisoner))
    visitor = form.value.visitor
    shown = kept(form, posted)
    return render(
        request,
        "cases/check.html",
        form=shown,
        names=sorted(shown.typed),
        prisoner=prisoner.name,
        kind=kind.code,
        visitor=asking.get(visitor, "") if visitor else "",
        answers=case_answers.shown(kind, answers),
    )


ROUTES = (
    Route(method="GET", path="/cases/new", page=new, allow=_RAISERS),
    Route(method="POST", path="/cases/new", page=write, allow=_RAISERS),
    Route(
        method="GET",
        path="/prisoners/{prisoner}/request",
        page=begin,
        allow=_REACHING,
        subject=subjects.prisoner,
    ),
    Route(
        method="GET",
        path="/cases/{case}/slip",
        page=receipt,
        allow=_RAISERS,
        subject=case_reach.own,
    ),
)
