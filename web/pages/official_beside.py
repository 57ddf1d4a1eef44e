"""What an official reads beside a visit, and what they decide, pass on or note there.

The call page shows both parts beside its pictures; alone they are a page that works
without scripts. A text is chosen, gone over, read back, and only then sent.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import ruling
from scheduler.ruling import Word
from visitation import rulings
from visitation.cases import (
    Changed,
    Closed,
    OpenAlready,
    SameJudge,
    background,
    by_reference,
    orders,
    tracking,
    written,
)
from visitation.cases.after import Heard
from visitation.errors import Invalid, NotFound
from visitation.lifecycle import MAY, Act, VisitState
from visitation.points import handing
from visitation.rulings.words import RulingKind
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from visitation.words import CaseKind, Part
from web import attended, forms, gate, present, ruling_texts, subjects
from web.fields import Count, Note
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, redirect_to, render
from web.routing import Route

_OFFICIALS = MAY[Act.ATTEND]
_EVERY_STATE = frozenset(VisitState)
_LONGEST_CODE = 32
#: How many working days a prison is given where nobody says otherwise.
_USUAL_DAYS = 5


class Ruling(forms.Fields):
    """What is made of a request, in which words."""

    kind: RulingKind = Field(title=N_("What becomes of it"))
    about: CaseKind = Field(default=CaseKind.OTHER, title=N_("What it is about"))
    text: Annotated[
        Note, StringConstraints(min_length=1, max_length=rulings.LONGEST)
    ] = Field(title=N_("Text"))
    template: str = Field(default="", max_length=_LONGEST_CODE)
    wish: str = Field(default="", max_length=_LONGEST_CODE)
    tell: bool = False
    order: Annotated[Note, StringConstraints(max_length=orders.LONGEST)] = Field(
        default="", title=N_("What the prison is to do")
    )
    due_days: Count = Field(
        default=_USUAL_DAYS,
        ge=1,
        le=orders.MOST_DAYS,
        title=N_("In how many working days"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was just written down.

    Attributes:
        code: by which the family follows it; empty for a note.
    """

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How far the official has come: choose, write, read or done.

    Attributes:
        wish: what the family asked for that this answers, if anything.
        done: what was just sent.
    """

    step: str
    form: Form[Ruling]
    wish: Heard | None = None
    done: Sent | None = None


async def show(request: web.Request) -> web.Response:
    """What is known beside the visit, and the texts to choose from."""
    return await _page(request, None)


async def write(request: web.Request) -> web.Response:
    """Read a text back, change it, or send it."""
    form = await forms.read(request, Ruling)
    step = str((await request.post()).get("step", "read"))
    if form.ok:
        try:
            rulings.worded(form.value.text)
        except Invalid as refused:
            form = form.refused(refused)
    if not form.ok or step == "change":
        return await _page(request, form, status=200 if form.ok else 422)
    if step != "send":
        return await _page(request, form, step="read")
    return await _send(request, form)


async def following(request: web.Request) -> web.Response:
    """On to the family that comes next today."""
    me, here = gate.staff(request), gate.subject(request, Visit)
    async with request.app[DATABASE].read() as session:
        [after] = await listed(session, col(Visit.id) == here.id, shown=_EVERY_STATE)
        one = await _coming(request, session, after)
    if one is None:
        flash = _("Nobody else waits for you today.")
        return redirect(request, "official.day", flash=flash)
    return redirect_to(request, attended.way_in(one, me.account_id))


async def _send(request: web.Request, form: Form[Ruling]) -> web.Response:
    me, here, typed = gate.staff(request), gate.subject(request, Visit), form.value
    try:
        async with request.app[DATABASE].write() as session:
            done = await ruling.pronounce(
                session,
                await session.get_one(Visit, here.id),
                Word(
                    kind=typed.kind,
                    about=typed.about,
                    text=typed.text,
                    template=typed.template,
                    case=typed.wish,
                    tell=typed.tell,
                    order=typed.order,
                    due_days=typed.due_days,
                ),
                keyring=request.app[KEYRING],
                by=me.actor,
                now=_now(request),
            )
    except (Changed, Closed, OpenAlready, SameJudge) as refused:
        return await _page(request, form.refused(refused), status=409)
    return redirect(
        request,
        "official_beside.show",
        visit=here.reference,
        query={"done": done},
    )


async def _page(
    request: web.Request,
    form: Form[Ruling] | None,
    *,
    step: str = "write",
    status: int = 200,
) -> web.Response:
    me, now, here = gate.staff(request), _now(request), gate.subject(request, Visit)
    async with request.app[DATABASE].read() as session:
        [visit] = await listed(session, col(Visit.id) == here.id, shown=_EVERY_STATE)
        known = await background.of(session, await session.get_one(Visit, here.id))
        handed = await handing.of_visits(session, visit_ids=[here.id])
        coming = await _coming(request, session, visit)
        if form is None:
            desk = await _begun(request, session, visit, known)
        else:
            desk = Desk(step=step, form=form, wish=_wish(known, form.text("wish")))
    return render(
        request,
        "official/beside_page.html",
        status=status,
        visit=visit,
        zone=ZoneInfo(visit.zone),
        known=known,
        handed=handed.get(here.id),
        following=present.clock(coming.span.start, ZoneInfo(coming.zone))
        if coming
        else "",
        desk=desk,
        texts=ruling_texts.fitting(desk.wish.kind if desk.wish else None),
        kinds=ruling_texts.kinds(),
        abouts=ruling_texts.abouts(),
        sign=ruling_texts.sign,
        longest=rulings.LONGEST,
        way_in=None
        if attended.is_over(visit, now)
        else attended.way_in(visit, me.account_id),
    )


async def _coming(
    request: web.Request, session: AsyncSession, after: Listed
) -> Listed | None:
    return attended.following(
        await attended.read(request, session),
        account_id=gate.staff(request).account_id,
        day=attended.today(request),
        now=_now(request),
        after=after,
    )


async def _begun(
    request: web.Request,
    session: AsyncSession,
    visit: Listed,
    known: background.Background,
) -> Desk:
    """The desk as an address asks for it: a request, a text, or what was just sent."""
    asked = request.query
    wish = _wish(known, asked.get("wish", ""))
    text = ruling_texts.prepared(asked.get("template", ""))
    kind = text.kind.value if text else asked.get("kind", "")
    if kind in set(RulingKind):
        names = [one.name for one in visit.of(Part.VISITOR)]
        form = forms.blank(
            Ruling,
            kind=kind,
            about=wish.kind if wish else text.about if text else CaseKind.OTHER,
            text=ruling_texts.filled(text, prisoner=visit.prisoner, visitors=names)
            if text
            else "",
            template=text.code if text else "",
            wish=wish.reference if wish else "",
            tell=kind != RulingKind.NOTED,
            due_days=_USUAL_DAYS,
        )
        return Desk(step="write", form=form, wish=wish)
    done = await _sent(request, session, visit, asked.get("done", ""))
    return Desk(
        step="choose" if done is None else "done",
        form=forms.blank(Ruling),
        wish=wish,
        done=done,
    )


async def _sent(
    request: web.Request, session: AsyncSession, visit: Listed, reference: str
) -> Sent | None:
    """What was written in this visit under a reference, if it was."""
    found = await written.in_visit(session, visit_id=visit.id)
    if reference not in {one.reference for one in found}:
        return None
    try:
        case = await by_reference(session, reference)
    except NotFound:
        return Sent(code="")
    return Sent(code=tracking.shown(case, keyring=request.app[KEYRING]))


def _wish(known: background.Background, reference: str) -> Heard | None:
    return next((one for one in known.wishes if one.reference == reference), None)


def _now(request: web.Request) -> datetime:
    return request.app[CLOCK]()


ROUTES = (
    Route(
        method="GET",
        path="/official/{visit}/beside",
        page=show,
        allow=_OFFICIALS,
        subject=subjects.visit,
    ),
    Route(
        method="POST",
        path="/official/{visit}/beside",
        page=write,
        allow=_OFFICIALS,
        subject=subjects.visit,
    ),
    Route(
        method="GET",
        path="/official/{visit}/next",
        page=following,
        allow=_OFFICIALS,
        subject=subjects.visit,
    ),
)
