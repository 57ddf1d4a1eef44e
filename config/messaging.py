"""From the settings of messages to gateways, and to the desks their providers call.

One list of names in order of preference; each is the console, Twilio, or an account
at a provider that a description fits. Says what keeps any of them from working.
"""

from collections.abc import Iterator, Mapping

from config.settings import HttpSection, Settings
from scheduler.gateways import description, rehearsal
from scheduler.gateways.callbacks import Desk
from scheduler.gateways.console import Console
from scheduler.gateways.description import WrongDescription
from scheduler.gateways.gateway import Gateway
from scheduler.gateways.http import Https, HttpSettings
from scheduler.gateways.http_callback import HttpDesk
from scheduler.gateways.places import Pattern
from scheduler.gateways.twilio import Twilio, TwilioSettings
from scheduler.gateways.twilio_signature import TwilioDesk
from visitation.keyring import MINIMUM_SECRET_BYTES, Keyring

CONSOLE, TWILIO = "console", "twilio"
#: Digits of a key at the end of an address: 160 bits.
_KEY_DIGITS = 40


def gateways(settings: Settings) -> tuple[Gateway, ...]:
    """The ways out for messages, the preferred first; made inside the running loop."""
    return tuple(_made(settings, name) for name in settings.sms.gateways)


def desks(settings: Settings) -> Mapping[str, Desk]:
    """Who takes what providers tell by themselves, by the name of the gateway."""
    return dict(_desks(settings))


def callback_address(settings: Settings, name: str) -> str:
    """The address that a gateway's provider is to call; empty if it calls none."""
    sms = settings.sms
    base = sms.callback_url or settings.web.public_url
    if name == TWILIO:
        # Twilio refuses a message with an address that it cannot call.
        reachable = sms.callback_url or base.startswith("https://")
        return f"{base}/callbacks/twilio" if reachable else ""
    section = sms.http.get(name)
    if section is None or not section.callback:
        return ""
    callback = description.read(section.description or name).callback
    if callback is None:
        return ""
    ending = "" if callback.header else f"/{_key(settings, name)}"
    return f"{base}/callbacks/http/{name}{ending}"


def problems(settings: Settings) -> tuple[str, ...]:
    """Every reason why messages could not leave as the settings say."""
    names = settings.sms.gateways
    if not names:
        return ('sms.gateways: is empty; ["console"] sends nothing',)
    if len(set(names)) < len(names):
        return ("sms.gateways: has a name twice",)
    return tuple(said for name in names for said in _problems(settings, name))


def http_settings(settings: Settings, name: str) -> HttpSettings:
    """An account at a described provider, as its gateway takes it.

    Raises:
        WrongDescription: if the description cannot be used.
    """
    section = settings.sms.http[name]
    values = description.read(section.description or name)
    return HttpSettings(
        name=name,
        description=values,
        origin=section.origin or values.origin,
        key=section.key.get_secret_value() if section.key else "",
        sender=section.sender,
        patterns={
            (template, language): Pattern(id=one.id, variables=one.variables)
            for template, languages in section.patterns.items()
            for language, one in languages.items()
        },
        channels=frozenset(section.channels or values.channels),
        per_second=section.per_second or values.per_second,
        allows_link=settings.sms.allow_link,
        callback=callback_address(settings, name),
    )


def _made(settings: Settings, name: str) -> Gateway:
    if name == CONSOLE:
        return Console(allows_link=settings.sms.allow_link)
    if name != TWILIO:
        return Https(http_settings(settings, name))
    twilio = settings.sms.twilio
    assert twilio.auth_token is not None
    return Twilio(
        TwilioSettings(
            account_sid=twilio.account_sid,
            auth_token=twilio.auth_token.get_secret_value(),
            messaging_service_sid=twilio.messaging_service_sid,
            sender=twilio.from_number,
            validity_seconds=twilio.validity_seconds,
            per_second=twilio.per_second,
            allows_link=settings.sms.allow_link,
            status_callback=callback_address(settings, name),
        )
    )


def _desks(settings: Settings) -> Iterator[tuple[str, Desk]]:
    sms = settings.sms
    for name in sms.gateways:
        address = callback_address(settings, name)
        if not address:
            continue
        if name == TWILIO:
            assert sms.twilio.auth_token is not None
            token = sms.twilio.auth_token.get_secret_value()
            yield name, TwilioDesk(auth_token=token, url=address)
            continue
        values, section = http_settings(settings, name).description, sms.http[name]
        assert values.callback is not None
        given = section.callback_secret
        yield (
            name,
            HttpDesk(
                description=values,
                callback=values.callback,
                secret=given.get_secret_value() if given else _key(settings, name),
            ),
        )


def _key(settings: Settings, name: str) -> str:
    assert settings.secret is not None
    keyring = Keyring(settings.secret.get_secret_value().encode())
    return keyring.fingerprint("callback", name)[:_KEY_DIGITS]


def _problems(settings: Settings, name: str) -> Iterator[str]:
    if name == CONSOLE:
        return
    if name == TWILIO:
        yield from _twilio_problems(settings)
    elif name in settings.sms.http:
        where = f"sms.http.{name}"
        said = _http_problems(settings, name, settings.sms.http[name])
        yield from (f"{where}.{line}" for line in said)
    else:
        yield (
            f"sms.gateways: {name} is neither console nor twilio, and there is no "
            f"section [sms.http.{name}]"
        )


def _twilio_problems(settings: Settings) -> Iterator[str]:
    twilio = settings.sms.twilio
    needed = {
        "account_sid": twilio.account_sid,
        "auth_token": twilio.auth_token and twilio.auth_token.get_secret_value(),
        "messaging_service_sid or from_number": twilio.messaging_service_sid
        or twilio.from_number,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        yield f"sms.twilio: is among the gateways, but missing: {', '.join(missing)}"


def _http_problems(
    settings: Settings, name: str, section: HttpSection
) -> Iterator[str]:
    secret = settings.secret
    if secret is None or len(secret.get_secret_value()) < MINIMUM_SECRET_BYTES:
        # Said elsewhere; an address with a key cannot be made without.
        return
    try:
        values = http_settings(settings, name)
    except WrongDescription as wrong:
        yield from (f"description: {line}" for line in wrong.problems)
        return
    if not description.is_private(values.origin):
        yield "origin: should begin with https://"
    yield from rehearsal.problems(values)
    if not section.callback:
        return
    callback = values.description.callback
    if callback is None:
        yield "callback: this provider is described without one; leave it out"
    elif callback.header and not section.callback_secret:
        yield f"callback_secret: is missing; {callback.header} holds it"
