"""Everybody who stands before a page, where each begins, and the cookies they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import col, select

from config import cast
from tests.pages import rare
from tests.pages.stage import Stage
from visitation import devices
from visitation.audit import SYSTEM
from visitation.devices import SessionLife
from visitation.people import Account, Prisoner, Visitor
from visitation.places import Station
from visitation.visits import Participant, Visit
from web import station_frame
from web.sessions import DEVICE_COOKIE, SESSION_COOKIE


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One browser: who sits before it, on which device, and the pages they begin on.

    Attributes:
        account: the username of a member of staff.
        guest: the visitor whose code was typed, and the prisoner's number.
        phone: the visitor whose phone is signed in.
        station: the name of the paired kiosk or terminal.
        past: whether the guest's visit is the last one that was, not the next one.
        avoids: where they must not go, because it would sign them out.
        replaced: whether another device has taken the station since.
        stays: whether they look at where they begin, and go nowhere from there.
        states: what pages are called that look unlike others of their kind, by path.
    """

    begins: tuple[str, ...]
    account: str = ""
    guest: tuple[str, str] | None = None
    phone: str = ""
    station: str = ""
    past: bool = False
    avoids: tuple[str, ...] = ()
    replaced: bool = False
    stays: bool = False
    states: Mapping[str, str] = field(default_factory=dict)


_OPEN = (cast.VISITORS[0].name, cast.OPEN_PRISONER)
_KIOSK, _OTHER_KIOSK = cast.KIOSKS[cast.MOBILE_OFFICE]
_PLAYED, _PLAYED_NAME = cast.PLAYED[0][0], "مینا دشتی"

#: By the first label of the host they use. A family has a code of its own for a visit
#: that is live, that is to come, that is over, and one typed at somebody else's kiosk.
DOORS: Mapping[str, Door] = {
    "nobody": Door(
        begins=("/", "/join", "/offer", "/pair", "/sign-in", "/rules", "/station")
    ),
    "family": Door(begins=("/check", "/join", "/help"), guest=_OPEN),
    "early": Door(begins=("/join/time", "/join"), guest=("مینا دشتی", "1002")),
    "after": Door(begins=("/after",), guest=(_PLAYED_NAME, _PLAYED), past=True),
    "phone": Door(
        begins=("/mine", "/mine/held/{over}", "/file/whom", "/file/{handed}/receipt"),
        phone="حمید سپهری",
        states={"/mine/held/{over}": "over"},
    ),
    "shared": Door(begins=("/mine",), phone="فاطمه رودباری"),
    "lawyer": Door(
        begins=("/mine", "/mine/licence", "/mine/helping"), phone=cast.LAWYER
    ),
    "alone": Door(begins=("/mine",), phone=rare.SILENT, states={"/mine": "silent"}),
    "kiosk": Door(
        begins=("/station", "/join", "/station/operator", "/station/check"),
        station=_KIOSK,
    ),
    "seated": Door(
        begins=("/check", "/join/seat"),
        guest=("مینا دشتی", "1002"),
        station=_KIOSK,
        avoids=("/", "/station"),
    ),
    "elsewhere": Door(
        begins=("/join/seat",),
        guest=("فاطمه رودباری", "1003"),
        station="کیوسک دفتر",
        avoids=("/", "/station"),
    ),
    "replaced": Door(
        begins=("/station",), station=cast.OPEN_TERMINAL, replaced=True, avoids=("/",)
    ),
    "terminal": Door(begins=("/station",), station=cast.OPEN_TERMINAL),
    "back": Door(begins=("/sign-in",)),
    "clerk": Door(begins=("/staff", "/clerk", "/services/shell"), account="clerk"),
    "warden": Door(
        begins=("/staff", "/warden", "/visits/{unclosed}"), account="warden"
    ),
    "official": Door(begins=("/staff", "/official"), account="prosecutor"),
    "deputy": Door(begins=("/official",), account="deputy"),
    "scheduler": Door(
        begins=(
            "/staff",
            "/schedule",
            "/visits/{unclosed}",
            "/sites/{prison}/closures",
            "/call-list",
            "/sites/{prison}/replan/list?day={day}",
            "/mobile-days/{mobile}/replan/list",
            "/visitors/{silent}",
        ),
        account="scheduler",
        states={"/visitors/{silent}": "silent"},
    ),
    "administrator": Door(begins=("/staff",), account="administrator"),
    "auditor": Door(
        begins=("/staff", "/recordings/{recorded}", "/recordings/{gone}"),
        account="auditor",
        states={"/recordings/{gone}": "deleted"},
    ),
    "planner": Door(begins=("/schedule",), account="planner", stays=True),
    "helper": Door(begins=("/clerk/queue",), account="helper", stays=True),
}


