"""Knocking with the code of an offer, and how often that may be tried."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import offers
from scheduler.offers import Offered
from visitation.attempts import guesses
from visitation.attempts.guesses import Guess
from visitation.keyring import Keyring
from visitation.waiting import NoSuchOffer


async def knock(
    session: AsyncSession, guess: Guess, *, keyring: Keyring, now: datetime
) -> Offered | None:
    """The open offer of a code and a phone's digits; None if there is none.

    That is remembered too, so commit whatever the answer.

    Raises:
        TooMany: if the code, the phone or the address had too many.
    """
    await guesses.begin(session, guess, keyring=keyring, now=now)
    try:
        offered = await offers.find(
            session,
            code=guess.code,
            phone_digits=guess.phone_digits or "",
            keyring=keyring,
            now=now,
        )
    except NoSuchOffer:
        await guesses.failed(session, guess, keyring=keyring, now=now)
        return None
    who = f"participant {offered.participant_id}"
    await guesses.opened(session, guess, who=who, keyring=keyring, now=now)
    return offered
