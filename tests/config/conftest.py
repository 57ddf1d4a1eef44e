"""An installation in a folder of its own, and the command line to run on it."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.commands import app
from config.reading import FILE_VARIABLE

Run = Callable[..., Result]


@pytest.fixture
def port() -> int:
    """A port that is free for TCP and UDP just now."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            found = int(tcp.getsockname()[1])
            with suppress(OSError):
                udp.bind(("127.0.0.1", found))
                return found


@pytest.fixture
def installed(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file that every command reads; its folder holds the data."""
    file = tmp_path / "visitation.toml"
    file.write_text(
        f"""
secret = "0123456789abcdef0123456789abcdef"
data_dir = "{tmp_path}"
[database]
url = "sqlite:///{tmp_path}/visits.db"
[web]
port = {port}
public_url = "http://localhost:{port}"
[media]
bind = "127.0.0.1"
udp_port = {port}
workers = 0
"""
    )
    monkeypatch.setenv(FILE_VARIABLE, str(file))
    return file


@pytest.fixture
def run(installed: Path) -> Run:
    """Runs `visitation` with these words, and this to read."""

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, words, input=typed)

    return run
