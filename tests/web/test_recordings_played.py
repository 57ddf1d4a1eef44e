"""Playing: a reason first, then ranges; what is damaged is refused by its segment."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError

from tests.make import World
from tests.web import shelves, worlds
from tests.web.conftest import PASSWORD, Site, Start
from tests.web.shelves import CONTENT, Kept
from visitation.recordings import keys, paths
from visitation.recordings.sealed import PIECE
from visitation.recordings.segments import HEAD_BYTES, HEADER_BYTES, TAG_BYTES
from visitation.words import Role

SEGMENT = HEAD_BYTES + PIECE + TAG_BYTES


@pytest.fixture
async def site(start_site: Start, tmp_path: Path) -> Site:
    return await start_site(settings=shelves.settings(tmp_path / "recordings"))


@pytest.fixture
async def found(site: Site, world: World, english: None) -> Kept:
    """A finished recording, and an auditor who has not asked yet."""
    made = await shelves.kept(site, world)
    await site.sign_in(Role.AUDITOR, provinces=[world.prison.province_id])
    return made


@pytest.fixture
async def asked(site: Site, found: Kept) -> Kept:
    """The same, once the auditor has given a reason."""
    assert await shelves.ask(site, found) == 303
    return found


def slipped(path: Path) -> None:
    """Put the second segment before the first."""
    content = path.read_bytes()
    ends = [HEADER_BYTES + SEGMENT * number for number in range(3)]
    parts = [content[: ends[0]], content[ends[1] : ends[2]], content[ends[0] : ends[1]]]
    path.write_bytes(b"".join([*parts, content[ends[2] :]]))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: HEADER_BYTES + 2 * SEGMENT])


def dropped(path: Path) -> None:
    content, first = path.read_bytes(), HEADER_BYTES + SEGMENT
    path.write_bytes(content[:first] + content[first + SEGMENT :])


def bent(path: Path) -> None:
    shelves.flipped(path, HEADER_BYTES + SEGMENT + 999)


def plain(text: str) -> str:
    """A text without the marks that keep names apart from what is around them."""
    return text.replace(chr(0x2068), "").replace(chr(0x2069), "")


async def test_nothing_is_played_without_a_reason(site: Site, found: Kept) -> None:
    page = await worlds.text(await site.get(found.path))

    assert "Why do you play it?" in page
    assert "<video" not in page
    assert (await site.get(found.address())).status == 404
    assert (await site.get(f"{found.address()}/check")).status == 404
    assert (await site.get(f"{found.path}/export")).status == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "Fill this in."),
        ({"reason": "curiosity"}, "Choose one from the list."),
        ({"reason": "other"}, "Fill this in."),
        ({"reason": "case", "note": "x" * 301}, "Use 300 characters at most."),
    ],
)
async def test_a_reason_is_one_of_those_there_are(
    site: Site, found: Kept, typed: dict[str, str], said: str
) -> None:
    answer = await site.post(f"{found.path}/ask", typed)

    assert answer.status in {409, 422}
    assert said in await worlds.text(answer)
    assert await shelves.acts(site.database, "recording_play_asked") == []


async def test_the_reason_is_on_record_and_shown_to_who_asks_next(
    site: Site, found: Kept, world: World
) -> None:
    await shelves.ask(site, found, reason="court_order", note="پروندهٔ ۱۲۳")
    await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])
    page = await worlds.text(await site.get(found.path))

    assert "The auditor" in page
    assert "A court ordered it" in page
    assert "پروندهٔ ۱۲۳" in page
    (act,) = await shelves.acts(site.database, "recording_play_asked")
    assert act["reason"] == "court_order"
    assert "پروندهٔ ۱۲۳" not in str(act)


async def test_somebody_elses_leave_is_not_ones_own(
    site: Site, asked: Kept, world: World
) -> None:
    await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])
    assert (await site.get(asked.address())).status == 404


async def test_a_leave_is_over_after_two_hours(site: Site, asked: Kept) -> None:
    site.clock.forward(timedelta(hours=1, minutes=59))
    before = await site.get(asked.address())
    site.clock.forward(timedelta(minutes=2))

    assert before.status == 200
    # Idle for so long, the session is over as well: it begins anew.
    await site.post("/sign-in", {"username": "auditor", "password": PASSWORD})
    assert (await site.get(asked.address())).status == 404


async def test_a_whole_file_comes_as_it_was_recorded(site: Site, asked: Kept) -> None:
    answer = await site.get(asked.address())

    assert await answer.read() == CONTENT
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Type"] == "video/webm"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["ETag"] == f'"{asked.files[0].sha256}"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_any_range_is_its_slice_of_the_file(site: Site, asked: Kept) -> None:
    chance = random.Random(7)
    ends = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, len(CONTENT) - 1]
    pairs = [(a, b) for a in ends for b in ends if a <= b]
    pairs += [sorted(chance.choices(range(len(CONTENT)), k=2)) for _ in range(30)]
    for first, last in pairs:
        asked_for = {"Range": f"bytes={first}-{last}"}
        answer = await site.get(asked.address(), headers=asked_for)

        assert answer.status == 206
        assert await answer.read() == CONTENT[first : last + 1]
        told = f"bytes {first}-{last}/{len(CONTENT)}"
        assert answer.headers["Content-Range"] == told


async def test_the_end_of_a_file_and_a_part_of_the_same_one(
    site: Site, asked: Kept
) -> None:
    etag = f'"{asked.files[0].sha256}"'
    wanted = [
        ({"Range": "bytes=-10"}, 206, CONTENT[-10:]),
        ({"Range": "bytes=196000-"}, 206, CONTENT[196000:]),
        ({"Range": "bytes=5-9", "If-Range": etag}, 206, CONTENT[5:10]),
        ({"Range": "bytes=5-9", "If-Range": '"older"'}, 200, CONTENT),
        ({"Range": "bytes=0-1,4-5"}, 200, CONTENT),
        ({"Range": "bytes=9-5"}, 200, CONTENT),
    ]
    for headers, status, content in wanted:
        answer = await site.get(asked.address(), headers=headers)
        assert (answer.status, await answer.read()) == (status, content)


async def test_beyond_the_end_there_is_nothing(site: Site, asked: Kept) -> None:
    beyond = {"Range": f"bytes={len(CONTENT)}-"}
    answer = await site.get(asked.address(), headers=beyond)

    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert await answer.read() == b""


async def test_head_tells_the_size_and_plays_nothing(site: Site, asked: Kept) -> None:
    answer = await site.request("HEAD", asked.address(), headers={"Range": "bytes=0-1"})

    assert answer.status == 200
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert await shelves.acts(site.database, "recording_played") == []


async def test_each_file_that_is_begun_is_on_record_once(
    site: Site, asked: Kept
) -> None:
    for headers in ({"Range": "bytes=7-"}, {}, {"Range": "bytes=0-"}, {}):
        await (await site.get(asked.address(), headers=headers)).read()
    await (await site.get(asked.address(1))).read()
    await shelves.ask(site, asked)
    await (await site.get(asked.address())).read()

    played = await shelves.acts(site.database, "recording_played")
    first, second = (one.id for one in asked.files)
    assert [one["file"] for one in played] == [first, second, first]
    assert len({one["play"] for one in played}) == 2


@pytest.mark.parametrize("name", ["key", "manifest", "..%2Fkey", "none.webm", "%00"])
async def test_only_the_files_of_the_recording_have_addresses(
    site: Site, asked: Kept, name: str
) -> None:
    assert (await site.get(f"{asked.path}/files/{name}")).status == 404


@pytest.mark.parametrize(
    ("harm", "segment", "how", "said"),
    [
        (bent, 1, "altered", "Segment 1 of the file NAME was changed."),
        (dropped, 1, "missing", "Segment 1 of the file NAME was taken out."),
        (slipped, 0, "reordered", "Segment 0 of the file NAME is not in its place."),
        (cut, 2, "cut", "The file NAME is cut off at segment 2."),
    ],
)
async def test_a_file_that_was_tampered_with_is_refused_by_its_segment(
    site: Site,
    asked: Kept,
    *,
    harm: Callable[[Path], None],
    segment: int,
    how: str,
    said: str,
) -> None:
    harm(asked.on_disk())
    there = {"Range": f"bytes={segment * PIECE + 5}-"}
    answers = [await site.get(asked.address(), headers=there) for _again in range(2)]
    checked = await (await site.get(f"{asked.address()}/check")).json()

    sentence = said.replace("NAME", asked.address().rpartition("/")[2])
    assert [one.status for one in answers] == [409, 409]
    assert sentence in plain(await worlds.text(answers[0]))
    assert plain(checked["sentence"]) == sentence
    (act,) = await shelves.acts(site.database, "recording_damaged")
    assert (act["how"], act["segment"]) == (how, str(segment))


async def test_what_lies_before_the_damage_still_plays(site: Site, asked: Kept) -> None:
    bent(asked.on_disk())
    sound = await site.get(asked.address(), headers={"Range": f"bytes=0-{PIECE - 1}"})
    assert await sound.read() == CONTENT[:PIECE]


async def test_damage_in_the_middle_breaks_off_what_was_begun(
    site: Site, world: World, english: None
) -> None:
    long = CONTENT * 4
    found = await shelves.kept(site, world, contents=(long,))
    await site.sign_in(Role.AUDITOR)
    await shelves.ask(site, found)
    shelves.flipped(found.on_disk(), HEADER_BYTES + 9 * SEGMENT + 100)
    answer = await site.get(found.address())

    assert answer.status == 200
    with pytest.raises(ClientPayloadError):
        await answer.read()
    (act,) = await shelves.acts(site.database, "recording_damaged")
    assert (act["how"], act["segment"]) == ("altered", "9")


async def test_what_is_being_played_ends_with_the_leave(
    site: Site, world: World, english: None
) -> None:
    found = await shelves.kept(site, world, contents=(CONTENT * 60,))
    await site.sign_in(Role.AUDITOR)
    await shelves.ask(site, found)
    answer = await site.get(found.address())
    begun = await answer.content.readexactly(1000)
    site.clock.forward(timedelta(hours=3))

    assert begun == CONTENT[:1000]
    with pytest.raises(ClientPayloadError):
        await answer.read()


async def test_a_file_that_is_gone_and_a_key_that_does_not_open_say_so(
    site: Site, asked: Kept
) -> None:
    asked.on_disk().unlink()
    gone = await site.get(asked.address())
    keys.destroy_key(asked.shelf.directory, asked.recording.reference)
    page = await worlds.text(await site.get(asked.path))

    assert gone.status == 409
    assert "is not there any more" in await worlds.text(gone)
    assert "The key of this recording does not open" in page


async def test_the_page_tells_of_a_list_that_was_changed(
    site: Site, asked: Kept
) -> None:
    home = paths.home(asked.shelf.directory, asked.recording.reference)
    shelves.flipped(home / paths.MANIFEST, HEADER_BYTES + HEAD_BYTES + 3)
    page = await worlds.text(await site.get(asked.path))

    assert "was changed" in page
    assert "<video" not in page
