"""A file is kept for what it is, cleaned of what nobody meant to hand in."""

import random
import zlib
from contextlib import suppress
from time import process_time

import pytest
from sqlmodel import select

from tests.conftest import NOON
from tests.visitation.cases.asking import actor, asked, people
from visitation.cases import CaseDocument, TooManyDocuments, documents, files
from visitation.cases.files import Sound
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.words import CaseKind, Visibility

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\x34\x56"
CAMERA = b"\xff\xe1\x00\x0aExif\x00\x00GP"
PLAIN_JPEG = JPEG_START + FRAME + SCAN + JPEG_END


def _chunk(name: bytes, body: bytes = b"") -> bytes:
    told = name + body
    return len(body).to_bytes(4) + told + zlib.crc32(told).to_bytes(4)


def _png(*beside: bytes, width: int = 2, end: bytes = b"") -> bytes:
    header = width.to_bytes(4) + (2).to_bytes(4) + b"\x08\x02\x00\x00\x00"
    pixels = zlib.compress(b"\x00" * 14)
    return b"".join(
        (
            *(b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header), *beside),
            *(_chunk(b"IDAT", pixels), _chunk(b"IEND"), end),
        )
    )


def _pdf(*objects: bytes, end: bytes = b"") -> bytes:
    body = b"\n".join(objects)
    return (
        b"%PDF-1.7\n" + body + b"\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
    ) + end


def _packed(told: bytes, inside: bytes) -> bytes:
    return (
        b"5 0 obj << "
        + told
        + b" /Filter /FlateDecode >>\nstream\n"
        + zlib.compress(inside)
        + b"\nendstream endobj"
    )


CATALOG = b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj"
PAGE = _packed(b"", b"BT /F1 12 Tf (salaam) Tj ET")


def test_pictures_are_kept_without_what_a_camera_wrote() -> None:
    shot = JPEG_START + CAMERA + FRAME + SCAN + JPEG_END + b"<script>"
    kept = files.checked("C:\\pics\\نامه.JPG", shot)
    assert kept == Sound(name="نامه.jpg", type="image/jpeg", content=PLAIN_JPEG)
    drawn = _png(_chunk(b"tEXt", b"GPS\x0032,51"), end=b"<script>")
    kept = files.checked("scan", drawn)
    assert kept == Sound(name="scan.png", type="image/png", content=_png())


