"""Deciding a request, or passing it on: a text, gone over, read back, then sent.

Nothing is written before it was read back once.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases
from visitation.cases import Case, acts, steps
from visitation.errors import Invalid, NotAllowed, VisitationError
from visitation.people import Account, Prisoner, Visitor
from visitation.places import Site
from visitation.words import CaseAction
from web import case_answers, case_reach, forms, gate, present, ruling_texts
from web.fields import Line, Note
from web.forms import Fields, Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.picks import Pick
from web.render import redirect, render
from web.routing import Route
from web.ruling_texts import Prepared

_DECIDERS = case_reach.may(CaseAction.GRANT)


class Outcome(StrEnum):
    """What becomes of a request."""

    GRANT = "grant"
    DENY = "deny"
    REFER = "refer"


_WORDS: Mapping[Outcome, str] = {
    Outcome.GRANT: N_("Agree"),
    Outcome.DENY: N_("Do not agree"),
    Outcome.REFER: N_("Pass on"),
}
_TONES: Mapping[Outcome, str] = {
    Outcome.GRANT: "good",
    Outcome.DENY: "bad",
    Outcome.REFER: "warn",
}
#: What prepared texts call the same.
_PREPARED: Mapping[Outcome, str] = {
    Outcome.GRANT: "granted",
    Outcome.DENY: "denied",
    Outcome.REFER: "referred",
}


class Decision(Fields):
    """What becomes of a request, in which words, and who has it from then on."""

    outcome: Outcome = Field(title=N_("What becomes of it"))
    text: Annotated[Note, StringConstraints(min_length=1)] = Field(title=N_("Text"))
    template: Annotated[Line, StringConstraints(max_length=32)] = ""
    to: Pick | None = Field(default=None, title=N_("Pass it on to"))


async def show(request: web.Request) -> web.Response:
    """Choose a text, or go over the one that was chosen."""
    asked = request.query
    text = ruling_texts.prepared(asked.get("template", ""))
    outcome = asked.get("outcome", "")
    if outcome not in set(Outcome):
        return await _page(request, forms.blank(Decision), step="choose")
    filled = await _filled(request, text) if text else ""
    form = forms.blank(
        Decision,
        outcome=Outcome(outcome),
        text=filled,
        template=text.code if text else "",
    )
    return await _page(request, form, step="write")


async def decide(request: web.Request) -> web.Response:
    """Read the decision back, or write it down."""
    form = await forms.read(request, Decision)
    step = str((await request.post()).get("step", "read"))
    if form.ok and steps.BLANK in form.value.text:
        form = form.refused(Invalid("text", "blank_left"))
    if not form.ok:
        return await _page(request, form, step="write", status=422)
    if step != "send":
        shown = "read" if step == "read" else "write"
        return await _page(request, form, step=shown)
    here = gate.subject(request, Case)
    try:
        async with request.app[DATABASE].write() as session:
            case = await session.get_one(Case, here.id)
            await _act(session, request, case, form.value)
    except NotAllowed:
        raise
    except VisitationError as refused:
        return await _page(request, form.refused(refused), step="write", status=409)
    flash = _("It is written down.")
    return redirect(request, "cases.show", case=here.reference, flash=flash)


async def _act(
    session: AsyncSession, request: web.Request, case: Case, typed: Decision
) -> None:
    by, now = gate.staff(request).actor, request.app[CLOCK]()
    if typed.outcome is not Outcome.REFER:
        await _DECIDE[typed.outcome](
            session, case, text=typed.text, template=typed.template, by=by, now=now
        )
        return
    to = None
    if typed.to is not None:
        near = {one.id: one for one in await _receivers(session, case)}
        if typed.to not in near:
            raise Invalid("to", "not_a_decider")
        to = near[typed.to]
    await acts.refer(
        session,
        case,
        text=typed.text,
        template=typed.template,
        to=to,
        by=by,
        now=now,
    )


_DECIDE: Mapping[Outcome, Callable[..., Awaitable[object]]] = {
    Outcome.GRANT: acts.grant,
    Outcome.DENY: acts.deny,
}


async def _receivers(session: AsyncSession, case: Case) -> list[Account]:
    prisoner = await session.get_one(Prisoner, case.prisoner_id)
    prison = await session.get_one(Site, prisoner.site_id)
    return list(await case_reach.receivers(session, case, prison))


async def _filled(request: web.Request, text: Prepared) -> str:
    here = gate.subject(request, Case)
    async with request.app[DATABASE].read() as session:
        prisoner = await session.get_one(Prisoner, here.prisoner_id)
        visitor = await session.get(Visitor, here.visitor_id or 0)
    names = [visitor.name] if visitor else []
    return ruling_texts.filled(text, prisoner=prisoner.name, visitors=names)


async def _page(
    request: web.Request, form: Form[Decision], *, step: str, status: int = 200
) -> web.Response:
    here, me = gate.subject(request, Case), gate.staff(request)
    async with request.app[DATABASE].read() as session:
        case = await session.get_one(Case, here.id)
        prisoner = await session.get_one(Prisoner, case.prisoner_id)
        receivers = await _receivers(session, case)
    people = {
        one.id: present.parted(one.name, label(one.role))
        for one in receivers
        if one.id != me.account_id
    }
    return render(
        request,
        "cases/decide.html",
        status=status,
        form=form,
        step=step,
        case={"reference": case.reference, "kind": case.kind, "text": case.text},
        prisoner=prisoner.name,
        answers=case_answers.shown(cases.KINDS[case.kind], case.answers),
        texts=[
            (one.value, _(words), _TONES[one], _fitting(case, one))
            for one, words in _WORDS.items()
        ],
        outcomes=[(one.value, _(words)) for one, words in _WORDS.items()],
        tones=_TONES,
        words={one.value: _(words) for one, words in _WORDS.items()},
        receivers=list(people.items()),
        to=people.get(form.value.to or 0, "") if step == "read" else "",
        longest=steps.LONGEST,
    )


def _fitting(case: Case, outcome: Outcome) -> list[tuple[str, str]]:
    """The prepared texts for such a request: code and title."""
    return [
        (one.code, _(one.title))
        for one in ruling_texts.PREPARED
        if one.kind.value == _PREPARED[outcome] and one.about.value == case.kind.value
    ]


ROUTES = (
    Route(
        method="GET",
        path="/cases/{case}/decide",
        page=show,
        allow=_DECIDERS,
        subject=case_reach.decidable,
    ),
    Route(
        method="POST",
        path="/cases/{case}/decide",
        page=decide,
        allow=_DECIDERS,
        subject=case_reach.own,
    ),
)
