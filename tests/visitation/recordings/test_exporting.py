"""Exports prove themselves, and whatever else is given is found out."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

import pytest

from tests.fakes import seeded_keyring
from visitation.recordings import exporting
from visitation.recordings.exporting import (
    MANIFEST,
    PURPOSE,
    SIGNATURE,
    Enclosed,
    Unsound,
)

KEYRING = seeded_keyring()
KEY = KEYRING.public_key(PURPOSE)
FILMS = {"a-1.webm": b"first" * 1000, "b-1.webm": b"second" * 50_000}
AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def manifest(**changes: object) -> bytes:
    files = [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in FILMS.items()
    ]
    return exporting.told({"files": files, **changes})


def export(
    films: Iterable[tuple[str, bytes]] = tuple(FILMS.items()),
    *,
    told: bytes | None = None,
    **texts: bytes,
) -> bytes:
    told = told or manifest()
    every = {MANIFEST: told, SIGNATURE: KEYRING.sign(PURPOSE, told), **texts}
    files = [
        Enclosed(name=name, content=iter((content[:100], content[100:])))
        for name, content in films
    ]
    return b"".join(exporting.zipped(files, texts=every, at=AT))


def refused(content: bytes) -> tuple[str, str]:
    with pytest.raises(Unsound) as found:
        exporting.verify(io.BytesIO(content), KEY)
    return found.value.why, found.value.name


def test_an_export_says_what_is_in_it_once_it_is_proved() -> None:
    content = export(**{"HOW-TO-VERIFY.en.txt": b"how"})
    facts = exporting.verify(io.BytesIO(content), KEY)

    assert [one["name"] for one in facts["files"]] == list(FILMS)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_its_bytes_come_as_they_are_taken() -> None:
    read = []

    def film() -> Iterable[bytes]:
        for number in range(3):
            read.append(number)
            yield bytes(1000)

    made = exporting.zipped([Enclosed(name="a", content=iter(film()))], texts={}, at=AT)
    next(made)
    assert read == [0]


@pytest.mark.parametrize(
    ("content", "why", "name"),
    [
        (b"no zip", "unreadable", ""),
        (export(told=manifest(format="other")), "unreadable", MANIFEST),
        (export([("a-1.webm", FILMS["a-1.webm"])]), "missing", "b-1.webm"),
        (export([*FILMS.items(), ("c.webm", b"c")]), "foreign", "c.webm"),
        (
            export([("a-1.webm", b"other"), ("b-1.webm", FILMS["b-1.webm"])]),
            "altered",
            "a-1.webm",
        ),
        (export(**{SIGNATURE: bytes(64)}), "signature", MANIFEST),
        (export(**{SIGNATURE: b"short"}), "signature", MANIFEST),
    ],
)
def test_what_is_not_as_it_was_signed_is_named(
    content: bytes, why: str, name: str
) -> None:
    assert refused(content) == (why, name)


@pytest.mark.filterwarnings("ignore")
def test_whatever_bytes_are_given_it_is_proved_or_refused() -> None:
    draw, content = Random(1), export([("a-1.webm", b"first" * 20)])
    for _ in range(3000):
        given = bytearray(content)
        for _ in range(draw.choice((1, 2, 5))):
            given[draw.randrange(len(given))] = draw.randrange(256)
        # The manifest tells of other films: at best one of them is missing.
        assert refused(bytes(given))[0] in {
            "unreadable",
            "signature",
            "missing",
            "altered",
            "foreign",
        }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    doubled = [*FILMS.items(), ("a-1.webm", b"another")]
    assert refused(export(doubled)) == ("foreign", "a-1.webm")


def test_a_key_is_read_from_pem_and_from_base64() -> None:
    plain = base64.b64encode(KEY).decode()

    assert exporting.read_key(exporting.pem(KEY)) == KEY
    assert exporting.read_key(f" {plain}\n") == KEY
    for wrong in ("", "none", plain[:-8], json.dumps(plain)):
        with pytest.raises(Unsound):
            exporting.read_key(wrong)