def test_a_pdf_that_only_shows_something_is_kept_as_it_is() -> None:
    content = _pdf(CATALOG, PAGE)
    kept = files.checked("حکم.pdf", content)
    assert kept == Sound(name="حکم.pdf", type="application/pdf", content=content)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", "empty"),
        ("a.jpg", JPEG_START + b"\xff" * files.LARGEST_BYTES, "too_large"),
        ("a.docx", b"PK\x03\x04rest", "archive"),
        ("a.zip", b"PK\x05\x06" + b"\x00" * 18, "archive"),
        ("a.jpg", PLAIN_JPEG + b"PK\x05\x06" + b"\x00" * 18, "archive"),
        ("a.pdf", b"  <html><script>", "active_content"),
        ("a.exe", b"MZ\x90\x00", "active_content"),
        ("a.svg", b'<svg onload="x">', "active_content"),
        ("a.txt", b"salaam", "type_unknown"),
        ("a.gif", b"GIF89a", "type_unknown"),
        ("a.pdf", PLAIN_JPEG, "type_lies"),
        ("a.jpg", _pdf(CATALOG), "type_lies"),
        ("a.jpg.html", PLAIN_JPEG, "type_lies"),
        ("a.jpg", PLAIN_JPEG[:-5], "damaged"),
        ("a.png", _png()[:-4], "damaged"),
        ("a.png", _png().replace(b"IDAT", b"IDAX"), "damaged"),
        ("a.png", _png(width=0), "damaged"),
        ("a.png", _png(width=20_000), "damaged"),
        ("a.pdf", _pdf(CATALOG)[:-8], "damaged"),
        ("a.pdf", _pdf(CATALOG, end=b"<html>"), "damaged"),
        ("a.pdf", _pdf(CATALOG, b"9 0 obj << /Encrypt 8 0 R >>"), "encrypted"),
        ("a.pdf", _pdf(CATALOG, b"<< /S /JavaScript /JS (x) >>"), "active_content"),
        ("a.pdf", _pdf(CATALOG, b"<< /S /J#61vaScri#70t >>"), "active_content"),
        ("a.pdf", _pdf(CATALOG, b"<< /J#53 (x) >>"), "active_content"),
        ("a.pdf", _pdf(CATALOG, b"<< /OpenAction 3 0 R >>"), "active_content"),
        ("a.pdf", _pdf(b"(>>stream\n) /Launch (endstream)"), "active_content"),
        (
            "a.pdf",
            _pdf(_packed(b"/Type /ObjStm", b"<< /Launch 1 >>")),
            "active_content",
        ),
        ("a.pdf", _pdf(_packed(b"/Type /ObjStm", b"<< /AA 1 >>")), "active_content"),
        ("a.pdf", _pdf(_packed(b"", b"<< /EmbeddedFile 1 >>")), "active_content"),
        (
            "a.pdf",
            _pdf(b"%stream", _packed(b"/Type /ObjStm", b"<< /Launch 1 >>")),
            "active_content",
        ),
        (
            "a.pdf",
            _pdf(_packed(b"/Type /Obj#53tm /LZWDecode", b"<< /Launch 1 >>")),
            "active_content",
        ),
        (
            "a.pdf",
            _pdf(_packed(b"/Type /ObjStm", b" " * 3_000_000 + b"/Launch")),
            "active_content",
        ),
    ],
)
def test_anything_else_is_refused_and_says_why(
    name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        files.checked(name, content)
    assert (refused.value.field, refused.value.reason) == ("file", reason)


@pytest.mark.parametrize(
    "filler", [b"/#", b"stream\n", b"(((", b"/AAAA", b"%", b"stream\nendstream"]
)
def test_a_large_file_is_looked_through_in_seconds(filler: bytes) -> None:
    times = (files.LARGEST_BYTES - 1000) // len(filler)
    began = process_time()
    with suppress(Invalid):
        files.checked("a.pdf", _pdf(filler * times))
    assert process_time() - began < 20


def test_noise_is_refused_or_kept_and_never_breaks_anything() -> None:
    chance = random.Random(5)
    whole = (PLAIN_JPEG, _png(), _pdf(CATALOG, PAGE))
    outcomes = set()
    for _ in range(600):
        content = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            outcomes.add(files.checked("a", bytes(content)).type)
        except Invalid as refused:
            outcomes.add(refused.field)
    assert "file" in outcomes


async def test_a_document_is_sealed_kept_once_and_read_again(
    database: Database, keyring: Keyring
) -> None:
    file = Sound(name="a.pdf", type="application/pdf", content=b"%PDF-secret")
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        for new in (True, False):
            document, is_new = await documents.add(
                session,
                case,
                file=file,
                visibility=Visibility.STAFF,
                keyring=keyring,
                by=actor(who.clerk),
                now=NOON,
            )
            assert is_new is new
        assert case.steps == 2
        assert b"secret" not in document.sealed
        found = await documents.by_reference(session, case, document.reference)
        assert documents.content_of(found, keyring=keyring) == file.content
        other = await asked(session, who.world, keyring, kind=CaseKind.PARDON)
        with pytest.raises(NotFound):
            await documents.by_reference(session, other.case, document.reference)


async def test_a_case_has_thirty_documents_and_no_more(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        for number in range(documents.MOST):
            await _add(session, case, number, keyring, who)
        with pytest.raises(TooManyDocuments):
            await _add(session, case, documents.MOST, keyring, who)
        assert len((await session.exec(select(CaseDocument.id))).all()) == 31


async def _add(session, case, number, keyring, who) -> None:
    await documents.add(
        session,
        case,
        file=Sound(name="a.pdf", type="application/pdf", content=b"%d" % number),
        visibility=Visibility.FAMILY,
        keyring=keyring,
        by=actor(who.clerk),
        now=NOON,
    )
