"""Whether the settings make sense together: a tuple of pure functions.

Each looks at one thing and returns a line that says what is wrong and what to do, or
None. Knows no network, no clock, and of files only those that describe gateways;
`config.doctor` looks at the world.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from config import messaging
from config.settings import Settings
from visitation.database import DatabaseError
from visitation.database.engine import normal_url
from visitation.keyring import MINIMUM_SECRET_BYTES

#: What the example file says; whoever copies it must change it.
EXAMPLE_SECRET = "change-me-" * 5

Check = Callable[[Settings], str | None]


def secret_is_there(settings: Settings) -> str | None:
    """The master secret encrypts national IDs and codes; without it nothing opens."""
    if settings.secret is None:
        return (
            "secret: is missing. Make one with `openssl rand -base64 48 > secret` "
            'and name it: secret_file = "secret"'
        )
    return None


def secret_is_secret(settings: Settings) -> str | None:
    """A short or well-known secret is none."""
    if settings.secret is None:
        return None
    value = settings.secret.get_secret_value()
    if value == EXAMPLE_SECRET:
        return "secret: is the example's. Make your own: `openssl rand -base64 48`"
    if len(value.encode()) < MINIMUM_SECRET_BYTES:
        return (
            f"secret: has fewer than {MINIMUM_SECRET_BYTES} bytes. "
            "Make a longer one: `openssl rand -base64 48`"
        )
    return None


def database_is_known(settings: Settings) -> str | None:
    """There are two databases, and SQLite needs a file."""
    try:
        url = normal_url(settings.database.url)
    except DatabaseError as error:
        return f"database.url: {error}"
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        return "database.url: SQLite needs a file, for example sqlite:///data/visits.db"
    return None


def public_url_is_an_origin(settings: Settings) -> str | None:
    """Paths of pages are joined to the public address, so it has none itself."""
    parts = urlsplit(settings.web.public_url)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        return (
            "web.public_url: should be like https://visits.example.org, "
            "with nothing after the name"
        )
    return None


def browsers_allow_the_camera(settings: Settings) -> str | None:
    """Browsers give camera and microphone to HTTPS pages, and to localhost."""
    parts = urlsplit(settings.web.public_url)
    if parts.scheme == "http" and not is_local(settings):
        return (
            "web.public_url: must be https, or browsers give no camera; "
            "only localhost may do without"
        )
    return None


def somebody_speaks_tls(settings: Settings) -> str | None:
    """HTTPS needs a certificate here, or a proxy in front that has one."""
    web = settings.web
    if bool(web.tls_certificate) != bool(web.tls_key):
        return "web.tls_key: tls_certificate and tls_key go together; one is missing"
    by_us_or_proxy = web.tls_certificate is not None or web.behind_proxy
    if web.public_url.startswith("https:") and not by_us_or_proxy:
        return (
            "web.public_url: is https, but nobody speaks TLS. Put a proxy in front "
            "and set web.behind_proxy = true, or set web.tls_certificate and tls_key"
        )
    return None


def media_ports_exist(settings: Settings) -> str | None:
    """Each worker has a port of its own, after the first."""
    last, most = settings.media.ports[-1], 65_535
    if last > most:
        return (
            f"media.udp_port: with {settings.media.processes} workers the last port "
            f"would be {last}; it must be at most {most - settings.media.processes + 1}"
        )
    return None


def media_can_be_reached(settings: Settings) -> str | None:
    """Other machines need to be told an address to send sound and picture to."""
    if not settings.media.public_addresses and not is_local(settings):
        return (
            "media.public_addresses: is empty. Name the addresses under which this "
            'machine is reached from outside, for example ["203.0.113.5"]'
        )
    return None


def relay_is_whole(settings: Settings) -> str | None:
    """A TURN server is of no use without the secret we share with it."""
    turn = settings.turn
    if turn.urls and turn.secret is None:
        return "turn.secret: is missing. It is coturn's static-auth-secret"
    if turn.secret is not None and not turn.urls:
        return 'turn.urls: is empty, for example ["turn:turn.example.org:3478"]'
    return None


def recordings_can_be_opened(settings: Settings) -> str | None:
    """Recordings need keys of their own that are kept, and one of them is current."""
    section = settings.recordings
    if section.directory is None:
        return None
    if section.key_id not in section.keys:
        return (
            "recordings.key_id: names none of recordings.keys. Make one with `openssl "
            "rand -base64 48 > spring`, name it in recordings.keys.spring.secret_file, "
            'and set key_id = "spring"'
        )
    for name, key in section.keys.items():
        secret = key.secret.get_secret_value() if key.secret else ""
        if len(secret.encode()) < MINIMUM_SECRET_BYTES:
            return (
                f"recordings.keys.{name}: has fewer than {MINIMUM_SECRET_BYTES} bytes. "
                "Make a longer one: `openssl rand -base64 48`"
            )
        if settings.secret and secret == settings.secret.get_secret_value():
            return (
                f"recordings.keys.{name}: is the secret of the service. Make one of "
                "its own: it is thrown away when it is replaced"
            )
    return None


CHECKS: tuple[Check, ...] = (
    secret_is_there,
    secret_is_secret,
    database_is_known,
    public_url_is_an_origin,
    browsers_allow_the_camera,
    somebody_speaks_tls,
    media_ports_exist,
    media_can_be_reached,
    relay_is_whole,
    recordings_can_be_opened,
)


def problems(settings: Settings) -> tuple[str, ...]:
    """Every reason why the settings make no sense together."""
    said = (check(settings) for check in CHECKS)
    return (*filter(None, said), *messaging.problems(settings))


def between(ports: range) -> str:
    """The ports in words."""
    return f"{ports[0]} to {ports[-1]}" if len(ports) > 1 else f"{ports[0]}"


def is_local(settings: Settings) -> bool:
    """Whether the service is for this machine alone."""
    host = urlsplit(settings.web.public_url).hostname or ""
    return host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")
