"""What staff do to a request from its page, one short form each.

A handler reads the form, calls the one use case, and answers with the page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import Case, CaseStep, acts, untold
from visitation.errors import Invalid, NotAllowed, VisitationError
from visitation.people import Account, Prisoner
from visitation.places import Site
from visitation.words import CaseAction
from web import case_file, case_reach, forms, gate
from web.case_forms import Change, Correction, Delay, Handing, Remark
from web.forms import Fields
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.render import redirect
from web.routing import Page, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One act, and what is said when it is done.

    Attributes:
        fields: what is typed for it.
        act: the use case, which takes each of the fields by its name.
    """

    action: CaseAction
    fields: type[Fields]
    act: Callable[..., Awaitable[object]]
    done: str


async def show(request: web.Request) -> web.Response:
    """A request, its history, and what may be done."""
    return await case_file.page(request)


async def _assign(
    session: AsyncSession, case: Case, *, to: int, by: Actor, now: datetime
) -> CaseStep:
    prisoner = await session.get_one(Prisoner, case.prisoner_id)
    prison = await session.get_one(Site, prisoner.site_id)
    near = await case_reach.receivers(session, case, prison)
    if to not in {one.id for one in near}:
        raise Invalid("to", "not_a_decider")
    account = await session.get_one(Account, to)
    return await acts.assign(session, case, to=account, by=by, now=now)


DOINGS = (
    Doing(
        action=CaseAction.TAKE,
        fields=Fields,
        act=acts.take,
        done=N_("You have it now."),
    ),
    Doing(
        action=CaseAction.NOTE,
        fields=Remark,
        act=acts.note,
        done=N_("The note is kept."),
    ),
    Doing(
        action=CaseAction.ASSIGN,
        fields=Handing,
        act=_assign,
        done=N_("It is given on. They find it among theirs."),
    ),
    Doing(
        action=CaseAction.POSTPONE,
        fields=Delay,
        act=acts.postpone,
        done=N_("The answer is put off."),
    ),
    Doing(
        action=CaseAction.CORRECT_KIND,
        fields=Correction,
        act=acts.correct_kind,
        done=N_("The kind is corrected."),
    ),
    Doing(
        action=CaseAction.TELL,
        fields=Fields,
        act=untold.told,
        done=N_("It is noted that the family knows."),
    ),
    Doing(
        action=CaseAction.WITHDRAW,
        fields=Change,
        act=acts.withdraw,
        done=N_("It is noted as withdrawn."),
    ),
    Doing(
        action=CaseAction.REOPEN,
        fields=Change,
        act=acts.reopen,
        done=N_("It is open again."),
    ),
    Doing(
        action=CaseAction.APPEAL,
        fields=Change,
        act=acts.appeal,
        done=N_("It is looked at once more, by somebody else."),
    ),
)


def _doing(doing: Doing) -> Page:
    async def do(request: web.Request) -> web.Response:
        form = await forms.read(request, doing.fields)
        name, me = doing.action.value, gate.staff(request)
        if not form.ok:
            return await case_file.page(request, form=form, opened=name, status=422)
        if isinstance(form.value, Remark):
            _check_sight(form.value, case_file.visibilities(me))
        try:
            async with request.app[DATABASE].write() as session:
                case = await session.get_one(Case, gate.subject(request, Case).id)
                now, typed = request.app[CLOCK](), dict(form.value)
                await doing.act(session, case, **typed, by=me.actor, now=now)
        except NotAllowed:
            raise
        except VisitationError as refused:
            form = form.refused(refused)
            return await case_file.page(request, form=form, opened=name, status=409)
        return await _after(request, _(doing.done))

    return do


def _check_sight(remark: Remark, offered: list[tuple[str, str]]) -> None:
    """Nobody writes what they could not read themselves."""
    if remark.visibility.value not in {value for value, _words in offered}:
        raise NotAllowed("visibility")


async def _after(request: web.Request, flash: str) -> web.Response:
    """The page again, or the board if what was done took it out of reach."""
    here = gate.subject(request, Case)
    parts = {"case": here.reference}
    async with request.app[DATABASE].read() as session:
        left = await case_reach.case(session, parts, gate.staff(request), None)
    if left is None:
        return redirect(request, "cases.index", flash=flash)
    return redirect(request, "cases.show", case=here.reference, flash=flash)


ROUTES = (
    Route(
        method="GET",
        path="/cases/{case}",
        page=show,
        allow=case_reach.READERS,
        subject=case_reach.case,
        name="cases.show",
    ),
    *(
        Route(
            method="POST",
            path=f"/cases/{{case}}/{one.action.value.replace('_', '-')}",
            page=_doing(one),
            allow=case_reach.may(one.action),
            subject=case_reach.subject_for(one.action),
            name=f"case_acts.{one.action.value}",
        )
        for one in DOINGS
    ),
)
