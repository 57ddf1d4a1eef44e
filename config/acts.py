"""What the command line can do to the data: one table, name → act.

An act is called the same way by the running service (over its admin socket) and by a
command that opened the database itself; arguments and answers are plain JSON values.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import recording_acts
from config.desk import OPERATOR, Act, Desk, Impossible
from scheduler import counting
from visitation import devices, jalali, maintenance, people
from visitation.devices import Device
from visitation.errors import NotFound
from visitation.filing import corrections
from visitation.maintenance import Maintenance, WorkReason
from visitation.people import Account
from visitation.people.passwords import MINIMUM_PASSWORD_LENGTH
from visitation.places import Province, Site, Station, holidays, provinces
from visitation.places.tables import DEFAULT_ZONE
from visitation.statistics import Period, parse
from visitation.timespan import Timespan
from visitation.words import Role


async def add_account(
    desk: Desk,
    *,
    username: str,
    name: str,
    role: str,
    password: str,
    everywhere: bool = False,
    provinces: Sequence[str] = (),
    sites: Sequence[int] = (),
    language: str = "fa",
) -> dict[str, Any]:
    """Add an account of staff; provinces are named by their code, sites by number.

    Raises:
        Impossible: if the username is taken, or the password, role or scope is wrong.
    """
    password_hash = await _hashed(password)
    if not everywhere and not provinces and not sites:
        raise Impossible("name a province or a site, or say --everywhere")
    async with desk.database.write() as session:
        try:
            account = await people.add_account(
                session,
                username=username,
                name=name,
                role=_role(role),
                password_hash=password_hash,
                everywhere=everywhere,
                provinces=[await _province(session, code) for code in provinces],
                sites=[await _site(session, site_id) for site_id in sites],
                language=language,
                by=OPERATOR,
                now=desk.now,
            )
        except people.UsernameTaken:
            raise Impossible(f"there is already an account named {username}") from None
        return _shown(account)


async def list_accounts(desk: Desk) -> list[dict[str, Any]]:
    """Every account, by username."""
    async with desk.database.read() as session:
        rows = await session.exec(select(Account).order_by(col(Account.username)))
        return [_shown(account) for account in rows]


async def disable_account(desk: Desk, *, username: str) -> dict[str, Any]:
    """Shut an account out at once, and end its sessions."""
    async with desk.database.write() as session:
        account = await _account(session, username)
        await people.disable_account(session, account, by=OPERATOR, now=desk.now)
        return _shown(account)


async def enable_account(desk: Desk, *, username: str) -> dict[str, Any]:
    """Let an account in again."""
    async with desk.database.write() as session:
        account = await _account(session, username)
        await people.enable_account(session, account, by=OPERATOR, now=desk.now)
        return _shown(account)


async def set_password(desk: Desk, *, username: str, password: str) -> dict[str, Any]:
    """Set a new password, and end the account's sessions."""
    password_hash = await _hashed(password)
    async with desk.database.write() as session:
        account = await _account(session, username)
        await people.change_password(
            session, account, password_hash=password_hash, by=OPERATOR, now=desk.now
        )
        return _shown(account)


async def pair_station(desk: Desk, *, station_id: int) -> dict[str, Any]:
    """Issue a code to be typed at a station's browser."""
    async with desk.database.write() as session:
        station = await session.get(Station, station_id)
        if station is None:
            raise Impossible(f"there is no station {station_id}; see `terminal list`")
        site = await session.get_one(Site, station.site_id)
        code = await devices.issue_pairing_code(
            session,
            station_id=station_id,
            keyring=desk.keyring,
            by=OPERATOR,
            now=desk.now,
        )
        return {"station": station.name, "site": site.name, "code": code}


async def list_stations(desk: Desk) -> list[dict[str, Any]]:
    """Every station, and since when a browser is paired with it."""
    query = (
        select(Station, Site, Device)
        .join(Site, col(Site.id) == col(Station.site_id))
        .outerjoin(
            Device,
            (col(Device.station_id) == col(Station.id))
            & col(Device.revoked_at).is_(None),
        )
        .order_by(col(Site.id), col(Station.id))
    )
    async with desk.database.read() as session:
        return [
            {
                "id": station.id,
                "site": site.name,
                "kind": station.kind.value,
                "name": station.name,
                "paired_at": device.paired_at.isoformat() if device else None,
            }
            for station, site, device in await session.exec(query)
        ]


async def seed_holidays(desk: Desk, *, years: int) -> dict[str, Any]:
    """Take over the official calendar of this year and the next ones."""
    first = holidays.today(desk.now).year
    async with desk.database.write() as session:
        done = await holidays.seed(
            session, years=range(first, first + years), by=OPERATOR, now=desk.now
        )
    return asdict(done)


