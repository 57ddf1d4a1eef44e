"""Knocking with a code: who opens a door by it, and how often it may be tried.

On a known device the code alone is enough, so there it opens, or tells its time, only
around the day of its visit: a stranger who tries codes learns nothing of the weeks
ahead.
"""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.attempts import guesses
from visitation.attempts.guesses import Guess
from visitation.calls.entries import Entry, entry_by_code
from visitation.keyring import Keyring
from visitation.visits import NoSuchCode

#: How far from its door a device says anything about a visit.
AROUND = timedelta(days=1)


async def knock(
    session: AsyncSession, guess: Guess, *, keyring: Keyring, now: datetime
) -> Entry | None:
    """The entry that a code opens; None if it opens none.

    That is remembered too, so commit whatever the answer.

    Raises:
        TooMany: if the code, the phone, the device or the address had too many.
    """
    await guesses.begin(session, guess, keyring=keyring, now=now)
    try:
        entry = await entry_by_code(
            session,
            code=guess.code,
            phone_digits=guess.phone_digits,
            keyring=keyring,
            now=now,
        )
    except NoSuchCode:
        entry = None
    if entry is None or (guess.at_device and not _is_near(entry, now)):
        await guesses.failed(session, guess, keyring=keyring, now=now)
        return None
    who = f"participant {entry.participant_id}"
    await guesses.opened(session, guess, who=who, keyring=keyring, now=now)
    return entry


def _is_near(entry: Entry, now: datetime) -> bool:
    return entry.opens_at - AROUND <= now < entry.closes_at + AROUND
