"""A case and its people, for the tests of this folder."""

from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation import cases
from visitation.audit import Actor
from visitation.cases import Raised, Reader
from visitation.keyring import Keyring
from visitation.people import Account, scope_of
from visitation.words import CaseKind, CaseSource, Role

FURLOUGH = {"reason": "family"}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Whoever has to do with cases."""

    world: World
    judge: Account
    other: Account
    warden: Account
    clerk: Account


async def people(session: AsyncSession) -> People:
    world = await make.world(session)
    return People(
        world=world,
        judge=world.official,
        other=await make.account(session, Role.OFFICIAL, name="حسن رضایی"),
        warden=await make.account(session, Role.WARDEN, sites=[world.prison]),
        clerk=await make.account(session, Role.CLERK, sites=[world.point]),
    )


def actor(account: Account) -> Actor:
    return Actor.account(account.id, Role(account.role))


async def reader(session: AsyncSession, account: Account) -> Reader:
    return Reader(
        account_id=account.id,
        role=Role(account.role),
        scope=await scope_of(session, account),
    )


async def asked(
    session: AsyncSession, world: World, keyring: Keyring, **how: Any
) -> Raised:
    """A family's request for a furlough, at noon."""
    told = {
        "kind": CaseKind.FURLOUGH,
        "prisoner_id": world.prisoner.id,
        "source": CaseSource.FAMILY,
        "visitor_id": world.visitor.id,
        "text": "پدرش بیمار است",
        "answers": FURLOUGH if how.get("kind") is None else {},
        "by": Actor.visitor(world.visitor.id),
        "now": NOON,
    } | how
    return await cases.raise_case(session, keyring=keyring, **told)
