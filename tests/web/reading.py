"""What pages say and where forms lead, for tests that read them like a person."""

from collections.abc import Mapping
from typing import Any

from aiohttp import ClientResponse
from sqlmodel import select

from tests.web.conftest import Site


async def rows(site: Site, kind: Any, *conditions: Any) -> list[Any]:
    async with site.database.read() as session:
        found = await session.exec(select(kind).where(*conditions).order_by(kind.id))
        return list(found.all())


async def text(
    site: Site,
    path: str,
    typed: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    post: bool = False,
) -> str:
    """What a page says; a form is posted when it is given."""
    if typed is None and not post:
        response = await site.get(path)
    else:
        response = await site.post(path, dict(typed or {}))
    body = await read(response)
    assert response.status == status, body
    return body


async def read(response: ClientResponse) -> str:
    """What an answer says; a space is a space, whether a line may end there or not."""
    return (await response.text()).replace("\u00a0", " ")


async def sent_to(site: Site, path: str, typed: Mapping[str, Any] | None = None) -> str:
    """Where a form that went well leads."""
    response = await site.post(path, dict(typed or {}))
    assert response.status == 303, await response.text()
    return response.headers["Location"]


async def found_by(site: Site, path: str, words: str) -> str:
    """What a page says after words were looked for on it."""
    response = await site.look(path, words)
    assert response.status == 200, await response.text()
    return await read(response)
