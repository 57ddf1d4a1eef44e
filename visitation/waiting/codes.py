"""Reply codes of offers: six digits, sealed, with a fingerprint for looking them up.

Of their own purpose, so that a reply code opens no visit and a join code answers no
offer.
"""

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.database import is_conflict
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.waiting.tables import Offer
from visitation.words import OfferState

CODE_DIGITS = 6
TRIES = 20
PURPOSE = "offer-code"


class NoSuchOffer(VisitationError):
    """Nothing is offered under this code, or not to this phone, or not any more."""


async def add(session: AsyncSession, offer: Offer, *, keyring: Keyring) -> str:
    """Store an offer under a code that no other open offer has, and return the code.

    Raises:
        RuntimeError: if no free code was found, which needs most of a million in use.
    """
    for _ in range(TRIES):
        code = keyring.digits(CODE_DIGITS)
        try:
            async with session.begin_nested():
                offer.code_fingerprint = keyring.fingerprint(PURPOSE, code)
                offer.code_sealed = keyring.seal(PURPOSE, code)
                session.add(offer)
                await session.flush()
        except IntegrityError as error:
            if not is_conflict(error) or not await _in_use(session, code, keyring):
                raise
            continue
        return code
    raise RuntimeError("no free reply code")


def code_of(offer: Offer, *, keyring: Keyring) -> str | None:
    """The offer's code, or None once it has been answered."""
    if offer.code_sealed is None:
        return None
    return keyring.open(PURPOSE, offer.code_sealed)


async def find_by_code(session: AsyncSession, code: str, *, keyring: Keyring) -> Offer:
    """The open offer whose code this is.

    Raises:
        NoSuchOffer: if there is none.
    """
    rows = await session.exec(
        select(Offer).where(
            Offer.code_fingerprint == keyring.fingerprint(PURPOSE, code),
            col(Offer.state) == OfferState.OPEN,
        )
    )
    offer = rows.first()
    if offer is None:
        raise NoSuchOffer
    return offer


async def _in_use(session: AsyncSession, code: str, keyring: Keyring) -> bool:
    rows = await session.exec(
        select(Offer.id).where(
            Offer.code_fingerprint == keyring.fingerprint(PURPOSE, code)
        )
    )
    return rows.first() is not None
