"""Gateways for messages: how each does, and a test message to one's own phone.

Sends to nobody else: the number is the one that the account has.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from scheduler import trial
from scheduler.trial import Result, Trial
from visitation import audit
from visitation.attempts import Limit
from visitation.people import Account
from visitation.wording import CATALOGUES, Template
from visitation.words import Channel
from web import forms, gate, i18n, labels, present, system_signs, tries
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.machine import MEANS
from web.pages import message_templates
from web.pages.provinces import ADMINISTRATORS
from web.render import render
from web.routing import Route

PER_ACCOUNT = Limit(name="test-message", most=5, window=timedelta(hours=1))
_SAID: Mapping[Trial, tuple[str, str]] = {
    Trial.TAKEN: (
        "good",
        N_(
            "%(gateway)s took the message (its number there: %(code)s). It should "
            "arrive within a minute; if it does not, ask the provider by this number."
        ),
    ),
    Trial.REFUSED: (
        "bad",
        N_(
            "%(gateway)s will not send this message (code “%(code)s”). See that the "
            "number is right and, where texts need approval, that this one has it."
        ),
    ),
    Trial.MISCONFIGURED: (
        "bad",
        N_(
            "%(gateway)s does not accept our account, key or sender (code “%(code)s”). "
            "Correct them in the settings, and start the service again."
        ),
    ),
    Trial.TEMPORARY: (
        "warn",
        N_(
            "%(gateway)s did not take the message just now (code “%(code)s”). Try "
            "again in a minute; if it goes on, look at the line of the server."
        ),
    ),
    Trial.UNKNOWN: (
        "warn",
        N_(
            "%(gateway)s gave no answer (code “%(code)s”): the message may arrive or "
            "not. Wait a minute before you try again."
        ),
    ),
}


class TestFields(forms.Fields):
    """Through which gateway, and what."""

    gateway: Annotated[Line, StringConstraints(min_length=1)] = Field(
        title=N_("Gateway")
    )
    template: Template = Field(title=N_("Message"))
    language: str = Field(title=N_("Language"))


async def show(request: web.Request) -> web.Response:
    """The gateways, and the form."""
    form = forms.blank(TestFields, template=Template.BOOKED, language=i18n.language())
    return await _page(request, form)


async def send(request: web.Request) -> web.Response:
    """Send the test message, and say what the provider answered."""
    form = await forms.read(request, TestFields)
    phone, means = await _phone(request), request.app.get(MEANS)
    gateway = means.gateway(form.text("gateway")) if means else None
    if form.ok and (gateway is None or Channel.SMS not in gateway.channels):
        form = form.faulted("gateway", _("Choose one from the list."))
    if form.ok and form.value.language not in CATALOGUES:
        form = form.faulted("language", _("Choose one from the list."))
    if not phone:
        form = form.failed(_(_NO_PHONE))
    if not form.ok or gateway is None or means is None or not phone:
        return await _page(request, form, status=422)
    me, now = gate.staff(request), request.app[CLOCK]()
    await tries.hit(request, (PER_ACCOUNT, f"account:{me.account_id}"))
    result = await trial.send(
        gateway,
        means.ways,
        phone=phone,
        template=form.value.template,
        language=form.value.language,
        variables=message_templates.example(form.value.language),
        now=now,
    )
    async with request.app[DATABASE].write() as session:
        audit.note(
            session,
            me.actor,
            "test_message",
            f"account:{me.account_id}",
            now=now,
            gateway=gateway.name,
            template=form.value.template.value,
            became=result.trial.value,
            code=result.code,
        )
    return await _page(request, form, said=_said(gateway.name, result))


_NO_PHONE = N_(
    "Your account has no phone number, and test messages go to nobody else. Add yours "
    "under Accounts, or let another administrator add it."
)


def _said(name: str, result: Result) -> tuple[str, str]:
    kind, sentence = _SAID[result.trial]
    return kind, _(sentence, gateway=name, code=result.code)


async def _phone(request: web.Request) -> str | None:
    async with request.app[DATABASE].read() as session:
        me = await session.get_one(Account, gate.staff(request).account_id)
        return me.phone


async def _page(
    request: web.Request,
    form: Form[TestFields],
    *,
    status: int = 200,
    said: tuple[str, str] | None = None,
) -> web.Response:
    now, means = request.app[CLOCK](), request.app.get(MEANS)
    phone = await _phone(request)
    return render(
        request,
        "admin/gateways.html",
        status=status,
        form=form,
        said=said,
        gateways=[
            system_signs.gateway(one, now=now)
            for one in (means.health() if means else ())
        ],
        choices=[
            (one.name, one.name)
            for one in (means.gateways if means else ())
            if Channel.SMS in one.channels
        ],
        templates=[(one.value, labels.label(one)) for one in Template],
        spoken=[(one, i18n.LANGUAGE_NAMES.get(one, one)) for one in CATALOGUES],
        phone=present.phone(phone) if phone else "",
        why_not=_(_NO_PHONE),
        most=PER_ACCOUNT.most,
    )


ROUTES = (
    Route(
        method="GET",
        path="/gateways",
        page=show,
        allow=ADMINISTRATORS,
        menu=N_("Gateways"),
    ),
    Route(method="POST", path="/gateways", page=send, allow=ADMINISTRATORS),
)
