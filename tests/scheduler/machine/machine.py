"""The machine itself: it draws what is done next and checks what came of it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)

from tests.scheduler.machine import acts_officials as officials
from tests.scheduler.machine import acts_requests as requests
from tests.scheduler.machine import acts_visits as visits
from tests.scheduler.machine import acts_waiting as waiting
from tests.scheduler.machine import acts_world as world
from tests.scheduler.machine import drawing, ground
from tests.scheduler.machine.acts import Act
from tests.scheduler.machine.changing import CHANGES, latest
from tests.scheduler.machine.drawing import PICK, Draw
from tests.scheduler.machine.ground import PITCH
from tests.scheduler.machine.running import Running
from visitation.words import CANCELLATIONS, Outcome


class Machine(Running):
    """Everything that scheduling can do, in any order, on one database."""

    @initialize(
        booked=st.lists(drawing.draws(drawing.plain), min_size=1, max_size=4),
        asked=st.lists(drawing.draws(drawing.plain), max_size=2),
        joined=st.lists(drawing.draws(drawing.plain), max_size=3),
    )
    def begin(self, booked: list[Draw], asked: list[Draw], joined: list[Draw]) -> None:
        for draw in booked:
            self.perform(visits.Book(draw.ask(self.model)))
        for draw in asked:
            self.request(draw, [(draw.day + 1, draw.slot)])
        for draw in joined:
            self.join(draw, draw.day)

    @rule(draw=drawing.draws())
    def book(self, draw: Draw) -> None:
        self.perform(visits.Book(draw.ask(self.model)))

    @rule(draw=drawing.draws())
    def book_another(self, draw: Draw) -> None:
        self.perform(visits.Book(draw.ask(self.model)))

    @rule(draw=drawing.draws())
    def hold(self, draw: Draw) -> None:
        self.perform(visits.Hold(draw.ask(self.model)))

    @rule(draw=drawing.draws())
    def choose(self, draw: Draw) -> None:
        self.perform(visits.Keep(draw.ask(self.model)))

    @precondition(lambda self: self.model.meetings)
    @rule(pick=PICK)
    def confirm(self, pick: int) -> None:
        offered = {one.visit for one in self.model.offers.values()}
        visit = self._in("held", pick)
        if visit not in offered:
            self.perform(visits.Confirm(visit))

    @precondition(lambda self: self.model.meetings)
    @rule(pick=PICK, draw=drawing.draws())
    def move(self, pick: int, draw: Draw) -> None:
        ask = draw.ask(self.model)
        self.perform(
            visits.Move(
                visit=self._in("booked", pick),
                terminal=ask.terminal,
                start=ask.start,
                end=ask.end,
                kiosk=ask.kiosk,
                override=draw.override,
            )
        )

    @precondition(lambda self: self.model.meetings)
    @rule(
        pick=PICK,
        outcome=st.sampled_from(CANCELLATIONS),
        swept=st.sampled_from((True, True, False)),
    )
    def cancel(self, pick: int, outcome: Outcome, swept: bool) -> None:
        """Often the sweeps come at once, and offer the place to who waits."""
        self.perform(visits.Cancel(self._in("booked", pick), outcome))
        if swept:
            self.sweep(0)

    @rule(
        draw=drawing.draws(),
        others=st.lists(st.tuples(drawing.DAYS, drawing.SLOTS), max_size=2),
    )
    def request(self, draw: Draw, others) -> None:
        first = draw.ask(self.model)
        asks = [first]
        for day, slot in others:
            start = ground.slot_start(
                (self.model.now + ground.AHEAD).date() + timedelta(days=day), slot
            )
            asks.append(_at(first, start))
        self.perform(requests.Submit(tuple(asks)))

    @precondition(lambda self: self.model.meetings)
    @rule(pick=PICK, rank=st.sampled_from((None, 2, 1, 2, 3)), override=st.booleans())
    def approve(self, pick: int, rank, override: bool) -> None:
        self.perform(requests.Approve(self._in("requested", pick), rank, override))

    @precondition(lambda self: self.model.meetings)
    @rule(pick=PICK)
    def decline(self, pick: int) -> None:
        self.perform(requests.Decline(self._in("requested", pick)))

    @precondition(lambda self: self.model.holding())
    @rule(pick=PICK, times=st.integers(1, 2))
    def repeat(self, pick: int, times: int) -> None:
        self.perform(requests.Repeat(self._in("booked", pick), times))

    @precondition(lambda self: self.model.series)
    @rule(pick=PICK)
    def end_series(self, pick: int) -> None:
        self.perform(requests.EndSeries(latest(self.model.series, pick)))

    @rule(draw=drawing.draws(), where=st.integers(0, 9), slots=st.integers(1, 3))
    def close(self, draw: Draw, where: int, slots: int) -> None:
        here = self.model.ground
        start = draw.time(self.model)
        stations = list(here.stations)
        whole = (*here.prisons, here.point, here.office)
        station = stations[where] if where < len(stations) else None
        site = here.stations[station] if station else whole[where - len(stations)]
        end = start + slots * PITCH
        self.perform(world.Close(site, station, start, end, draw.override))

    @precondition(lambda self: self.model.closures)
    @rule(pick=PICK)
    def reopen(self, pick: int) -> None:
        self.perform(world.Lift(latest(self.model.closures, pick)))

    @rule(draw=drawing.draws(), what=PICK, pick=PICK)
    def change(self, draw: Draw, what: int, pick: int) -> None:
        """Something changes about the seats or the people, or changes back."""
        names = self.model.changes or tuple(CHANGES)
        if act := CHANGES[names[what % len(names)]](self.model, draw, pick):
            self.perform(act)

    @rule(
        draw=drawing.draws(),
        kind=st.sampled_from(("week", "month")),
        amount=st.sampled_from((1, 2, -1)),
    )
    def adjust(self, draw: Draw, kind: str, amount: int) -> None:
        prisoner = self.model.ground.prisoners[draw.prisoner]
        self.perform(world.Adjust(prisoner, draw.time(self.model), kind, amount))

    @rule(draw=drawing.draws(), who=st.integers(0, 2), slots=st.integers(1, 4))
    def cover(self, draw: Draw, who: int, slots: int) -> None:
        here = self.model.ground
        start, official = draw.time(self.model), (*here.officials, here.gone)[who]
        if draw.place == 0:
            start = here.road[0]
        end = start + slots * PITCH
        self.perform(officials.MakeCover(official, draw.place < 2, start, end))

    @precondition(lambda self: self.model.covers)
    @rule(pick=PICK)
    def uncover(self, pick: int) -> None:
        self.perform(officials.Uncover(latest(self.model.covers, pick)))

    @precondition(lambda self: self.model.covers and self.model.meetings)
    @rule(pick=PICK, cover=PICK)
    def join_cover(self, pick: int, cover: int) -> None:
        over = latest(self.model.covers, cover)
        self.perform(officials.JoinCover(self._in("booked", pick), over))

    @precondition(lambda self: self.model.meetings)
    @rule(pick=PICK, who=st.integers(0, 2))
    def attend(self, pick: int, who: int) -> None:
        here = self.model.ground
        official = (*here.officials, here.gone)[who]
        self.perform(officials.Attend(self._in("booked", pick), official))

    @precondition(lambda self: self.model.meetings)
    @rule(pick=PICK)
    def leave(self, pick: int) -> None:
        rows = self.model.meetings
        attended = [one for one in rows if rows[one].ask.official]
        self.perform(officials.Leave(latest((pick % 6 and attended) or rows, pick)))

    @precondition(lambda self: self.model.holding())
    @rule(pick=PICK, wanted=st.booleans())
    def want(self, pick: int, wanted: bool) -> None:
        self.perform(officials.Want(latest(self.model.holding(), pick), wanted))

    @rule(draw=drawing.draws(), days=st.integers(1, 6))
    def join(self, draw: Draw, days: int) -> None:
        prisoner = self.model.ground.prisoners[draw.prisoner]
        party = draw.visitors(self.model)
        self.perform(waiting.Join(prisoner, party, days, draw.place == 0))

    @precondition(lambda self: self.model.entries)
    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        self.perform(waiting.Withdraw(latest(self.model.entries, pick)))

    @precondition(lambda self: self.model.offers)
    @rule(pick=PICK)
    def accept(self, pick: int) -> None:
        self.perform(waiting.Accept(latest(self.model.offers, pick)))

    @precondition(lambda self: self.model.offers)
    @rule(pick=PICK)
    def decline_offer(self, pick: int) -> None:
        self.perform(waiting.DeclineOffer(latest(self.model.offers, pick)))

    @precondition(lambda self: self.model.open_offers())
    @rule()
    def keep_silent(self) -> None:
        """Nobody answers, until it is too late."""
        self.model.now = max(self.model.now, *self.model.open_offers())
        self.sweep(0)

    @rule(days=st.integers(1, 3))
    def draft(self, days: int) -> None:
        self.perform(waiting.Draft(days))

    @precondition(lambda self: self.model.plans)
    @rule(pick=PICK)
    def publish(self, pick: int) -> None:
        self.perform(waiting.Publish(latest(self.model.plans, pick)))

    @precondition(lambda self: self.model.plans)
    @rule(pick=PICK)
    def discard(self, pick: int) -> None:
        self.perform(waiting.Discard(latest(self.model.plans, pick)))

    @rule(draw=drawing.draws(), other=drawing.draws(), pick=PICK)
    def race(self, draw: Draw, other: Draw, pick: int) -> None:
        """Two at the same moment: as if one had been first."""
        self.at_once(visits.Book(draw.ask(self.model)), self._rival(other, pick))

    def _rival(self, draw: Draw, pick: int) -> Act:
        ask, rows = draw.ask(self.model), self.model.meetings
        if pick < 2 and rows:
            return visits.Cancel(latest(rows, pick), CANCELLATIONS[1])
        if pick == 2:
            site = self.model.ground.stations[ask.terminal]
            return world.Close(site, ask.terminal, ask.start, ask.start + PITCH)
        return visits.Book(ask)


def _at(ask, start):
    return replace(ask, start=start, end=start + ground.LENGTH)
