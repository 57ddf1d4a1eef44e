"""Photos of prisoners and visitors, to compare a face with; sealed at rest."""

import base64
from datetime import datetime

from sqlmodel import delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.keyring import Keyring
from visitation.people import jpeg
from visitation.people.tables import Photo, Prisoner, Visitor

_PURPOSE = "photo"
Person = Prisoner | Visitor


async def keep(
    session: AsyncSession,
    person: Person,
    content: bytes,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Keep a photo of somebody, in place of the one there was.

    Raises:
        NotAPicture: if it is no JPEG, or too large.
    """
    picture = jpeg.plain(content)
    await _forget(session, person)
    sealed = keyring.seal(_PURPOSE, base64.b64encode(picture).decode())
    session.add(Photo(**_whose(person), sealed=sealed, taken_at=now))
    audit.note(session, by, "keep_photo", _subject(person), now=now)


async def remove(
    session: AsyncSession, person: Person, *, by: Actor, now: datetime
) -> None:
    """Keep no photo of somebody any more."""
    await _forget(session, person)
    audit.note(session, by, "remove_photo", _subject(person), now=now)


async def of(
    session: AsyncSession,
    *,
    keyring: Keyring,
    prisoner_id: int | None = None,
    visitor_id: int | None = None,
) -> bytes | None:
    """Somebody's photo as JPEG, or None."""
    if prisoner_id is None and visitor_id is None:
        return None
    rows = await session.exec(
        select(Photo.sealed).where(
            Photo.prisoner_id == prisoner_id, Photo.visitor_id == visitor_id
        )
    )
    sealed = rows.first()
    return base64.b64decode(keyring.open(_PURPOSE, sealed)) if sealed else None


async def _forget(session: AsyncSession, person: Person) -> None:
    own = _whose(person)
    await session.exec(
        delete(Photo).where(*(getattr(Photo, name) == one for name, one in own.items()))
    )


def _whose(person: Person) -> dict[str, int]:
    name = "prisoner_id" if isinstance(person, Prisoner) else "visitor_id"
    return {name: person.id}


def _subject(person: Person) -> str:
    kind = "prisoner" if isinstance(person, Prisoner) else "visitor"
    return f"{kind}:{person.id}"
