"""Officials over whole sessions and at single visits."""

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler import attendance, covers
from tests.scheduler.machine.acts import Hands
from tests.scheduler.machine.ground import ON_THE_ROAD, day_after
from tests.scheduler.machine.model import Covering, Model, Refusal, local
from visitation.timespan import Timespan
from visitation.visits import Cover, Visit
from visitation.words import Attendance

NOT_WANTED = ("NoOfficialWanted",)


@dataclass(frozen=True)
class MakeCover:
    """An official gives a time to the first prison, or to the village day."""

    official: int
    mobile: bool
    start: datetime
    end: datetime

    def covering(self, model: Model) -> Covering:
        return Covering(
            official=self.official,
            prison=None if self.mobile else model.ground.prisons[0],
            mobile=self.mobile,
            start=self.start,
            end=self.end,
        )

    def inside(self, model: Model) -> list[int]:
        covering, ground = self.covering(model), model.ground
        return [
            one
            for one, meeting in model.holding().items()
            if self.start <= meeting.ask.start
            and meeting.ask.end <= self.end
            and (
                ground.stations.get(meeting.ask.kiosk) == ground.office
                if covering.mobile
                else meeting.ask.prison == covering.prison
            )
        ]

    def expect(self, model: Model) -> Refusal | None:
        if self.end <= model.now:
            return ("Invalid", "over")
        if self.mobile and local(self.start) != day_after(ON_THE_ROAD):
            return ("Invalid", "another_day")
        if self.official not in model.ground.officials:
            return ("Invalid", "not_an_official")
        own = {f"visit:{one}" for one in self.inside(model)}
        held = model.claims()
        wanted = self.covering(model).claims()
        busy = any(one in held and held[one] not in own for one in wanted)
        return ("AttendsElsewhere",) if busy else None

    async def do(self, hands: Hands) -> int:
        ground = hands.model.ground
        made = await covers.cover(
            hands.session,
            official_id=self.official,
            span=Timespan(self.start, self.end),
            attendance=Attendance.DESK,
            prison_id=None if self.mobile else ground.prisons[0],
            mobile_day_id=ground.mobile_day if self.mobile else None,
            keyring=hands.keyring,
            **hands.signed,
        )
        return made.id

    def record(self, model: Model, result: int) -> None:
        for one in self.inside(model):
            ask = model.meetings[one].ask
            if ask.official == self.official or (ask.wanted and ask.official is None):
                joined(model, one, self.official, result)
        model.covers[result] = self.covering(model)


def joined(model: Model, visit: int, official: int, cover: int | None) -> None:
    meeting = model.meetings[visit]
    meeting.ask = replace(meeting.ask, official=official, cover=cover, wanted=False)


def left(model: Model, visit: int) -> None:
    meeting = model.meetings[visit]
    meeting.ask = replace(meeting.ask, official=None, cover=None, wanted=True)


@dataclass(frozen=True)
class Uncover:
    cover: int

    def expect(self, model: Model) -> Refusal | None:
        return None

    async def do(self, hands: Hands) -> int:
        cover = await hands.session.get_one(Cover, self.cover)
        return await covers.uncover(hands.session, cover, **hands.signed)

    def record(self, model: Model, result: int) -> None:
        there = [
            one
            for one, meeting in model.holding().items()
            if meeting.ask.cover == self.cover
        ]
        assert result == len(there)
        for one in there:
            left(model, one)
        del model.covers[self.cover]


@dataclass(frozen=True)
class JoinCover:
    """One more visit is attended by whoever covers its session."""

    visit: int
    cover: int

    def expect(self, model: Model) -> Refusal | None:
        ask = model.meetings[self.visit].ask
        if not model.holds(self.cover, ask):
            return NOT_WANTED
        if ask.official is not None or ask.kind == "legal":
            return NOT_WANTED
        return None if self.visit in model.holding() else ("NoLongerThere",)

    async def do(self, hands: Hands) -> None:
        await attendance.join(
            hands.session,
            await hands.session.get_one(Visit, self.visit),
            await hands.session.get_one(Cover, self.cover),
            keyring=hands.keyring,
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        joined(model, self.visit, model.covers[self.cover].official, self.cover)


@dataclass(frozen=True)
class Attend:
    """An official attends one visit, by a cover of theirs where one fits."""

    visit: int
    official: int

    def cover(self, model: Model) -> int | None:
        ask = model.meetings[self.visit].ask
        mine = (
            (cover.start, one)
            for one, cover in model.covers.items()
            if cover.official == self.official and model.holds(one, ask)
        )
        return min(mine, default=(None, None))[1]

    def expect(self, model: Model) -> Refusal | None:
        if self.official not in model.ground.officials:
            return ("Invalid", "not_an_official")
        ask = model.meetings[self.visit].ask
        if ask.official is not None or ask.kind == "legal":
            return NOT_WANTED
        if self.cover(model) is None:
            held = model.claims(but=self.visit)
            alone = replace(ask, official=self.official)
            mine = [one for one in alone.needs() if one[0].startswith("official:")]
            if any(one in held for one in mine):
                return ("AttendsElsewhere",)
        return None if self.visit in model.holding() else ("NoLongerThere",)

    async def do(self, hands: Hands) -> None:
        await attendance.attend(
            hands.session,
            await hands.session.get_one(Visit, self.visit),
            official_id=self.official,
            attendance=Attendance.DESK,
            keyring=hands.keyring,
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        joined(model, self.visit, self.official, self.cover(model))


@dataclass(frozen=True)
class Leave:
    visit: int

    def expect(self, model: Model) -> Refusal | None:
        if model.meetings[self.visit].ask.official is None:
            return NOT_WANTED
        return None if self.visit in model.holding() else ("NoLongerThere",)

    async def do(self, hands: Hands) -> None:
        visit = await hands.session.get_one(Visit, self.visit)
        await attendance.leave(
            hands.session, visit, reason="the machine's", **hands.signed
        )

    def record(self, model: Model, result: None) -> None:
        left(model, self.visit)


@dataclass(frozen=True)
class Want:
    visit: int
    wanted: bool

    def expect(self, model: Model) -> Refusal | None:
        ask = model.meetings[self.visit].ask
        none = ask.official is not None or ask.kind == "legal"
        return NOT_WANTED if none else None

    async def do(self, hands: Hands) -> None:
        visit = await hands.session.get_one(Visit, self.visit)
        await attendance.want(hands.session, visit, wanted=self.wanted, **hands.signed)

    def record(self, model: Model, result: None) -> None:
        meeting = model.meetings[self.visit]
        meeting.ask = replace(meeting.ask, wanted=self.wanted)
