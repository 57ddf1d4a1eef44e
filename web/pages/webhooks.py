"""Other systems that are told what happens: added, looked at, tried, and sent to again.

A secret is readable in the answer that makes it, and nowhere else; loading that answer
again makes no other.
"""

from datetime import datetime, time
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import places
from visitation.errors import VisitationError
from visitation.webhooks import deliveries, receivers, replaying
from visitation.webhooks.deliveries import Standing
from visitation.webhooks.tables import Webhook, WebhookDelivery, WebhookEvent
from visitation.words import TOPICS, PostState, Topic
from web import forms, gate, present, refusals, webhook_reach
from web.fields import Day, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.labels import label
from web.pages.provinces import ADMINISTRATORS
from web.render import redirect, render, url
from web.routing import Page, Route
from web.services_batch import Reference
from web.webhook_words import TROUBLES

_SHOWN = 50
_TONES = {PostState.DELIVERED: "good", PostState.FAILED: "bad"}


class Adding(forms.Fields):
    """What an administrator knows of a system; the key makes adding twice add one."""

    label: Annotated[Line, StringConstraints(min_length=1, max_length=60)] = Field(
        title=N_("Name of the system")
    )
    address: Annotated[
        Line, StringConstraints(min_length=1, max_length=receivers.LONGEST_ADDRESS)
    ] = Field(title=N_("Address"))
    topics: Annotated[list[Topic], Field(min_length=1)] = Field(
        title=N_("What it is told")
    )
    province: int | None = Field(default=None, title=N_("Of which province"))
    key: Reference


class Rotating(forms.Fields):
    """Which secret was there when the page was loaded."""

    seen: str


class Again(forms.Fields):
    """From which day on."""

    since: Day = Field(title=N_("Since the day"))


async def index(request: web.Request) -> web.Response:
    """Every system within reach, how it stands, and the form for another."""
    return await _index(request, forms.blank(Adding, topics=list(TOPICS)))


