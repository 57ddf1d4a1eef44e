"""Nobody plays without a reason, and every play is on record."""

import pytest

from tests import make
from tests.visitation.recordings.recorded import (
    END,
    MINUTE,
    ended,
    finished,
    noted,
    scene,
)
from visitation.audit import Actor
from visitation.database import Database
from visitation.errors import Invalid, NotAllowed
from visitation.recordings import listing, playing
from visitation.recordings.refusing import NotPlayable
from visitation.recordings.tables import RecordingPlay
from visitation.words import PlayReason, Role

NOW = END + 5 * MINUTE


async def test_a_reason_gives_leave_for_two_hours_to_whoever_asked(
    database: Database,
) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording = await finished(session, told)
        other = await make.account(session, Role.WARDEN)
        leave = await playing.ask(
            session,
            recording,
            reason=PlayReason.COMPLAINT,
            note=" شکایت خانواده ",
            by=told.warden,
            now=NOW,
        )
        assert (leave.reason, leave.note) == (PlayReason.COMPLAINT, "شکایت خانواده")
        assert leave.until == NOW + 120 * MINUTE

        mine = told.account.id
        at = {"now": leave.until - MINUTE}
        assert await playing.leave_of(session, recording, mine, **at) == leave
        assert await playing.leave_of(session, recording, other.id, **at) is None
        over = await playing.leave_of(session, recording, mine, now=leave.until)
        assert over is None
        assert (await noted(session, recording))[-1] == (
            "recording_play_asked",
            {"play": leave.id, "reason": "complaint"},
        )


async def test_who_asks_again_has_the_longer_leave(database: Database) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording = await finished(session, told)
        _first, second = [
            await playing.ask(
                session,
                recording,
                reason=PlayReason.CASE,
                note="",
                by=told.warden,
                now=at,
            )
            for at in (NOW, NOW + MINUTE)
        ]
        mine = told.account.id
        found = await playing.leave_of(session, recording, mine, now=NOW + 2 * MINUTE)
        assert found == second


@pytest.mark.parametrize(
    ("reason", "note", "why"),
    [
        (PlayReason.OTHER, "  ", "missing"),
        (PlayReason.CASE, "x" * 301, "too_long"),
    ],
)
async def test_another_reason_needs_words_and_none_too_many(
    database: Database, reason: PlayReason, note: str, why: str
) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording = await finished(session, told)
        with pytest.raises(Invalid, match=why):
            await playing.ask(
                session, recording, reason=reason, note=note, by=told.warden, now=NOW
            )


async def test_only_staff_ask_and_only_for_what_is_finished(
    database: Database,
) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording = await finished(session, told)
        asked = {"reason": PlayReason.CASE, "note": "", "now": NOW}
        with pytest.raises(NotAllowed):
            await playing.ask(
                session, recording, **asked, by=Actor.participant(told.visitor.id)
            )
        again = await ended(session, told, "rec-2")
        with pytest.raises(NotPlayable):
            await playing.ask(session, again, **asked, by=told.warden)


async def test_what_is_played_and_taken_out_is_on_record(database: Database) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording, by = await finished(session, told), told.warden
        leave = await playing.ask(
            session, recording, reason=PlayReason.SECURITY, note="", by=by, now=NOW
        )
        (file,) = await listing.playable(session, recording.id)

    async with database.write() as session:
        for at in (NOW + MINUTE, NOW + 2 * MINUTE):
            await playing.played(session, recording, leave, file, by=by, now=at)
        await playing.taken_out(session, recording, leave, by=by, now=NOW)

    async with database.read() as session:
        kept = await session.get_one(RecordingPlay, leave.id)
        assert kept.first_played_at == NOW + MINUTE
        play = {"play": leave.id}
        assert (await noted(session, recording))[-3:] == [
            ("recording_played", play | {"file": file.id}),
            ("recording_played", play | {"file": file.id}),
            ("recording_taken_out", play),
        ]
