"""What changes around the visits, by name: each gives an act, or nothing to do."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from tests.scheduler.machine import acts_world as world
from tests.scheduler.machine.acts import Act
from tests.scheduler.machine.drawing import Draw
from tests.scheduler.machine.ground import PITCH
from tests.scheduler.machine.model import Model
from visitation.words import ContactState

Change = Callable[[Model, Draw, int], Act | None]
One = TypeVar("One")


def latest(rows: Iterable[One], pick: int) -> One:
    """One of what there is, what came last most readily."""
    found = list(rows)
    return found[-1 - pick % len(found)]


def _prisoner(model: Model, draw: Draw) -> int:
    return model.ground.prisoners[draw.prisoner]


def _transfer(model: Model, draw: Draw, pick: int) -> Act:
    return world.Transfer(_prisoner(model, draw))


def _release(model: Model, draw: Draw, pick: int) -> Act:
    return world.Release(_prisoner(model, draw), pick % 4)


def _bar(model: Model, draw: Draw, pick: int) -> Act:
    """Against everybody, or one of the contacts."""
    prisoner = _prisoner(model, draw)
    links = [two for one, two in model.ground.contacts if one == prisoner]
    visitor = None if draw.party == 0 else latest(links, pick)
    until = model.now + timedelta(days=1 + pick % 3)
    return world.OrderBar(prisoner, visitor, model.now, until)


def _lift_bar(model: Model, draw: Draw, pick: int) -> Act | None:
    return world.LiftBar(latest(model.bars, pick)) if model.bars else None


def _keep_apart(model: Model, draw: Draw, pick: int) -> Act:
    who = model.ground.prisoners
    return world.KeepApart(frozenset(who) - {_prisoner(model, draw)})


def _summon(model: Model, draw: Draw, pick: int) -> Act:
    start = max(draw.time(model), model.now)
    return world.Summon(_prisoner(model, draw), start, start + (1 + pick % 4) * PITCH)


def _unsummon(model: Model, draw: Draw, pick: int) -> Act | None:
    return world.Unsummon(latest(model.away, pick)) if model.away else None


def _decide(state: ContactState) -> Change:
    def decide(model: Model, draw: Draw, pick: int) -> Act:
        link = latest(model.ground.contacts, pick)
        return world.Decide(link, state, 1 + draw.slot)

    return decide


def _approve(model: Model, draw: Draw, pick: int) -> Act | None:
    links = [*model.banned, *model.suspended]
    if not links:
        return None
    return world.Decide(latest(links, pick), ContactState.APPROVED, 1)


def _order(model: Model, draw: Draw, pick: int) -> Act:
    return world.Order(latest(model.ground.stations, pick))


def _mend(model: Model, draw: Draw, pick: int) -> Act | None:
    return world.Order(min(model.broken)) if model.broken else None


CHANGES: dict[str, Change] = {
    "keep_apart": _keep_apart,
    "order": _order,
    "mend": _mend,
    "bar": _bar,
    "lift_bar": _lift_bar,
    "summon": _summon,
    "unsummon": _unsummon,
    "ban": _decide(ContactState.BANNED),
    "suspend": _decide(ContactState.SUSPENDED),
    "approve": _approve,
    "transfer": _transfer,
    "release": _release,
}
