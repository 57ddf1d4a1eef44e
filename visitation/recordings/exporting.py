"""A recording that leaves the house: one ZIP file that proves itself.

In it are the files as they play, what they are as JSON, a signature of that JSON and a
text that says how to check all of it. The names in it are fixed, its bytes are made as
somebody takes them, and nothing of it is kept. Knows no database and no key of ours.
"""

import base64
import binascii
import hashlib
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from visitation.errors import VisitationError

#: What the key for signatures is for, as the keyring knows it.
PURPOSE = "recordings"
FORMAT = "visitation-recording-1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.json.sig"
#: What may be in it besides the files that the manifest names.
_TEXTS = ("HOW-TO-VERIFY.fa.txt", "HOW-TO-VERIFY.en.txt", "signing-key.pem")
#: What somebody's bytes may have the library raise; `RuntimeError` where a password
#: is wanted, `ValueError` where a place in the file cannot be.
_NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
_PIECE = 256 * 1024
_LARGEST_MANIFEST = 4 * 1024 * 1024
_SPKI = bytes.fromhex("302a300506032b6570032100")
_KEY_BYTES = 32


class Unsound(VisitationError):
    """An export is not what was signed.

    Attributes:
        why: `unreadable`, `key`, `signature`, `missing`, `altered` or `foreign`.
        name: of the file in it that is concerned.
    """

    def __init__(self, why: str, name: str = "") -> None:
        super().__init__(f"{why}: {name}" if name else why)
        self.why = why
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file to put in: its name, and its bytes as they are read."""

    name: str
    content: Iterator[bytes]


class _Basket:
    """Takes what is written until somebody carries it away."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._held.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""

    def emptied(self) -> bytes:
        taken, self._held = b"".join(self._held), []
        return taken


def told(facts: Mapping[str, Any]) -> bytes:
    """The manifest's bytes, which are what is signed."""
    whole = {"format": FORMAT, **facts}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"


def pem(public: bytes) -> str:
    """A public key as other programs read it (RFC 8410)."""
    text = base64.b64encode(_SPKI + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"


def read_key(text: str) -> bytes:
    """The public key in a PEM text, or written in Base64 alone.

    Raises:
        Unsound: if it is no such key.
    """
    lines = [one for one in text.split() if one.isascii() and one]
    inside = "".join(lines).removeprefix("-----BEGINPUBLICKEY-----")
    inside = inside.removesuffix("-----ENDPUBLICKEY-----")
    try:
        raw = base64.b64decode(inside, validate=True).removeprefix(_SPKI)
    except (binascii.Error, ValueError):
        raise Unsound("key") from None
    if len(raw) != _KEY_BYTES:
        raise Unsound("key")
    return raw


def zipped(
    files: Sequence[Enclosed], *, texts: Mapping[str, bytes], at: datetime
) -> Iterator[bytes]:
    """The bytes of the export, in pieces; nothing is compressed, for video is already.

    Args:
        files: put in last, in their order.
        texts: what else is in it, by name; small.
        at: written as the date of everything in it.
    """
    basket = _Basket()
    date = at.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(cast("BinaryIO", basket), "w", zipfile.ZIP_STORED) as made:
        for name, content in texts.items():
            made.writestr(_info(name, date), content)
            yield basket.emptied()
        for one in files:
            with made.open(_info(one.name, date), "w", force_zip64=True) as inside:
                for piece in one.content:
                    inside.write(piece)
                    yield basket.emptied()
    yield basket.emptied()


def verify(file: BinaryIO, key: bytes) -> Mapping[str, Any]:
    """What an export says of itself, once all of it has proved true.

    Args:
        file: the ZIP file, open.
        key: the public key of the installation that it must be from.

    Raises:
        Unsound: at the first thing that is not what was signed.
    """
    try:
        with zipfile.ZipFile(file) as given:
            return _verified(given, key)
    except _NO_ZIP:
        raise Unsound("unreadable") from None


def _verified(given: zipfile.ZipFile, key: bytes) -> Mapping[str, Any]:
    names = [one.filename for one in given.infolist()]
    manifest = _small(given, names, MANIFEST)
    signature = _small(given, names, SIGNATURE)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, manifest)
    except InvalidSignature:
        raise Unsound("signature", MANIFEST) from None
    facts: Mapping[str, Any] = json.loads(manifest)
    if facts.get("format") != FORMAT:
        raise Unsound("unreadable", MANIFEST)
    listed = {one["name"]: one["sha256"] for one in facts["files"]}
    known = {MANIFEST, SIGNATURE, *_TEXTS, *listed}
    for name in names:
        # Of two with one name, programs do not agree which one is meant.
        if name not in known or names.count(name) > 1:
            raise Unsound("foreign", name)
    for name, digest in listed.items():
        if name not in names:
            raise Unsound("missing", name)
        if _digest(given, name) != digest:
            raise Unsound("altered", name)
    return facts


def _small(given: zipfile.ZipFile, names: Iterable[str], name: str) -> bytes:
    if name not in names:
        raise Unsound("missing", name)
    with given.open(name) as inside:
        return inside.read(_LARGEST_MANIFEST)


def _digest(given: zipfile.ZipFile, name: str) -> str:
    counted = hashlib.sha256()
    try:
        with given.open(name) as inside:
            while piece := inside.read(_PIECE):
                counted.update(piece)
    except zipfile.BadZipFile:
        raise Unsound("altered", name) from None
    return counted.hexdigest()


def _info(name: str, date: Sequence[int]) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = date
    made = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
    made.external_attr = 0o600 << 16
    return made