async def add(request: web.Request) -> web.Response:
    """Add a system and show its secret, this once."""
    form = await forms.read(request, Adding)
    if not form.ok:
        return await _index(request, form, status=422)
    typed, by = form.value, gate.staff(request)
    async with request.app[DATABASE].read() as session:
        known = {None} | {one.id for one in await places.provinces(session)}
    if (
        not webhook_reach.covers(by.scope, typed.province)
        or typed.province not in known
    ):
        form = form.faulted("province", _("Choose one from the list."))
        return await _index(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            row, secret = await receivers.add(
                session,
                reference=typed.key,
                label=typed.label,
                address=typed.address,
                topics=typed.topics,
                province_id=typed.province,
                keyring=request.app[KEYRING],
                by=by.actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _index(request, form.refused(refused), status=409)
    return _secret(request, row, secret)


async def show(request: web.Request) -> web.Response:
    """One system: what it is told, what it answered last, and what to do."""
    return await _show(request, forms.blank(Again))


async def test(request: web.Request) -> web.Response:
    """Have a system told that nothing happened."""
    subject = gate.subject(request, Webhook)
    async with request.app[DATABASE].write() as session:
        await replaying.send_test(
            session,
            subject,
            keyring=request.app[KEYRING],
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    said = _("A test is on its way. Load the page again in a moment to see the answer.")
    return _back(request, subject, said)


async def pause(request: web.Request) -> web.Response:
    """Send nothing for a while, or go on."""
    subject, now = gate.subject(request, Webhook), request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        row = await session.get_one(Webhook, subject.id)
        by = gate.staff(request).actor
        if request.match_info["how"] == "pause":
            await receivers.pause(session, row, by=by, now=now)
            said = _("Paused. What happens meanwhile waits.")
        else:
            await receivers.resume(session, row, by=by, now=now)
            said = _("Sending goes on, with what waited first.")
    return _back(request, subject, said)


async def rotate(request: web.Request) -> web.Response:
    """Give a system another secret and show it, this once."""
    form, subject = await forms.read(request, Rotating), gate.subject(request, Webhook)
    try:
        async with request.app[DATABASE].write() as session:
            row = await session.get_one(Webhook, subject.id)
            secret = await receivers.rotate(
                session,
                row,
                seen=form.value.seen if form.ok else "",
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return _back(request, subject, " ".join(refusals.sentences(refused)))
    return _secret(request, row, secret)


async def again(request: web.Request) -> web.Response:
    """Send everything again since a day."""
    form = await forms.read(request, Again)
    if not form.ok:
        return await _show(request, form, status=422)
    since = datetime.combine(form.value.since, time(), request.app[SETTINGS].zone)
    return await _send_again(request, since)


async def failed(request: web.Request) -> web.Response:
    """Send again what failed."""
    return await _send_again(request, None)


async def _send_again(request: web.Request, since: datetime | None) -> web.Response:
    subject = gate.subject(request, Webhook)
    async with request.app[DATABASE].write() as session:
        count = await replaying.send_again(
            session,
            await session.get_one(Webhook, subject.id),
            since=since,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    said = _("Events on their way again: %(count)s", count=present.digits(count))
    return _back(request, subject, said)


async def confirm_remove(request: web.Request) -> web.Response:
    """Ask before a system is told nothing more."""
    subject = gate.subject(request, Webhook)
    return render(
        request,
        "admin/confirm.html",
        title=_("Remove “%(label)s”?", label=subject.label),
        text=_(
            "It is told nothing from now on, and its secret is forgotten. This cannot "
            "be undone."
        ),
        act=_("Remove"),
        back=url(request, "webhooks.show", webhook=subject.reference),
    )


async def remove(request: web.Request) -> web.Response:
    """Tell a system nothing more."""
    subject = gate.subject(request, Webhook)
    async with request.app[DATABASE].write() as session:
        await receivers.remove(
            session,
            await session.get_one(Webhook, subject.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return redirect(request, "webhooks.index", flash=_("The system is removed."))


async def _index(
    request: web.Request, form: Form[Adding], *, status: int = 200
) -> web.Response:
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        found = await receivers.every(session)
        standing = await deliveries.standing(session)
        provinces = {one.id: one.name for one in await places.provinces(session)}
    return render(
        request,
        "webhooks/index.html",
        status=status,
        form=form,
        key=request.app[KEYRING].reference(),
        topics=[(one.value, label(one)) for one in TOPICS],
        everywhere=scope.everywhere,
        provinces=[
            (number, name)
            for number, name in provinces.items()
            if webhook_reach.covers(scope, number)
        ],
        receivers=[
            _receiver(one, standing.get(one.id, Standing()), provinces)
            for one in found
            if webhook_reach.covers(scope, one.province_id)
        ],
    )


async def _show(
    request: web.Request, form: Form[Again], *, status: int = 200
) -> web.Response:
    subject = gate.subject(request, Webhook)
    async with request.app[DATABASE].read() as session:
        standing = await deliveries.standing(session)
        tried = await deliveries.latest(session, subject, limit=_SHOWN)
        provinces = {one.id: one.name for one in await places.provinces(session)}
    return render(
        request,
        "webhooks/show.html",
        status=status,
        form=form,
        one=_receiver(subject, standing.get(subject.id, Standing()), provinces),
        mark=receivers.mark(subject),
        topics=[label(Topic(name)) for name in subject.topics],
        previous_until=subject.previous_until
        if subject.previous_until and subject.previous_until > request.app[CLOCK]()
        else None,
        tried=[_try(one, event) for one, event in tried],
    )


def _receiver(
    one: Webhook, standing: Standing, provinces: dict[int, str]
) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "label": one.label,
        "address": one.address,
        "province": provinces.get(one.province_id or 0, ""),
        "paused": one.paused_at is not None,
        "silent": one.rests_until is not None,
        "standing": standing,
    }


def _try(one: WebhookDelivery, event: WebhookEvent) -> dict[str, Any]:
    answer = present.digits(one.status) if one.status is not None else ""
    return {
        "at": event.at,
        "topic": label(event.topic),
        "reference": event.reference,
        "state": label(one.state),
        "tone": _TONES.get(one.state, "plain"),
        "attempts": one.attempts,
        "answer": _(TROUBLES[one.trouble]) if one.trouble in TROUBLES else answer,
        "tried": one.last_at,
    }


def _secret(request: web.Request, row: Webhook, secret: str) -> web.Response:
    return render(
        request,
        "admin/secret.html",
        title=_("The secret of “%(label)s”", label=row.label),
        text=_("It is shown this once. Copy it into the system that will be told."),
        label=_("Events are signed with it, as Standard Webhooks describes."),
        secret=secret,
        back=url(request, "webhooks.show", webhook=row.reference),
    )


def _back(request: web.Request, row: Webhook, flash: str) -> web.Response:
    return redirect(request, "webhooks.show", webhook=row.reference, flash=flash)


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/webhooks/{{webhook}}{path}",
        page=page,
        allow=ADMINISTRATORS,
        subject=webhook_reach.webhook,
    )


ROUTES = (
    Route(
        method="GET",
        path="/webhooks",
        page=index,
        allow=ADMINISTRATORS,
        menu=N_("Other systems"),
    ),
    Route(method="POST", path="/webhooks", page=add, allow=ADMINISTRATORS),
    _route("GET", "", show),
    _route("POST", "/test", test),
    _route("POST", "/{how:pause|resume}", pause),
    _route("POST", "/rotate", rotate),
    _route("POST", "/again", again),
    _route("POST", "/failed", failed),
    _route("GET", "/remove", confirm_remove),
    _route("POST", "/remove", remove),
)
