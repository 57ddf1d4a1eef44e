"""Prisoners: adding, editing, finding."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people.identity import sealed_id
from visitation.people.scope import Scope
from visitation.people.tables import Prisoner
from visitation.places.tables import Site


async def add_prisoner(
    session: AsyncSession,
    *,
    site_id: int,
    number: str,
    name: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    national_id: str | None = None,
) -> Prisoner:
    """Add a prisoner to a prison.

    Raises:
        Invalid: for a wrong national ID, or a number or ID that somebody has.
    """
    sealed, fingerprint = sealed_id(national_id, keyring=keyring)
    prisoner = Prisoner(
        site_id=site_id,
        number=persian.to_ascii_digits(number).strip(),
        name=name.strip(),
        name_folded=persian.fold(name),
        national_id_sealed=sealed,
        national_id_fingerprint=fingerprint,
    )
    await _keep(session, prisoner)
    audit.note(session, by, "add_prisoner", f"prisoner:{prisoner.id}", now=now)
    return prisoner


async def edit_prisoner(
    session: AsyncSession,
    prisoner: Prisoner,
    *,
    number: str,
    name: str,
    released: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Correct a prisoner's number or name, or record the release.

    Raises:
        Invalid: if another prisoner of the prison has the number.
    """
    prisoner.number = persian.to_ascii_digits(number).strip()
    prisoner.name = name.strip()
    prisoner.name_folded = persian.fold(name)
    prisoner.released_at = (prisoner.released_at or now) if released else None
    await _keep(session, prisoner)
    audit.note(
        session,
        by,
        "edit_prisoner",
        f"prisoner:{prisoner.id}",
        now=now,
        released=released,
    )


async def find_prisoners(
    session: AsyncSession, *, scope: Scope, text: str = "", limit: int = 50
) -> Sequence[Prisoner]:
    """Prisoners inside a scope whose name or number contains the text."""
    folded = persian.fold(text)
    query = (
        select(Prisoner)
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(scope.of_sites())
        .order_by(col(Prisoner.name_folded), col(Prisoner.id))
        .limit(limit)
    )
    if folded:
        query = query.where(
            or_(
                col(Prisoner.name_folded).contains(folded, autoescape=True),
                col(Prisoner.number).contains(folded, autoescape=True),
            )
        )
    return (await session.exec(query)).all()


async def _keep(session: AsyncSession, prisoner: Prisoner) -> None:
    try:
        async with session.begin_nested():
            session.add(prisoner)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("number", "prisoner_known") from None
