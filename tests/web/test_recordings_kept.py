"""Holding, releasing, deleting and checking recordings: administrators keep them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.make import World
from tests.web import shelves, worlds
from tests.web.conftest import PASSWORD, Site, Start
from tests.web.shelves import Kept
from visitation.recordings import paths
from visitation.recordings.keys import KeyWraps
from visitation.recordings.segments import HEADER_BYTES
from visitation.words import RecordingState, Role


@pytest.fixture
async def site(start_site: Start, tmp_path: Path) -> Site:
    return await start_site(settings=shelves.settings(tmp_path / "recordings"))


@pytest.fixture
async def found(site: Site, world: World, english: None) -> Kept:
    """A finished recording, and an administrator."""
    made = await shelves.kept(site, world)
    await site.sign_in(Role.ADMINISTRATOR, provinces=[world.prison.province_id])
    return made


async def test_an_administrator_is_not_offered_to_play(site: Site, found: Kept) -> None:
    page = await worlds.text(await site.get(found.path))

    assert "Why do you play it?" not in page
    assert "Hold it" in page
    assert "Delete it" in page


async def test_what_is_held_is_not_deleted_until_it_is_released(
    site: Site, found: Kept
) -> None:
    held = await site.post(f"{found.path}/hold", {"reason": "court_order"})
    page = await worlds.text(await site.get(found.path))
    refused = [
        await site.get(f"{found.path}/delete"),
        await site.post(f"{found.path}/delete"),
    ]
    released = await site.post(f"{found.path}/release")
    after = await worlds.text(await site.get(found.path))

    assert (held.status, released.status) == (303, 303)
    assert "it is kept until it is released" in page
    assert "(A court ordered it)" in page
    assert "Delete it" not in page
    assert [one.status for one in refused] == [404, 409]
    assert "Delete it" in after
    assert found.on_disk().exists()
    (act,) = await shelves.acts(site.database, "recording_hold")
    assert act == {"reason": "court_order"}


async def test_holding_needs_a_reason(site: Site, found: Kept) -> None:
    answer = await site.post(f"{found.path}/hold", {"reason": ""})

    assert answer.status == 422
    assert await shelves.acts(site.database, "recording_hold") == []


async def test_before_it_is_deleted_the_page_names_what_is_destroyed(
    site: Site, found: Kept
) -> None:
    page = await worlds.text(await site.get(f"{found.path}/delete"))

    assert "the key, without which no copy of the files opens" in page
    assert "2 files with sound and picture" in page
    assert found.on_disk().exists()


async def test_deleting_destroys_key_and_files_and_the_page_says_so(
    site: Site, found: Kept
) -> None:
    answer = await site.post(f"{found.path}/delete")
    page = await worlds.text(await site.get(found.path))

    home = paths.home(found.shelf.directory, found.recording.reference)
    assert answer.status == 303
    assert not home.exists()
    assert "This recording was deleted on Monday 23 November 2026" in page
    assert "An administrator deleted it." in page
    assert "Delete it" not in page
    assert "Hold it" not in page


async def test_what_was_deleted_is_played_by_nobody(
    site: Site, world: World, english: None
) -> None:
    found = await shelves.kept(site, world)
    await site.sign_in(Role.AUDITOR)
    await shelves.ask(site, found)
    await site.sign_in(Role.ADMINISTRATOR)
    await site.post(f"{found.path}/delete")
    await site.post("/sign-in", {"username": "auditor", "password": PASSWORD})
    page = await worlds.text(await site.get(found.path))

    assert "This recording was deleted" in page
    assert "<video" not in page
    assert (await site.get(found.address())).status == 404
    assert (await site.get(f"{found.path}/export")).status == 404
    assert await shelves.ask(site, found) == 409


async def test_one_whose_days_were_over_says_that(
    site: Site, world: World, english: None
) -> None:
    deleted = site.clock() - timedelta(hours=1)
    found = await shelves.kept(
        site,
        world,
        contents=(),
        state=RecordingState.DELETED,
        deleted_at=deleted,
        keep_until=deleted,
    )
    await shelves.note_deleted(site, found, "retention")
    await site.sign_in(Role.AUDITOR)
    page = await worlds.text(await site.get(found.path))

    assert "It was kept as long as its kind is kept." in page


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (RecordingState.RUNNING, 404),
        (RecordingState.ENDED, 404),
        (RecordingState.FAILED, 200),
    ],
)
async def test_what_is_still_at_work_is_not_deleted_by_hand(
    site: Site, world: World, english: None, state: RecordingState, status: int
) -> None:
    found = await shelves.kept(site, world, contents=(), state=state)
    await site.sign_in(Role.ADMINISTRATOR)
    assert (await site.get(f"{found.path}/delete")).status == status


async def test_checking_reads_every_file(site: Site, found: Kept) -> None:
    before = await worlds.text(await site.post(f"{found.path}/check"))
    shelves.flipped(found.on_disk(0), HEADER_BYTES + 40)
    found.on_disk(1).unlink()
    after = await worlds.text(await site.post(f"{found.path}/check"))

    assert "Every file is as it was written." in before
    assert "was changed" in after
    assert "is not there any more" in after
    damages = await shelves.acts(site.database, "recording_damaged")
    assert [one["how"] for one in damages] == ["altered", "gone"]


async def test_an_administrator_reads_which_key_opens_it(
    site: Site, found: Kept
) -> None:
    current = await worlds.text(await site.get(found.path))
    older = KeyWraps("k0", {"k0": b"o" * 32})
    older.write_key(found.shelf.directory, found.recording.reference, found.key)
    wrapped_by_another = await worlds.text(await site.get(found.path))

    assert "Key that wraps its key" in current
    assert "wrap the keys anew" not in current
    assert "which is not the current one: wrap the keys anew" in wrapped_by_another