async def list_holidays(desk: Desk, *, days: int) -> list[dict[str, Any]]:
    """Every holiday from today on, for so many days."""
    first = holidays.today(desk.now)
    async with desk.database.read() as session:
        codes = {one.id: one.code for one in await provinces(session)}
        found = await holidays.between(
            session, first=first, last=first + timedelta(days), provinces=None
        )
    return [
        {
            "day": one.day.isoformat(),
            "jalali": str(jalali.from_date(one.day)),
            "name": one.name,
            "province": codes.get(one.province_id or 0),
            "observed": one.observed,
            "by_hand": one.by_hand,
        }
        for one in found
    ]


async def announce_work(
    desk: Desk,
    *,
    starts: str,
    ends: str,
    reason: str,
    text_fa: str = "",
    text_en: str = "",
    closed: bool = False,
) -> dict[str, Any]:
    """Tell everybody of work on the service; instants are ISO 8601.

    Raises:
        Impossible: if there is no such reason, or the time cannot be.
    """
    try:
        span = Timespan(datetime.fromisoformat(starts), datetime.fromisoformat(ends))
        async with desk.database.write() as session:
            work = await maintenance.announce(
                session,
                span=span,
                reason=WorkReason(reason),
                text_fa=text_fa,
                text_en=text_en,
                closed=closed,
                by=OPERATOR,
                now=desk.now,
            )
            return _work(work)
    except ValueError as error:
        raise Impossible(str(error)) from None


async def end_work(desk: Desk, *, work_id: int) -> dict[str, Any]:
    """Take an announcement back, or end work that is done sooner."""
    async with desk.database.write() as session:
        try:
            work = await maintenance.withdraw(
                session, work_id, by=OPERATOR, now=desk.now
            )
        except NotFound:
            raise Impossible(f"there is no announcement {work_id} in force") from None
        return _work(work)


async def list_work(desk: Desk) -> list[dict[str, Any]]:
    """What was announced lately, the last to begin first."""
    async with desk.database.read() as session:
        return [_work(one) for one in await maintenance.latest(session, limit=50)]


async def export_corrections(desk: Desk) -> list[dict[str, Any]]:
    """What was meant otherwise than it was guessed, without names and numbers."""
    async with desk.database.read() as session:
        return [asdict(one) for one in await corrections.exported(session)]


async def recount_statistics(desk: Desk, *, first: str = "", last: str = "") -> None:
    """Have the figures of some months counted anew, or all of them."""
    try:
        ends = [parse(text) for text in (first or last, last or first) if text]
    except ValueError:
        raise Impossible("give months such as 1405-09") from None
    period = Period.months(*sorted(ends)) if ends else None
    async with desk.database.write() as session:
        await counting.order(session, period, now=desk.now)


ACTS: Mapping[str, Act] = {
    "account_add": add_account,
    "account_list": list_accounts,
    "account_disable": disable_account,
    "account_enable": enable_account,
    "account_passwd": set_password,
    "terminal_pair": pair_station,
    "terminal_list": list_stations,
    "holidays_seed": seed_holidays,
    "holidays_list": list_holidays,
    "work_announce": announce_work,
    "work_end": end_work,
    "work_list": list_work,
    "corrections_export": export_corrections,
    "recordings_kept": recording_acts.kept,
    "recordings_retry": recording_acts.retry,
    "recount_statistics": recount_statistics,
}


async def _hashed(password: str) -> str:
    if not people.is_strong_enough(password):
        raise Impossible(f"a password has at least {MINIMUM_PASSWORD_LENGTH} letters")
    return await asyncio.to_thread(people.hashed, password)


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise Impossible(f"there is no role {name}") from None


async def _account(session: AsyncSession, username: str) -> Account:
    account = await people.account_named(session, username)
    if account is None:
        raise Impossible(f"there is no account named {username}; see `account list`")
    return account


async def _province(session: AsyncSession, code: str) -> int:
    rows = await session.exec(select(Province.id).where(Province.code == code))
    province_id = rows.first()
    if province_id is None:
        raise Impossible(f"there is no province with the code {code}")
    return province_id


async def _site(session: AsyncSession, site_id: int) -> int:
    if await session.get(Site, site_id) is None:
        raise Impossible(f"there is no site {site_id}")
    return site_id


def _work(work: Maintenance) -> dict[str, Any]:
    zone = ZoneInfo(DEFAULT_ZONE)
    return {
        "id": work.id,
        "from": f"{work.starts_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "to": f"{work.ends_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "reason": work.reason.value,
        "closed": work.closed,
        "withdrawn": work.withdrawn_at is not None,
    }


def _shown(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "role": account.role.value,
        "second_factor": account.totp_sealed is not None,
        "disabled": account.disabled_at is not None,
    }
