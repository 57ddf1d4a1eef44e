"""What the application and a request carry, each under a typed key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from aiohttp import web

from scheduler.gateways.callbacks import Desk
from visitation.database import Database
from visitation.devices import Budget, SessionLife
from visitation.keyring import Keyring
from visitation.retention import Kept
from web.principals import DevicePrincipal, Principal
from web.recording_shelf import Shelf
from web.suggester import Suggester

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """What an operator decides about the pages; filled by `config`.

    Attributes:
        public_url: how people reach the service, for slips, QR codes and SMS.
        secure: whether people reach it over HTTPS; turns on HSTS.
        allowed_hosts: host names that are answered; `*.` stands for one label or more.
        demo: whether the seeded demonstration is running, and every page says so.
        language: what people read until they choose, or their account says.
        require_totp: roles that may do nothing before they have enrolled a second
            factor.
        help_phone: E.164 number that every page gives for help; empty for none.
        message_link: the address that text messages end with, where the gateway takes
            addresses; empty for none. Pages show messages exactly as they are sent.
        segment_price: what one segment of a text costs; 0 if nobody said.
        currency: what that is counted in.
        phone_regions: countries to whose mobile phones codes for signing in are sent.
        sign_in_budget: how many of them before something must be wrong.
        keeps: for how many days kinds of records are kept where nobody chose.
        keeps_numbers: how long it is known to which number a message went.
        zone: the wall clock of pages that belong to no site.
        life: how long a staff session lives; a participant's ends with the visit.
        recordings: where recordings of visits lie, and what opens them; None where
            nothing is recorded.
        suggester: a language model that guesses kinds of requests; None for none.
        body_limit: the largest form or JSON body, in bytes.
    """

    public_url: str
    secure: bool = True
    allowed_hosts: tuple[str, ...] = ("localhost", "*.localhost", "127.0.0.1", "[::1]")
    demo: bool = False
    language: str = "fa"
    require_totp: frozenset[str] = frozenset()
    help_phone: str = ""
    message_link: str = ""
    segment_price: float = 0
    currency: str = ""
    phone_regions: frozenset[str] = frozenset({"IR"})
    sign_in_budget: Budget = Budget()  # noqa: RUF009 - frozen
    keeps: Mapping[Kept, int] = field(default_factory=dict)
    keeps_numbers: timedelta = timedelta(days=90)
    zone: tzinfo = ZoneInfo("Asia/Tehran")  # noqa: RUF009 - immutable
    life: SessionLife = SessionLife()  # noqa: RUF009 - frozen
    recordings: Shelf | None = None
    suggester: Suggester | None = None
    body_limit: int = 256 * 1024


SETTINGS = web.AppKey("SETTINGS", WebSettings)
DATABASE = web.AppKey("DATABASE", Database)
KEYRING = web.AppKey("KEYRING", Keyring)
CLOCK = web.AppKey[Clock]("CLOCK")
#: The live calls; whoever wires the program puts signaling's hub here.
LIVE = web.AppKey[object]("LIVE")
#: Who takes what providers of messages tell, by the name of their gateway.
DESKS = web.AppKey[Mapping[str, Desk]]("DESKS")

REQUEST_ID = web.RequestKey("REQUEST_ID", str)
#: Who is signed in: a member of staff, or a participant by a join code.
PRINCIPAL = web.RequestKey[Principal]("PRINCIPAL")
#: The paired terminal or kiosk the request comes from.
DEVICE = web.RequestKey("DEVICE", DevicePrincipal)
#: The row that the matched route's `subject` found and the gate let through.
SUBJECT = web.RequestKey[object]("SUBJECT")
