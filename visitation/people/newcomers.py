"""Many prisoners added at once, as an import brings them.

A few statements for all of them, so that others hardly wait meanwhile. `prisoners` has
everything that is done to one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import persian
from visitation.audit import Actor, entries
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people.identity import sealed_id

_TABLE = SQLModel.metadata.tables["prisoner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A prisoner to be added; `national_id` is empty for those who have none.

    `visited_on` is a day that has come.
    """

    site_id: int
    number: str
    name: str
    national_id: str = ""
    ward: str = ""
    visited_on: date | None = None


async def add_prisoners(
    session: AsyncSession,
    newcomers: Sequence[Newcomer],
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> list[int]:
    """Add many prisoners at once, as `add_prisoner` adds one; their ids, in order.

    Run it in a savepoint: all go in, or none.

    Raises:
        Invalid: for a wrong national ID, or a number or ID that somebody has; it does
            not say whose.
    """
    rows = [_newcomer(one, keyring=keyring) for one in newcomers]
    # SQLAlchemy sends rows of SQLite one by one if it is to tell their ids in order.
    written = insert(_TABLE).returning(_TABLE.c.id, _TABLE.c.site_id, _TABLE.c.number)
    try:
        found = (await session.exec(written, params=rows)).all() if rows else []
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("number", "prisoner_known") from None
    ids = {(site_id, number): one for one, site_id, number in found}
    added = [ids[row["site_id"], row["number"]] for row in rows]
    subjects = [f"prisoner:{one}" for one in added]
    await entries.note_each(session, by, "add_prisoner", subjects, now=now)
    return added


def _newcomer(one: Newcomer, *, keyring: Keyring) -> dict[str, Any]:
    sealed, fingerprint = sealed_id(one.national_id, keyring=keyring)
    return {
        "site_id": one.site_id,
        "number": persian.to_ascii_digits(one.number).strip(),
        "name": one.name.strip(),
        "name_folded": persian.fold(one.name),
        "ward": one.ward,
        "visited_on": one.visited_on,
        "national_id_sealed": sealed,
        "national_id_fingerprint": fingerprint,
    }
