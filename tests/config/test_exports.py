"""`visitation recordings verify`: says whether an export is what was given out."""

import base64
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.commands import app
from tests.visitation.recordings.test_exporting import KEY, export
from visitation.recordings import exporting

PLAIN = base64.b64encode(KEY).decode()


def verified(file: Path, key: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["recordings", "verify", str(file), "--key", key])
    return done.exit_code, " ".join((done.stdout + done.stderr).split())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "recording.zip"
    made.write_bytes(export(told=exporting.told({"recording": "r", "files": []})))
    return made


def test_an_export_that_is_whole_says_so(file: Path) -> None:
    whole = "Recording r is whole: 0 files, as signed."
    pem = file.with_name("key.pem")
    pem.write_text(exporting.pem(KEY))

    file.write_bytes(export([], told=exporting.told({"recording": "r", "files": []})))
    assert verified(file, PLAIN) == (0, whole)
    assert verified(file, str(pem)) == (0, whole)


def test_one_that_is_not_says_why(file: Path) -> None:
    foreign = verified(file, PLAIN)
    other = verified(file, base64.b64encode(bytes(32)).decode())
    no_key = verified(file, "none")
    file.write_bytes(file.read_bytes()[:-40])
    cut = verified(file, PLAIN)

    assert foreign == (1, "there is a file in it that nobody signed (a-1.webm)")
    assert other[0] == 1
    assert no_key[1].startswith("this is no public key")
    assert cut[1].startswith("it cannot be read")
