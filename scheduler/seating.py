"""Seating: give out scarce resources so that most are served, in the order of a line.

Pure, and plain integers inside. Everybody in turn takes the first wish that is free.
Where none is, somebody is asked to move to another of their own wishes, who may ask
somebody to move in turn: an augmenting path. Whoever once has something keeps
something, unless it goes to someone earlier in the line at no cost to the number.

With one resource to a wish this finds, as far as its bounds reach, the most that can
be served and, among such answers, the first in the order of the line. With several it
is a search: `docs/fair-allocation.md` says how near to the best it comes.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

#: What one needs in any case, and the resources of each wish, the best liked first.
Want = tuple[Sequence[Hashable], Sequence[Sequence[Hashable]]]

#: At most so many move for one, each for the one before.
_DEPTH: Final = 30
#: At most so many are asked to move for one.
_PATIENCE: Final = 400
#: Rounds in which nobody is asked again who was asked in vain.
_ROUNDS: Final = 4
#: So many are asked in vain after those rounds, besides a sixth of the line.
_EFFORT: Final = 1000


def seat(line: Sequence[Want], capacity: Mapping[Hashable, int]) -> list[int | None]:
    """The number of the wish that each gets, or None, in the order of the line.

    Never serves fewer than giving everybody in turn the first wish that is free.
    """
    hall = Hall(line, capacity)
    everybody = range(len(line))
    plainly_left = len(hall.turned_away(everybody))
    hall.empty()
    left = hall.unmoved_for(everybody)
    if len(left) > plainly_left:
        hall.empty()
        left = hall.unmoved_for(hall.turned_away(everybody))
    hall.put_in_order(left)
    return hall.at


class Hall:
    """Who sits where, by place in line; a resource may be overfull during a move.

    Attributes:
        at: the wish that each has, or None.
    """

    def __init__(self, line: Sequence[Want], capacity: Mapping[Hashable, int]) -> None:
        self._options, self._size = _scarce(line, capacity)
        self._asked = [0] * len(line)
        self._round = 0
        self._patience = 0
        self._moved: list[tuple[int, int]] = []
        self.empty()

    def empty(self) -> None:
        """Take everything back."""
        self.at: list[int | None] = [None] * len(self._options)
        self._room = list(self._size)
        self._sitters: list[dict[int, None]] = [{} for _ in self._size]

    def turned_away(self, waiting: Iterable[int]) -> list[int]:
        """Seat those for whom something is free, in turn; returns the others."""
        return [one for one in waiting if not self._takes_free(one)]

    def unmoved_for(self, waiting: Iterable[int]) -> list[int]:
        """Seat those for whom others can move, in turn; returns the others.

        First in rounds in which nobody is asked again who was asked in vain; then
        everybody is asked anew for each, as far as the effort goes.
        """
        left = list(waiting)
        for _ in range(_ROUNDS):
            self._round += 1
            before, left = left, [one for one in left if not self._fits(one)]
            if len(left) == len(before):
                break
        last, effort = [], _EFFORT + len(self.at) // 6
        for one in left:
            self._round += 1
            if effort > 0 and self._fits(one):
                effort += _PATIENCE
                continue
            last.append(one)
            effort -= _PATIENCE - self._patience
        return last

    def put_in_order(self, waiting: list[int]) -> None:
        """Let those early in the line take over from those late in it.

        Until nobody waits whose wish one person later in the line could make free.
        """
        settled = False
        while not settled:
            settled, left = True, []
            heapify(waiting)
            while waiting:
                one = heappop(waiting)
                if self._takes_free(one):
                    settled = False
                    continue
                last, number = max(self._yielding(one), default=(one, 0))
                if last <= one:
                    left.append(one)
                    continue
                self._rise(last)
                self._sit(one, number)
                heappush(waiting, last)
                settled = False
            waiting = left

    def _yielding(self, one: int) -> Iterator[tuple[int, int]]:
        """Whose place alone would do for somebody, and for which wish."""
        for number, takes in self._options[one].items():
            full = [self._sitters[each] for each in takes if self._room[each] <= 0]
            for other in min(full, key=len):
                if all(other in sitters for sitters in full):
                    yield other, number

    def _takes_free(self, one: int) -> bool:
        room = self._room
        for number, takes in self._options[one].items():
            for each in takes:
                if room[each] <= 0:
                    break
            else:
                self._sit(one, number)
                return True
        return False

    def _fits(self, one: int) -> bool:
        """Whether somebody could be seated; if not, everything is as before."""
        self._patience = _PATIENCE
        if self._takes_free(one):
            return True
        self._moved.clear()
        self._asked[one] = self._round
        if not self._settles(one, _DEPTH):
            return False
        for other in (one, *(moved for moved, _ in self._moved)):
            self._asked[other] = 0
        return True

    def _settles(self, one: int, depth: int) -> bool:
        if self._takes_free(one):
            return True
        if depth == 0 or self._patience <= 0:
            return False
        self._patience -= 1
        for number, takes in self._options[one].items():
            if self._all_asked(takes):
                continue
            self._sit(one, number)
            if self._relieved(takes, depth - 1):
                return True
            self._rise(one)
        return False

    def _all_asked(self, takes: tuple[int, ...]) -> bool:
        """Whether something of this is full of people who were asked in vain."""
        asked, now = self._asked, self._round
        for each in takes:
            if self._room[each] <= 0:
                for other in self._sitters[each]:
                    if asked[other] != now:
                        break
                else:
                    return True
        return False

    def _relieved(self, takes: tuple[int, ...], depth: int) -> bool:
        """Whether nothing of this is overfull any more, others having moved."""
        before = len(self._moved)
        for each in takes:
            if self._room[each] < 0 and not self._left_by_one(each, depth):
                while len(self._moved) > before:
                    other, number = self._moved.pop()
                    self._rise(other)
                    self._sit(other, number)
                return False
        return True

    def _left_by_one(self, each: int, depth: int) -> bool:
        for other in list(self._sitters[each]):
            if self._asked[other] != self._round:
                self._asked[other] = self._round
                number = self._rise(other)
                self._moved.append((other, number))
                if self._settles(other, depth):
                    return True
                self._moved.pop()
                self._sit(other, number)
        return False

    def _sit(self, one: int, number: int) -> None:
        self.at[one] = number
        for each in self._options[one][number]:
            self._room[each] -= 1
            self._sitters[each][one] = None

    def _rise(self, one: int) -> int:
        number = self.at[one]
        assert number is not None
        self.at[one] = None
        for each in self._options[one][number]:
            self._room[each] += 1
            del self._sitters[each][one]
        return number


def _scarce(
    line: Sequence[Want], capacity: Mapping[Hashable, int]
) -> tuple[list[dict[int, tuple[int, ...]]], list[int]]:
    """Each one's possible wishes as numbers of scarce resources, and their capacity.

    What is there for all who might want it is left out: nobody is refused for it.
    """
    numbers: defaultdict[Hashable, int] = defaultdict(count().__next__)
    number = numbers.__getitem__
    named = [
        (tuple(map(number, needs)), [tuple(map(number, takes)) for takes in wishes])
        for needs, wishes in line
    ]
    size = [capacity.get(each, 1) for each in numbers]
    wanted: Counter[int] = Counter()
    for needs, wishes in named:
        wanted.update(set(needs).union(*wishes))
    scarce = {each for each, most in enumerate(size) if most < wanted[each]}
    gone = {each for each in scarce if size[each] <= 0}
    every = dict.fromkeys(takes for _, wishes in named for takes in wishes)
    short = {
        takes: tuple(sorted(scarce.intersection(takes)))
        for takes in every
        if gone.isdisjoint(takes)
    }
    options = [
        _with_needs(
            {wish: short[takes] for wish, takes in enumerate(wishes) if takes in short},
            scarce.intersection(needs),
            gone,
        )
        for needs, wishes in named
    ]
    return options, size


def _with_needs(
    options: dict[int, tuple[int, ...]], needs: set[int], gone: set[int]
) -> dict[int, tuple[int, ...]]:
    if not needs:
        return options
    if needs & gone:
        return {}
    return {wish: tuple(sorted(needs.union(takes))) for wish, takes in options.items()}
