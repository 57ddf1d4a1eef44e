"""One-time codes by which a phone's owner signs in.

Six digits, five minutes, five tries; a code that is sent again is the same code, with
the tries it had. A phone whose owner nobody knows gets a challenge as any other, but no
message. What is refused is remembered, so commit whatever the answer. Knows phones, and
nobody behind them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import attempts, messages
from visitation.attempts import Limit, TooMany
from visitation.devices.tables import Challenge
from visitation.keyring import Keyring, same
from visitation.wording import Template

CODE_DIGITS = 6
TRIES = 5
LIFE = timedelta(minutes=5)
#: Sent again and again, a code lives no longer than this.
LONGEST_LIFE = timedelta(minutes=10)
_CODE, _PHONE = "sign-in-code", "sign-in-phone"
#: «+98912»: numbers that are handed out together, and pumped together.
_PREFIX_LENGTH = 6
_EVERYBODY = "all"

PAUSE = Limit(name="sign-in-pause", most=1, window=timedelta(minutes=1))
SENDS = Limit(name="sign-in-sends", most=5, window=timedelta(days=1))
CHECKS = Limit(name="sign-in-checks", most=10, window=timedelta(days=1))
_ASKED = Limit(name="sign-in-asked", most=1, window=timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many codes are sent within an hour before something must be wrong.

    Attributes:
        per_address: to phones that were asked for from there; it may be a carrier's,
            with thousands of people behind it.
        numbers_per_address: how many numbers, known or not, may be asked for from one
            address within ten minutes.
    """

    per_address: int = 1000
    per_prefix: int = 1000
    altogether: int = 2000
    numbers_per_address: int = 1000

    def limits(self, phone: str, address: str) -> tuple[tuple[Limit, str], ...]:
        """What one more message is counted under."""
        return (
            (_hourly("sign-in-sent", self.per_address), address),
            (_hourly("sign-in-prefix", self.per_prefix), phone[:_PREFIX_LENGTH]),
            (_hourly("sign-in-all", self.altogether), _EVERYBODY),
        )

    @property
    def of_address(self) -> Limit:
        """For how many numbers an address may ask: a short while, so it soon may."""
        return Limit(
            name="sign-in-address",
            most=self.numbers_per_address,
            window=timedelta(minutes=10),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking for a code; the asker is told the reference alone.

    Attributes:
        sent: whether a message was written.
        held_back: whether one was not because a budget is spent.
    """

    reference: str
    sent: bool = False
    held_back: bool = False


async def ask(
    session: AsyncSession,
    *,
    phone: str,
    language: str | None,
    address: str,
    keyring: Keyring,
    now: datetime,
    budget: Budget,
) -> Asked:
    """Send a code to a phone, or the one that was sent once more.

    Asked again within a minute, or too often in a day, the same challenge goes on and
    nothing is sent. `phone` is E.164; `language` is its owner's, None if nobody known
    has the phone; `address` is whoever asks, as a fingerprint.

    Raises:
        TooMany: if the address asks for too many numbers, or the phone had its day's
            share of codes and none of them is good any more.
    """
    whose = keyring.fingerprint(_PHONE, phone)
    # Once for each number: nobody uses up what the others of an address may ask.
    asked_before = keyring.fingerprint(_PHONE, f"{address} {phone}")
    if not await attempts.count(session, _ASKED, asked_before, now=now):
        await attempts.add(session, _ASKED, asked_before, now=now)
        await attempts.hit(session, budget.of_address, address, now=now)
    try:
        async with session.begin_nested():
            await attempts.hit(session, PAUSE, whose, now=now)
            await attempts.hit(session, SENDS, whose, now=now)
    except TooMany:
        going_on = await _live(session, whose, now)
        if going_on is None:
            raise
        return Asked(reference=going_on.reference)
    challenge = await _live(session, whose, now)
    if challenge is None:
        challenge = _begun(phone, whose, keyring=keyring, now=now)
    challenge.sends += 1
    challenge.expires_at = min(now + LIFE, challenge.created_at + LONGEST_LIFE)
    session.add(challenge)
    await session.flush()
    if language is None:
        return Asked(reference=challenge.reference)
    if not await _within(session, budget.limits(phone, address), now):
        return Asked(reference=challenge.reference, held_back=True)
    await _send(session, challenge, phone=phone, language=language, now=now)
    return Asked(reference=challenge.reference, sent=True)


async def _send(
    session: AsyncSession,
    challenge: Challenge,
    *,
    phone: str,
    language: str,
    now: datetime,
) -> None:
    await messages.put(
        session,
        Template.SIGN_IN,
        dedup_key=f"challenge:{challenge.id}:{challenge.sends}",
        phone=phone,
        language=language,
        variables={},
        challenge_id=challenge.id,
        now=now,
        expires_at=challenge.expires_at,
    )


async def check(
    session: AsyncSession,
    *,
    reference: str,
    code: str,
    keyring: Keyring,
    now: datetime,
) -> str | None:
    """The phone that a code was sent to, or None if the code is not good (any more).

    Raises:
        TooMany: if the phone had its day's share of tries.
    """
    row = (
        await session.exec(
            update(Challenge)
            .where(
                col(Challenge.reference) == reference,
                col(Challenge.tries) < TRIES,
                col(Challenge.used_at).is_(None),
                col(Challenge.expires_at) > now,
            )
            .values(tries=Challenge.tries + 1)
            .returning(col(Challenge.id), col(Challenge.phone_fingerprint))
            .execution_options(synchronize_session=False)
        )
    ).first()
    if row is None:
        return None
    challenge_id, whose = row
    await attempts.hit(session, CHECKS, whose, now=now)
    challenge = await session.get_one(Challenge, challenge_id, populate_existing=True)
    right = same(challenge.code_fingerprint or "", _print(reference, code, keyring))
    if not right:
        return None
    assert challenge.phone_sealed is not None
    phone = keyring.open(_PHONE, challenge.phone_sealed)
    challenge.used_at = now
    challenge.code_sealed = challenge.code_fingerprint = challenge.phone_sealed = None
    session.add(challenge)
    return phone


async def phone_of(
    session: AsyncSession, reference: str, *, keyring: Keyring, now: datetime
) -> str | None:
    """The phone that a challenge was sent to, as long as it may be sent again."""
    rows = await session.exec(
        select(Challenge.phone_sealed).where(
            Challenge.reference == reference,
            col(Challenge.used_at).is_(None),
            col(Challenge.created_at) > now - LONGEST_LIFE,
        )
    )
    sealed = rows.first()
    return None if sealed is None else keyring.open(_PHONE, sealed)


def code_of(challenge: Challenge, *, keyring: Keyring) -> str | None:
    """The challenge's code, for the message; None once it has been used."""
    if challenge.code_sealed is None:
        return None
    return keyring.open(_CODE, challenge.code_sealed)


async def forget_challenges(session: AsyncSession, *, now: datetime) -> int:
    """Delete challenges that have run out; return how many."""
    deleted = await session.exec(
        delete(Challenge).where(col(Challenge.expires_at) <= now)
    )
    return deleted.rowcount


def _begun(phone: str, whose: str, *, keyring: Keyring, now: datetime) -> Challenge:
    reference, code = keyring.reference(), keyring.digits(CODE_DIGITS)
    return Challenge(
        reference=reference,
        phone_fingerprint=whose,
        phone_sealed=keyring.seal(_PHONE, phone),
        code_fingerprint=_print(reference, code, keyring),
        code_sealed=keyring.seal(_CODE, code),
        created_at=now,
        expires_at=now + LIFE,
    )


def _print(reference: str, code: str, keyring: Keyring) -> str:
    return keyring.fingerprint(_CODE, f"{reference}:{code}")


def _hourly(name: str, most: int) -> Limit:
    return Limit(name=name, most=most, window=timedelta(hours=1))


async def _live(session: AsyncSession, whose: str, now: datetime) -> Challenge | None:
    rows = await session.exec(
        select(Challenge)
        .where(
            Challenge.phone_fingerprint == whose,
            col(Challenge.used_at).is_(None),
            col(Challenge.tries) < TRIES,
            col(Challenge.expires_at) > now,
        )
        .order_by(col(Challenge.id).desc())
    )
    return rows.first()


async def _within(
    session: AsyncSession, limits: Iterable[tuple[Limit, str]], now: datetime
) -> bool:
    try:
        async with session.begin_nested():
            for limit, key in limits:
                await attempts.hit(session, limit, key, now=now)
    except TooMany:
        return False
    return True
