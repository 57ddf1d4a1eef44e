"""The admin socket: how commands reach a service that is running.

A Unix socket in the data directory that only its owner may open; whoever can, has the
machine anyway. One process writes an SQLite file, so commands ask that process.
"""

import inspect
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from config import importing
from config.acts import ACTS
from config.desk import Desk, Impossible
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring

SOCKET_NAME = "admin.sock"
ANSWER_WITHIN = aiohttp.ClientTimeout(total=30)
#: Linux keeps a socket's path in 108 bytes, the last of which is 0.
LONGEST_PATH = 107
_ACTS = {**ACTS, **importing.ACTS}


class NobodyThere(VisitationError):
    """No service listens on the admin socket."""


@asynccontextmanager
async def listening(
    path: Path, *, database: Database, keyring: Keyring, clock: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Answer commands on a Unix socket of mode 0600.

    Raises:
        Impossible: if another service listens there, or the path is too long.
    """

    async def act(request: web.Request) -> web.Response:
        desk = Desk(database=database, keyring=keyring, now=clock())
        return await _answer(request, desk)

    await _make_room(path)
    app = web.Application()
    app.router.add_post("/acts/{name}", act)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        before = os.umask(0o177)
        try:
            await web.UnixSite(runner, str(path)).start()
        finally:
            os.umask(before)
        yield
    finally:
        await runner.cleanup()
        _forget(path)


async def ask(path: Path, name: str, args: dict[str, Any]) -> Any:
    """Have the running service carry out an act, and return its answer.

    Raises:
        NobodyThere: if none is running.
        Impossible: if the service says so.
    """
    connector = aiohttp.UnixConnector(path=str(path))
    async with aiohttp.ClientSession(
        connector=connector, timeout=ANSWER_WITHIN
    ) as client:
        try:
            response = await client.post(f"http://admin/acts/{name}", json=args)
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PermissionError):
                raise Impossible(f"{path} belongs to another user") from None
            raise NobodyThere(str(path)) from None
        said = await response.json()
    if "error" in said:
        raise Impossible(said["error"])
    return said["answer"]


async def _make_room(path: Path) -> None:
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise Impossible(f"data_dir is too long for a socket: {path}")
    try:
        await ask(path, "hello", {})
    except NobodyThere:
        _forget(path)
    except Impossible:
        raise Impossible(
            f"another service runs on {path.parent}; stop it, or give this one "
            "another data_dir"
        ) from None


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _answer(request: web.Request, desk: Desk) -> web.Response:
    act = _ACTS.get(request.match_info["name"])
    if act is None:
        return web.json_response({"error": "there is no such act"}, status=404)
    args = await request.json()
    try:
        inspect.signature(act).bind(desk, **args)
        return web.json_response({"answer": await act(desk, **args)})
    except (VisitationError, TypeError) as error:
        return web.json_response({"error": str(error)}, status=422)
