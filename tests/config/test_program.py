"""The whole service, put together and taken apart in one process."""

import socket
from pathlib import Path

import aiohttp
import pytest

from config import admin, opening, program, reading
from config.settings import Settings
from signaling.media.workers.pool import Workers
from visitation.database import Database
from web.keys import LIVE


def settings_for(
    url: str, folder: Path, port: int, *, workers: int = 0, **pages: object
) -> Settings:
    return reading.from_values(
        {
            "secret": "0123456789abcdef0123456789abcdef",
            "data_dir": folder,
            "database": {"url": url},
            "web": {
                "port": port,
                "public_url": "https://visits.example",
                "behind_proxy": True,
                **pages,
            },
            "media": {
                "udp_port": port,
                "workers": workers,
                "public_addresses": ["127.0.0.1"],
            },
        }
    )


async def status(port: int, path: str, **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}{path}", headers=sent) as response,
    ):
        return response.status


async def test_the_service_answers_on_both_databases(
    database_url: str, tmp_path: Path, port: int
) -> None:
    settings = settings_for(database_url, tmp_path, port)
    async with program.running(settings, opening.opened(settings)):
        assert await status(port, "/healthz") == 200
        assert await status(port, "/readyz") == 200
        accounts = await admin.ask(opening.admin_socket(settings), "account_list", {})
    assert accounts == []
    with pytest.raises(aiohttp.ClientConnectorError):
        await status(port, "/healthz")


async def test_it_starts_again_where_it_stopped(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    settings = settings_for(sqlite_url, tmp_path, port)
    for _ in range(2):
        async with program.running(settings, opening.opened(settings)):
            assert await status(port, "/readyz") == 200


async def test_calls_are_carried_by_as_many_processes_as_are_set(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    settings = settings_for(sqlite_url, tmp_path, port, workers=2)
    async with program.running(settings, opening.opened(settings)) as app:
        engine = app[LIVE].engine
        assert isinstance(engine, Workers)
        assert engine.ports == (port, port + 1)
    assert not engine.ports


async def test_all_ports_of_media_are_named_when_one_is_taken(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    settings = settings_for(sqlite_url, tmp_path, port, workers=2)
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", port + 1))
        said = rf"media\.udp_port: cannot listen on {port} to {port + 1}: Address"
        with pytest.raises(program.CannotListen, match=said):
            async with program.running(settings, opening.opened(settings)):
                pass


@pytest.mark.parametrize(
    ("behind_proxy", "answered"), [(True, 200), (False, 421)], ids=["proxy", "none"]
)
async def test_forwarded_headers_are_believed_behind_a_proxy_alone(
    sqlite_url: str, tmp_path: Path, port: int, behind_proxy: bool, answered: int
) -> None:
    settings = settings_for(sqlite_url, tmp_path, port)
    settings = settings.model_copy(
        update={"web": settings.web.model_copy(update={"behind_proxy": behind_proxy})}
    )
    async with program.running(settings, opening.opened(settings)):
        found = await status(
            port,
            "/help",
            Host="inside:8080",
            X_Forwarded_Host="visits.example",
            X_Forwarded_Proto="https",
            X_Forwarded_For="203.0.113.9",
        )
    assert found == answered


async def test_a_port_that_is_taken_leaves_nothing_behind(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    settings = settings_for(sqlite_url, tmp_path, port)
    other = settings_for(sqlite_url, tmp_path / "other", port)
    async with program.running(settings, opening.opened(settings)):
        second = Database(f"sqlite:///{tmp_path / 'second.db'}")
        with pytest.raises(program.CannotListen, match=r"media\.udp_port"):
            async with program.running(other, second):
                pass
        assert await status(port, "/readyz") == 200


async def test_pages_begin_in_the_language_of_the_settings(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    settings = settings_for(sqlite_url, tmp_path, port, default_language="en")
    async with (
        program.running(settings, opening.opened(settings)),
        aiohttp.ClientSession() as client,
        client.get(
            f"http://127.0.0.1:{port}/help", headers={"Host": "localhost"}
        ) as response,
    ):
        assert '<html lang="en" dir="ltr"' in await response.text()
