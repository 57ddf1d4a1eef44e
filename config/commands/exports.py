"""`visitation recordings verify` and `key`: whether an export is what was given out.

Checking one needs no database and no settings, so that whoever was given an export can.
"""

import base64
from pathlib import Path
from typing import Annotated

import typer

from config import opening, reading
from config.commands.asking import out, refusing
from config.desk import Impossible
from visitation.recordings import exporting
from visitation.recordings.exporting import PURPOSE, Unsound

_WHY = {
    "key": "this is no public key: give it as the page of the recording shows it",
    "unreadable": "it cannot be read: it is cut off, or no export of a recording",
    "signature": "the signature does not fit: changed, or from another installation",
    "missing": "a file that was signed is not in it",
    "altered": "a file is not as it was signed",
    "foreign": "there is a file in it that nobody signed",
}


@refusing
def verify(
    file: Annotated[Path, typer.Argument(help="The export, a ZIP file.")],
    key: Annotated[
        str, typer.Option(help="The public key in Base64, or a PEM file of it.")
    ],
) -> None:
    """Check that an export of a recording is whole and as it was given out."""
    try:
        with file.open("rb") as opened:
            facts = exporting.verify(opened, _key(key))
    except Unsound as unsound:
        named = f" ({unsound.name})" if unsound.name else ""
        raise Impossible(f"{_WHY[unsound.why]}{named}") from None
    count = len(facts["files"])
    out.print(f"Recording {facts['recording']} is whole: {count} files, as signed.")


@refusing
def show_key() -> None:
    """Print the public key that checks exports of this installation."""
    keyring = opening.keyring(reading.read())
    out.print(base64.b64encode(keyring.public_key(PURPOSE)).decode())


def _key(given: str) -> bytes:
    path = Path(given)
    # A key in Base64 may have slashes, and is then no file that is there.
    return exporting.read_key(path.read_text() if path.is_file() else given)
