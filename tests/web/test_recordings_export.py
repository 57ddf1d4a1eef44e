"""Taking a recording out: one file that proves itself, for whoever gave a reason."""

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError

from tests.make import World
from tests.web import shelves
from tests.web.conftest import Site, Start
from tests.web.shelves import CONTENT, Kept
from visitation.recordings import exporting
from visitation.recordings.exporting import PURPOSE, Unsound
from visitation.recordings.segments import HEADER_BYTES
from visitation.words import Role


@pytest.fixture
async def site(start_site: Start, tmp_path: Path) -> Site:
    return await start_site(settings=shelves.settings(tmp_path / "recordings"))


@pytest.fixture
async def asked(site: Site, world: World, english: None) -> Kept:
    """A finished recording, and an auditor who gave a reason."""
    made = await shelves.kept(site, world)
    await site.sign_in(Role.AUDITOR, provinces=[world.prison.province_id])
    await shelves.ask(site, made, reason="court_order")
    return made


async def test_an_export_holds_the_files_and_proves_itself(
    site: Site, asked: Kept
) -> None:
    answer = await site.get(f"{asked.path}/export")
    content = await answer.read()
    key = site.keyring.public_key(PURPOSE)
    facts = exporting.verify(io.BytesIO(content), key)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        names = opened.namelist()
        films = [opened.read(name) for name in names if name.endswith(".webm")]
        how_to = opened.read("HOW-TO-VERIFY.fa.txt").decode()
        stored = {one.compress_type for one in opened.infolist()}

    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    assert films == [CONTENT, CONTENT[:5000]]
    assert stored == {zipfile.ZIP_STORED}
    assert base64.b64encode(key).decode() in how_to
    assert facts["reason"] == "court_order"
    assert [one["sha256"] for one in facts["files"]] == [
        one.sha256 for one in asked.files
    ]
    assert {one["part"] for one in facts["participants"]} == {"prisoner", "visitor"}


async def test_taking_it_out_is_on_record(site: Site, asked: Kept) -> None:
    await site.request("HEAD", f"{asked.path}/export")
    await (await site.get(f"{asked.path}/export")).read()

    (out,) = await shelves.acts(site.database, "recording_taken_out")
    (leave,) = await shelves.acts(site.database, "recording_play_asked")
    assert out == {"play": leave["play"]}


async def test_the_page_shows_the_key_that_checks_it(site: Site, asked: Kept) -> None:
    page = await (await site.get(asked.path)).text()
    key = base64.b64encode(site.keyring.public_key(PURPOSE)).decode()

    assert key.replace("+", "&#43;") in page or key in page


async def test_a_damaged_file_leaves_no_export_that_opens(
    site: Site, world: World, english: None
) -> None:
    found = await shelves.kept(site, world, contents=(CONTENT * 4,))
    await site.sign_in(Role.AUDITOR)
    await shelves.ask(site, found)
    path = found.on_disk()
    shelves.flipped(path, path.stat().st_size // 2)
    answer = await site.get(f"{found.path}/export")

    assert answer.status == 200
    with pytest.raises(ClientPayloadError):
        await answer.read()
    (act,) = await shelves.acts(site.database, "recording_damaged")
    assert (act["file"], act["how"]) == (
        found.address().rpartition("/")[2],
        "altered",
    )


async def test_a_list_that_was_changed_is_refused_before_anything_is_sent(
    site: Site, asked: Kept
) -> None:
    manifest = asked.on_disk().parent / "manifest.sealed"
    shelves.flipped(manifest, HEADER_BYTES + 20)
    answer = await site.get(f"{asked.path}/export")

    assert answer.status == 409
    assert "manifest.sealed" in await answer.text()
    assert await shelves.acts(site.database, "recording_taken_out") == []


async def test_what_was_changed_in_an_export_is_found(site: Site, asked: Kept) -> None:
    content = await (await site.get(f"{asked.path}/export")).read()
    key, other = site.keyring.public_key(PURPOSE), site.keyring.public_key("other")
    place = content.index(CONTENT[:100])
    bent = content[:place] + b"\xff" + content[place + 1 :]
    facts = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("manifest.json"))
    film = facts["files"][0]["name"]

    found = []
    for changed, by in ((bent, key), (content, other), (content[:-500], key)):
        with pytest.raises(Unsound) as told:
            exporting.verify(io.BytesIO(changed), by)
        found.append((told.value.why, told.value.name))
    assert found == [
        ("altered", film),
        ("signature", "manifest.json"),
        ("unreadable", ""),
    ]
