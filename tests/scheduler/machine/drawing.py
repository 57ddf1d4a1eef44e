"""What is drawn: mostly what may well be booked, at times with something amiss."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.scheduler.machine.ground import (
    LENGTH,
    MINUTE,
    OFF,
    SLOTS_A_DAY,
    day_after,
    slot_start,
)
from tests.scheduler.machine.model import Ask, Model, local

#: Days from today: near ones often, the week after next Saturday, weeks ahead.
DAYS = st.sampled_from((1, 1, 2, 2, 1, 5, 6, 0))
SLOTS = st.integers(0, SLOTS_A_DAY - 1)
PICK = st.integers(0, 23)
Twist = Callable[[Model, Ask], Ask]


@dataclass(frozen=True)
class Draw:
    """Numbers that become an ask once it is known who and what there is."""

    day: int
    slot: int
    terminal: int
    prisoner: int
    party: int
    place: int
    twists: tuple[int, ...]
    override: bool = False

    def time(self, model: Model) -> datetime:
        return slot_start(local(model.now) + timedelta(days=self.day), self.slot)

    def ask(self, model: Model) -> Ask:
        ground = model.ground
        prisoner = ground.prisoners[self.prisoner]
        start = self.time(model)
        prison = model.prison_of(prisoner)
        here = [one for one, site in ground.terminals.items() if site == prison]
        kiosks = list(ground.kiosks)
        ask = Ask(
            prison=prison,
            terminal=here[self.terminal % len(here)],
            start=start,
            end=start + LENGTH,
            kind="family",
            prisoner=prisoner,
            visitors=self.visitors(model),
            kiosk=kiosks[0] if self.place == 0 else None,
            override=self.override,
        )
        names = model.twists or tuple(TWISTS)
        for number in self.twists:
            ask = TWISTS[names[number % len(names)]](model, ask)
        return ask

    def visitors(self, model: Model) -> frozenset[int]:
        """Contacts of the prisoner who are no lawyers; a child never alone."""
        ground = model.ground
        prisoner = ground.prisoners[self.prisoner]
        known = [
            who
            for one, who in ground.contacts
            if one == prisoner and who not in {ground.lawyer, ground.minor}
        ]
        if self.party == 0:
            return frozenset(known)
        return frozenset({known[self.party % len(known)]})


def _official(model: Model, ask: Ask) -> Ask:
    return replace(ask, official=model.ground.officials[0])


def _second_official(model: Model, ask: Ask) -> Ask:
    return replace(ask, official=model.ground.officials[1])


def _covered(model: Model, ask: Ask) -> Ask:
    """By whichever cover there is, fitting or not."""
    if not model.covers:
        return _official(model, ask)
    number, cover = max(model.covers.items())
    kiosk = list(model.ground.kiosks)[2] if cover.mobile else ask.kiosk
    return replace(ask, official=cover.official, cover=number, kiosk=kiosk)


def _elsewhere(model: Model, ask: Ask) -> Ask:
    return replace(
        ask,
        terminal=next(
            one for one, site in model.ground.terminals.items() if site != ask.prison
        ),
    )


def _away(model: Model, ask: Ask) -> Ask:
    other = next(one for one in model.ground.prisons if one != ask.prison)
    here = [one for one, site in model.ground.terminals.items() if site == other]
    return replace(ask, prison=other, terminal=here[0])


def _kiosk(number: int) -> Twist:
    return lambda model, ask: replace(ask, kiosk=list(model.ground.kiosks)[number])


def _shifted(by: timedelta, longer: timedelta = timedelta(0)) -> Twist:
    return lambda model, ask: replace(
        ask, start=ask.start + by, end=ask.end + by + longer
    )


def _holiday(model: Model, ask: Ask) -> Ask:
    start = slot_start(day_after(OFF), 0)
    return replace(ask, start=start, end=start + LENGTH)


def _legal(model: Model, ask: Ask) -> Ask:
    return replace(ask, kind="legal", visitors=frozenset({model.ground.lawyer}))


def _now(model: Model, ask: Ask) -> Ask:
    """It has begun, or begins in a moment."""
    start = model.now - timedelta(minutes=model.now.minute % 5 + 5)
    return replace(ask, start=start, end=start + LENGTH)


TWISTS: dict[str, Twist] = {
    "official": _official,
    "second_official": _second_official,
    "covered": _covered,
    "wanted": lambda m, a: replace(a, wanted=True),
    "disabled_official": lambda m, a: replace(a, official=m.ground.gone),
    "no_account": lambda m, a: replace(a, official=m.ground.by.account_id),
    "official_visit": lambda m, a: replace(
        a, kind="official", official=m.ground.officials[0], visitors=frozenset()
    ),
    "nobody_official": lambda m, a: replace(a, kind="official"),
    "legal": _legal,
    "legal_family": lambda m, a: replace(a, kind="legal"),
    "legal_official": lambda m, a: _official(m, _legal(m, a)),
    "nobody": lambda m, a: replace(a, visitors=frozenset()),
    "child": lambda m, a: replace(
        a, prisoner=m.ground.prisoners[2], visitors=frozenset({m.ground.minor})
    ),
    "crowd": lambda m, a: replace(a, visitors=frozenset(m.ground.visitors)),
    "stranger": lambda m, a: replace(a, visitors=frozenset({m.ground.visitors[3]})),
    "terminal_elsewhere": _elsewhere,
    "prison_elsewhere": _away,
    "point": _kiosk(0),
    "abroad": _kiosk(1),
    "mobile": _kiosk(2),
    "no_kiosk": lambda m, a: replace(a, kiosk=max(m.ground.terminals)),
    "early": _shifted(-5 * MINUTE),
    "late": _shifted(10 * MINUTE),
    "odd": _shifted(2 * MINUTE),
    "long": _shifted(timedelta(0), 5 * MINUTE),
    "too_long": _shifted(timedelta(0), 240 * MINUTE),
    "next_month": _shifted(timedelta(days=45)),
    "in_two_weeks": _shifted(timedelta(days=14)),
    "over": _shifted(timedelta(days=-10)),
    "now": _now,
    "holiday": _holiday,
    "family": lambda m, a: replace(a, asker="family"),
}
_TWIST = st.integers(0, len(TWISTS) - 1)
plain: st.SearchStrategy[tuple[int, ...]] = st.just(())
twists = st.one_of(
    plain,
    plain,
    st.tuples(_TWIST),
    st.lists(_TWIST, max_size=3).map(tuple),
)


def draws(
    strategy: st.SearchStrategy[tuple[int, ...]] = twists,
) -> st.SearchStrategy[Draw]:
    return st.builds(
        Draw,
        day=DAYS,
        slot=SLOTS,
        terminal=st.integers(0, 1),
        prisoner=st.integers(0, 2),
        party=st.integers(0, 2),
        place=st.integers(0, 3),
        twists=strategy,
        override=st.sampled_from((False, False, False, True)),
    )
