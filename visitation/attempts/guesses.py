"""Codes that are typed at a door, and how many wrong ones are borne from whom.

Only the right code with the right phone is forgotten again. A device and an address,
behind which a whole village may stand, are held to their failures alone, and bear one
more for everybody who came in from there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.attempts import counting
from visitation.attempts.counting import Limit
from visitation.keyring import Keyring

_PURPOSE = "attempt"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_TEN_MINUTES = timedelta(minutes=10)

#: A code, or a phone's digits, are guessed from anywhere: few tries.
BY_CODE = (
    Limit(name="code", most=10, window=_HOUR),
    Limit(name="code-day", most=30, window=_DAY),
)
BY_PHONE = (Limit(name="phone", most=20, window=_HOUR),)
#: Where a device is known the code alone is enough, so it has a day's share too. One
#: that somebody has played with is paired again, and is another device.
BY_DEVICE = (
    Limit(name="device", most=20, window=_TEN_MINUTES),
    Limit(name="device-day", most=60, window=_DAY),
)
BY_ADDRESS = (Limit(name="address", most=100, window=_TEN_MINUTES),)
_CAME = Limit(name="came", most=1, window=_DAY)
_EARNED = Limit(name="earned", most=1, window=_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A code as it was typed somewhere.

    Attributes:
        phone_digits: the last of the phone's; None where the device is known.
        where: the device or the address, in a word of its own.
    """

    code: str
    phone_digits: str | None
    where: str

    @property
    def at_device(self) -> bool:
        """Whether it was typed at a device we know."""
        return self.phone_digits is None


async def begin(
    session: AsyncSession, guess: Guess, *, keyring: Keyring, now: datetime
) -> None:
    """Count a guess before it is known whether it is right.

    Guesses of one code, or at one phone, wait for each other from here on.

    Raises:
        TooMany: if the code, the phone, the device or the address had too many.
    """
    where = _print(guess.where, keyring)
    earned = await counting.count(session, _EARNED, where, now=now)
    for limit in _of_source(guess):
        await counting.check(session, limit, where, now=now, more=earned)
    for limit, key in _own(guess, keyring):
        await counting.hit(session, limit, key, now=now)


async def failed(
    session: AsyncSession, guess: Guess, *, keyring: Keyring, now: datetime
) -> None:
    """Count a guess that opened nothing against where it was typed."""
    where = _print(guess.where, keyring)
    for limit in _of_source(guess):
        await counting.add(session, limit, where, now=now)


async def opened(
    session: AsyncSession, guess: Guess, *, who: str, keyring: Keyring, now: datetime
) -> None:
    """Forget what was counted against the code and the phone, and trust the place.

    Once a day for each who comes: whoever has one code earns nothing by typing it
    again and again.
    """
    for limit, key in _own(guess, keyring):
        await counting.forget(session, limit, key)
    came = _print(f"{guess.where} {who}", keyring)
    if not await counting.count(session, _CAME, came, now=now):
        await counting.add(session, _CAME, came, now=now)
        where = _print(guess.where, keyring)
        await counting.add(session, _EARNED, where, now=now)


def _of_source(guess: Guess) -> tuple[Limit, ...]:
    return BY_DEVICE if guess.at_device else BY_ADDRESS


def _own(guess: Guess, keyring: Keyring) -> tuple[tuple[Limit, str], ...]:
    if guess.phone_digits is None:
        return ()
    code = _print(f"code {guess.code}", keyring)
    phone = _print(f"phone {guess.phone_digits}", keyring)
    return (
        *((limit, code) for limit in BY_CODE),
        *((limit, phone) for limit in BY_PHONE),
    )


def _print(text: str, keyring: Keyring) -> str:
    return keyring.fingerprint(_PURPOSE, text)
