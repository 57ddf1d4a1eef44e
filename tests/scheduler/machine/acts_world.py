"""What changes around the visits: closures, seats, prisoners, orders, allowances."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler import closures
from tests.scheduler.machine.acts import Agreed, Hands
from tests.scheduler.machine.ground import POLICY
from tests.scheduler.machine.model import Model, Refusal, Shut, local, periods
from visitation import people, visits
from visitation.people import contacts, prisoners
from visitation.people.tables import Appointment, Bar, Contact, KeptApart, Prisoner
from visitation.places import Closure, Policy, Station, stations
from visitation.timespan import Timespan
from visitation.words import AppointmentKind, ContactState


@dataclass(frozen=True)
class Close:
    """A site or a seat is shut for a time, perhaps over visits that are booked."""

    site: int
    station: int | None
    start: datetime
    end: datetime
    over_visits: bool = False

    def shut(self, model: Model) -> Shut:
        ground = model.ground
        here = [one for one, site in ground.stations.items() if site == self.site]
        return Shut(
            site=self.site,
            station=self.station,
            seats=tuple([self.station] if self.station else here),
            start=self.start,
            end=self.end,
        )

    def expect(self, model: Model) -> Refusal | None:
        if self.end <= model.now:
            return ("Invalid", "over")
        wanted, held = self.shut(model).wanted(model), model.claims()
        there = {held[one].partition(":")[0] for one in wanted if one in held}
        if "visit" in there and not self.over_visits:
            return ("Occupied",)
        return ("AlreadyClosed",) if "closure" in there else None

    async def do(self, hands: Hands) -> int:
        closure = await closures.close(
            hands.session,
            site_id=self.site,
            station_id=self.station,
            span=Timespan(self.start, self.end),
            reason="the machine's",
            over_visits=self.over_visits,
            **hands.signed,
        )
        return closure.id

    def record(self, model: Model, result: int) -> None:
        model.closures[result] = self.shut(model)
        model.close_ranks()


@dataclass(frozen=True)
class Lift(Agreed):
    closure: int

    async def do(self, hands: Hands) -> None:
        closure = await hands.session.get_one(Closure, self.closure)
        await closures.lift(hands.session, closure, **hands.signed)

    def record(self, model: Model, result: None) -> None:
        del model.closures[self.closure]


@dataclass(frozen=True)
class Order(Agreed):
    """A seat goes out of order, or is mended."""

    station: int

    async def do(self, hands: Hands) -> None:
        station = await hands.session.get_one(Station, self.station)
        if self.station in hands.model.broken:
            await stations.put_in_order(hands.session, station, **hands.signed)
        else:
            await stations.take_out_of_order(
                hands.session, station, reason="broken", **hands.signed
            )

    def record(self, model: Model, result: None) -> None:
        model.broken ^= {self.station}


@dataclass(frozen=True)
class Transfer(Agreed):
    """A prisoner goes to the other prison, or comes back."""

    prisoner: int

    def other(self, model: Model) -> int:
        first, second = model.ground.prisons
        return second if model.prison_of(self.prisoner) == first else first

    async def do(self, hands: Hands) -> None:
        prisoner = await hands.session.get_one(Prisoner, self.prisoner)
        await prisoners.transfer_prisoner(
            hands.session,
            prisoner,
            to_site=self.other(hands.model),
            number=prisoner.number,
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        model.moved_to[self.prisoner] = self.other(model)


@dataclass(frozen=True)
class Release(Agreed):
    """A prisoner goes home in some days, or that was a mistake."""

    prisoner: int
    days: int

    async def do(self, hands: Hands) -> None:
        prisoner = await hands.session.get_one(Prisoner, self.prisoner)
        if self.prisoner in hands.model.released:
            await prisoners.take_back_prisoner(hands.session, prisoner, **hands.signed)
        else:
            at = hands.model.now + timedelta(days=self.days)
            await prisoners.release_prisoner(
                hands.session, prisoner, at=at, **hands.signed
            )

    def record(self, model: Model, result: None) -> None:
        if model.released.pop(self.prisoner, None) is None:
            model.released[self.prisoner] = model.now + timedelta(days=self.days)


@dataclass(frozen=True)
class OrderBar(Agreed):
    prisoner: int
    visitor: int | None
    start: datetime
    end: datetime

    async def do(self, hands: Hands) -> int:
        bar = await people.order_bar(
            hands.session,
            prisoner_id=self.prisoner,
            visitor_id=self.visitor,
            starts_at=self.start,
            ends_at=self.end,
            order_number=f"order {len(hands.model.bars)} {hands.keyring.reference()}",
            judge="a judge",
            **hands.signed,
        )
        return bar.id

    def record(self, model: Model, result: int) -> None:
        model.bars[result] = (self.prisoner, self.visitor, self.start, self.end)


@dataclass(frozen=True)
class LiftBar(Agreed):
    bar: int

    async def do(self, hands: Hands) -> None:
        bar = await hands.session.get_one(Bar, self.bar)
        await people.lift_bar(hands.session, bar, **hands.signed)

    def record(self, model: Model, result: None) -> None:
        del model.bars[self.bar]


@dataclass(frozen=True)
class KeepApart:
    """Two must not meet any more, or may again."""

    pair: frozenset[int]

    def known(self, model: Model) -> int | None:
        return next((one for one, who in model.apart.items() if who == self.pair), None)

    def expect(self, model: Model) -> Refusal | None:
        return None

    async def do(self, hands: Hands) -> int:
        if known := self.known(hands.model):
            kept = await hands.session.get_one(KeptApart, known)
            await people.let_meet(hands.session, kept, **hands.signed)
        else:
            kept = await people.keep_apart(
                hands.session, *self.pair, reason="enemies", **hands.signed
            )
        return kept.id

    def record(self, model: Model, result: int) -> None:
        if model.apart.pop(result, None) is None:
            model.apart[result] = self.pair


@dataclass(frozen=True)
class Summon(Agreed):
    """A prisoner has to be in court."""

    prisoner: int
    start: datetime
    end: datetime

    async def do(self, hands: Hands) -> int:
        made = await people.add_appointment(
            hands.session,
            prisoner_id=self.prisoner,
            kind=AppointmentKind.COURT,
            span=Timespan(self.start, self.end),
            **hands.signed,
        )
        return made.id

    def record(self, model: Model, result: int) -> None:
        model.away[result] = (self.prisoner, self.start, self.end)


@dataclass(frozen=True)
class Unsummon(Agreed):
    appointment: int

    async def do(self, hands: Hands) -> None:
        made = await hands.session.get_one(Appointment, self.appointment)
        await people.cancel_appointment(hands.session, made, **hands.signed)

    def record(self, model: Model, result: None) -> None:
        del model.away[self.appointment]


@dataclass(frozen=True)
class Decide(Agreed):
    """A contact is banned for some days, suspended, or approved again."""

    link: tuple[int, int]
    state: ContactState
    days: int

    async def do(self, hands: Hands) -> None:
        contact = await hands.session.get_one(
            Contact, hands.model.ground.contacts[self.link]
        )
        until = hands.model.now + timedelta(days=self.days)
        await contacts.decide_contact(
            hands.session,
            contact,
            state=self.state,
            reason="the machine's",
            banned_until=until,
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        model.banned.pop(self.link, None)
        model.suspended.discard(self.link)
        if self.state is ContactState.BANNED:
            model.banned[self.link] = model.now + timedelta(days=self.days)
        elif self.state is ContactState.SUSPENDED:
            model.suspended.add(self.link)


@dataclass(frozen=True)
class Adjust:
    """More visits in a period, or fewer; never below those that are used."""

    prisoner: int
    start: datetime
    kind: str
    amount: int

    def period(self) -> str:
        return next(one for one in periods(self.start) if one.startswith(self.kind))

    def expect(self, model: Model) -> Refusal | None:
        period = self.period()
        left = model.granted(self.prisoner, period) + self.amount
        enough = left >= model.used(self.prisoner, period)
        return None if enough else ("Invalid", "below_used")

    async def do(self, hands: Hands) -> None:
        quota = visits.quota(_policy(), ZoneInfo("Asia/Tehran"), local(self.start))
        await visits.adjust(
            hands.session,
            self.prisoner,
            quota,
            self.period(),
            amount=self.amount,
            reason="the machine's",
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        key = (self.prisoner, self.period())
        model.extra[key] = model.extra.get(key, 0) + self.amount


def _policy() -> Policy:
    return replace(Policy(), **POLICY)
