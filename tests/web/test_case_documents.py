"""Documents of requests: what is taken, how it is given back, and what is refused."""

import io
from typing import Any

import pytest
from aiohttp import FormData

from tests.make import World
from tests.web.conftest import Site
from tests.web.test_cases import asked
from tests.web.worlds import text
from visitation import cases
from visitation.cases import Case
from visitation.people import Account
from visitation.words import Role

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)
SCRIPTED = PDF.replace(b"Type", b"JavaScript")


def form(name: str, content: bytes, **fields: Any) -> FormData:
    sent = FormData({"visibility": "staff"} | fields, quote_fields=False)
    sent.add_field(
        "file", io.BytesIO(content), filename=name, content_type="application/pdf"
    )
    return sent


@pytest.fixture
async def official(site: Site, world: World, english: None) -> Account:
    return await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])


@pytest.fixture
async def path(site: Site, world: World) -> str:
    case = await asked(site, world)
    return f"/cases/{case.reference}"


async def post(site: Site, path: str, sent: FormData) -> Any:
    headers = {"Origin": site.origin}
    return await site.request("POST", path, data=sent, headers=headers)


async def test_a_document_comes_back_as_a_file_that_nothing_runs(
    site: Site, official: Account, path: str
) -> None:
    sent = await post(site, f"{path}/documents", form("گواهی پزشک.pdf", PDF))
    page = await text(await site.get(path))
    href = page.partition(f'href="{path}/documents/')[2].partition('"')[0]
    file = await site.get(f"{path}/documents/{href}")

    assert sent.status == 303
    assert await file.read() == PDF
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == (
        "attachment; filename=\"document\"; filename*=UTF-8''"
        "%DA%AF%D9%88%D8%A7%D9%87%DB%8C%20%D9%BE%D8%B2%D8%B4%DA%A9.pdf"
    )
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "refused",
    [
        ("a.pdf", b"", 409, "this one is empty"),
        ("a.pdf", b"%PDF-" + b"x" * 5 * 1024 * 1024, 413, "larger than 5 megabytes"),
        ("a.zip", b"PK\x03\x04rest", 409, "packed file"),
        ("a.html", b"<script>alert(1)</script>", 409, "would run"),
        ("a.exe", b"MZrest", 409, "would run"),
        ("a.txt", b"hello", 409, "Only photos"),
        ("a.jpg", PDF, 409, "another type"),
        ("a.png", b"\x89PNG\r\n\x1a\nrest", 409, "damaged"),
        ("a.pdf", SCRIPTED, 409, "would run"),
    ],
    ids=lambda one: one[3],
)
async def test_what_is_no_document_is_refused_with_its_reason(
    site: Site, official: Account, path: str, refused: tuple[str, bytes, int, str]
) -> None:
    name, content, status, said = refused
    sent = await post(
        site, f"{path}/documents", form(name, content, visibility="officials")
    )
    page = await text(sent)

    assert sent.status == status
    assert said in page
    # What was chosen beside the file is chosen still.
    assert 'value="officials" checked' in page


async def test_the_same_file_twice_is_one(
    site: Site, official: Account, path: str
) -> None:
    for _ in range(2):
        await post(site, f"{path}/documents", form("a.pdf", PDF))
    page = await text(await site.get(path))

    assert page.count(f'href="{path}/documents/') == 1


async def test_what_officials_keep_to_themselves_a_warden_does_not_fetch(
    site: Site, official: Account, path: str, world: World
) -> None:
    await post(site, f"{path}/documents", form("a.pdf", PDF, visibility="officials"))
    page = await text(await site.get(path))
    href = page.partition(f'href="{path}/documents/')[2].partition('"')[0]
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    assert (await site.get(path)).status == 200
    assert (await site.get(f"{path}/documents/{href}")).status == 404


async def test_a_document_of_another_request_is_not_found_under_this_one(
    site: Site, official: Account, path: str, world: World
) -> None:
    await post(site, f"{path}/documents", form("a.pdf", PDF))
    page = await text(await site.get(path))
    href = page.partition(f'href="{path}/documents/')[2].partition('"')[0]
    other: Case = await asked(
        site, world, kind=cases.kinds.CaseKind.PARDON, answers={}, text=""
    )

    assert (await site.get(f"/cases/{other.reference}/documents/{href}")).status == 404
