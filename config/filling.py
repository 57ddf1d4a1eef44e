"""From the settings to what each package takes: small frozen values of its own.

Lower packages know no settings object; this is where the two meet.
"""

import ssl
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from config import recordings
from config.settings import Settings
from config.turn import RelayUrl
from signaling.hub import CallSettings
from signaling.ice import TurnSettings
from signaling.media.forwarder import ForwarderSettings
from visitation.devices import Budget, SessionLife
from visitation.retention import Kept
from web.keys import WebSettings
from web.suggester import Suggester

LOCAL_HOSTS = ("localhost", "*.localhost", "127.0.0.1", "[::1]")


def certificate(settings: Settings) -> ssl.SSLContext | None:
    """The certificate to speak TLS with here, if there is one."""
    if settings.web.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.web.tls_certificate, settings.web.tls_key)
    return context


def media(settings: Settings) -> ForwarderSettings:
    """Where the forwarder listens."""
    addresses = tuple(str(one) for one in settings.media.public_addresses)
    return ForwarderSettings(
        bind_host=settings.media.bind,
        port=settings.media.udp_port,
        public_addresses=addresses or ("127.0.0.1",),
        relay_addresses=relays(settings),
    )


def relays(settings: Settings) -> tuple[str, ...]:
    """The addresses of our TURN servers: those that are named, and those in URLs."""
    hosts = [RelayUrl.parsed(url).host for url in settings.turn.urls]
    named = [str(address) for address in settings.turn.relay_addresses]
    return tuple(dict.fromkeys([*named, *filter(_is_address, hosts)]))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def keeps(settings: Settings) -> Mapping[Kept, int]:
    """For how many days each kind of record is kept where nobody chose."""
    return {kept: getattr(settings.retention, kept.value) for kept in Kept}


def calls(settings: Settings) -> CallSettings:
    """What calls are told of origins and relays."""
    turn = settings.turn
    relay = (
        TurnSettings(urls=turn.urls, secret=turn.secret.get_secret_value())
        if turn.urls and turn.secret is not None
        else None
    )
    return CallSettings(origins=(settings.web.public_url,), turn=relay)


def pages(settings: Settings, *, demo: bool) -> WebSettings:
    """What an operator decided about the pages."""
    section = settings.web
    named = urlsplit(section.public_url)
    return WebSettings(
        public_url=section.public_url,
        secure=named.scheme == "https",
        allowed_hosts=section.allowed_hosts or (named.hostname or "", *LOCAL_HOSTS),
        demo=demo,
        language=section.default_language,
        require_totp=frozenset(section.require_totp),
        help_phone=section.help_phone,
        message_link=section.public_url if settings.sms.allow_link else "",
        segment_price=settings.sms.segment_price,
        currency=settings.sms.currency,
        keeps=keeps(settings),
        keeps_numbers=timedelta(days=settings.sms.keep_days),
        phone_regions=frozenset(settings.sms.sign_in.countries),
        sign_in_budget=Budget(
            altogether=settings.sms.sign_in.per_hour,
            per_prefix=settings.sms.sign_in.per_hour_and_prefix,
            per_address=settings.sms.sign_in.per_hour_and_address,
            numbers_per_address=settings.sms.sign_in.numbers_per_address,
        ),
        life=SessionLife(
            idle=timedelta(minutes=section.session_idle_minutes),
            longest=timedelta(hours=section.session_hours),
        ),
        recordings=recordings.shelf(settings),
        suggester=_suggester(settings),
    )


def _suggester(settings: Settings) -> Suggester | None:
    section = settings.suggest
    if not section.url:
        return None
    key = section.key.get_secret_value() if section.key else ""
    return Suggester(url=section.url, model=section.model, key=key)