#: Routes that answer no page, or none of their own, and why.
NO_PAGES: Mapping[str, str] = {
    "/audit/export": "a file",
    "/calendar/{token}.ics": "a file",
    "/cases/{case}/documents/{document}": "a file",
    "/mine/clients/{mandate}/cases/{case}/documents/{document}": "a file",
    "/mine/visits/{part}/visit.ics": "a file",
    "/favicon.ico": "a file",
    "/robots.txt": "a file",
    "/statistics/export": "a file",
    "/services/worker.js": "a script that browsers keep",
    "/static/{version}/{path}": "files",
    "/recordings/{recording}/export": "a file",
    "/recordings/{recording}/files/{file}": "a film",
    "/recordings/{recording}/files/{file}/check": "for the script that plays films",
    "/prisoners/{prisoner}/photo/picture": "a picture",
    "/visitors/{visitor}/photo/picture": "a picture",
    "/visits/{visit}/faces/{participant}": "a picture",
    "/call/socket": "a socket",
    "/line/socket": "a socket",
    "/news": "a socket",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/callbacks/http/{gateway}/{key}": "for machines",
    "/clerk/board": "the moving part of a page",
    "/warden/board": "the moving part of a page",
    "/station/board": "the moving part of a page",
    "/help-calls/strip": "the moving part of every page of staff",
    "/mine/book": "leads on where there is one prisoner",
    "/official/{visit}/next": "leads on to a call or a desk",
    "/officials/hours": "leads on to one's own hours",
}


async def open_all(stage: Stage) -> None:
    """Give everybody the cookies they come in with."""
    # Pairing a second browser with a station ends the first one's.
    for gone in (True, False):
        stations = {one.station for one in DOORS.values() if one.replaced is gone}
        tokens = {
            station: await _paired(stage, station)
            for station in sorted(stations - {""})
        }
        for name, door in DOORS.items():
            if door.station and door.replaced is gone:
                kept = stage.cookies.setdefault(name, {})
                kept[DEVICE_COOKIE] = tokens[door.station]
    stage.marks["taken"] = await _code(stage, _KIOSK)
    for name, door in DOORS.items():
        kept = stage.cookies.setdefault(name, {})
        if door.account or door.guest or door.phone:
            kept[SESSION_COOKIE] = await _signed_in(stage, door)


async def _paired(stage: Stage, station: str) -> str:
    code, now = await _code(stage, station), stage.clock()
    async with stage.database.write() as session:
        device, token = await devices.pair(
            session, code, keyring=stage.keyring, now=now
        )
    if station == _KIOSK:
        number = station_frame.operator_number(stage.keyring, device.id)
        stage.marks["operator"] = number
    return token


async def _code(stage: Stage, station: str) -> str:
    async with stage.database.write() as session:
        rows = await session.exec(select(Station).where(Station.name == station))
        found = rows.first()
        assert found is not None
        return await devices.issue_pairing_code(
            session,
            station_id=found.id,
            keyring=stage.keyring,
            by=SYSTEM,
            now=stage.clock(),
        )


async def _signed_in(stage: Stage, door: Door) -> str:
    async with stage.database.write() as session:
        whose: dict[str, int] = {}
        if door.account:
            account = select(Account.id).where(Account.username == door.account)
            whose["account_id"] = (await session.exec(account)).one()
        elif door.phone:
            visitor = select(Visitor.id).where(Visitor.name == door.phone)
            whose["visitor_id"] = (await session.exec(visitor)).one()
        elif door.guest:
            part = _part(*door.guest, stage, past=door.past)
            whose["participant_id"] = (await session.exec(part)).first()
        return await devices.begin_session(
            session,
            keyring=stage.keyring,
            life=SessionLife(),
            now=stage.clock(),
            **whose,
        )


def _part(name: str, number: str, stage: Stage, *, past: bool):
    """The guest's part in the last visit that was over, or in the next one."""
    now, ends = stage.clock(), col(Visit.ends_at)
    return (
        select(Participant.id)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .join(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .where(Visitor.name == name, Prisoner.number == number)
        .where(ends <= now if past else ends > now)
        .order_by(ends.desc() if past else ends)
    )
