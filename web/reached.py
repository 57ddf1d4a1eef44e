"""Making subjects for one kind of principal: by a reference, and narrower ones.

What a subject made here knows is who may ask at all, and which texts no row has.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from web.principals import (
    DevicePrincipal,
    Principal,
    StaffPrincipal,
    VisitorPrincipal,
)
from web.subjects import Parts

T = TypeVar("T")
P = TypeVar("P", StaffPrincipal, VisitorPrincipal)
#: A `Route.subject` of which is known what it finds.
Finder = Callable[
    [AsyncSession, Parts, Principal | None, DevicePrincipal | None],
    Awaitable[T | None],
]


def by_reference(
    part: str, kind: type[P]
) -> Callable[[Callable[[AsyncSession, str, P], Awaitable[T | None]]], Finder[T]]:
    """Make a subject of what finds a row by the text that stands in a path.

    Args:
        part: of the path.
        kind: of the principal; there is nothing for any other.
    """

    def made(find: Callable[[AsyncSession, str, P], Awaitable[T | None]]) -> Finder[T]:
        @wraps(find)
        async def subject(
            session: AsyncSession,
            parts: Parts,
            principal: Principal | None,
            device: DevicePrincipal | None,
        ) -> T | None:
            del device
            text = parts.get(part, "")
            # PostgreSQL takes no NUL in a text, and would say so by an error.
            if not isinstance(principal, kind) or not text.isprintable():
                return None
            return await find(session, text, principal)

        return subject

    return made


def narrowed(
    wider: Finder[T],
) -> Callable[
    [Callable[[AsyncSession, T, StaffPrincipal], Awaitable[bool]]], Finder[T]
]:
    """Make a subject of what says which rows of a wider one staff find by it too."""

    def made(
        holds: Callable[[AsyncSession, T, StaffPrincipal], Awaitable[bool]],
    ) -> Finder[T]:
        @wraps(holds)
        async def subject(
            session: AsyncSession,
            parts: Parts,
            principal: Principal | None,
            device: DevicePrincipal | None,
        ) -> T | None:
            found = await wider(session, parts, principal, device)
            if found is None or not isinstance(principal, StaffPrincipal):
                return None
            return found if await holds(session, found, principal) else None

        return subject

    return made
