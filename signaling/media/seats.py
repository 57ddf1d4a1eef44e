"""Who occupies which slot of whom: a table and its inverse, nothing else."""

from signaling.media.engine import SLOTS


class Seats:
    """Seats given by subscribers to publishers; either may not exist yet."""

    def __init__(self) -> None:
        self._given: dict[str, list[str | None]] = {}
        self._taken: dict[str, set[tuple[str, int]]] = {}

    def occupant(self, subscriber: str, slot: int) -> str | None:
        """Who sits there.

        Raises:
            ValueError: the slot is not in range(SLOTS).
        """
        if slot not in range(SLOTS):
            raise ValueError(slot)
        return self._given.get(subscriber, [None] * SLOTS)[slot]

    def occupants(self, subscriber: str) -> set[str]:
        """Everyone who sits somewhere at the subscriber's."""
        return {each for each in self._given.get(subscriber, ()) if each is not None}

    def taken_by(self, publisher: str) -> list[tuple[str, int]]:
        """Where the publisher sits: subscriber and slot, in a stable order."""
        return sorted(self._taken.get(publisher, ()))

    def put(self, subscriber: str, slot: int, publisher: str | None) -> None:
        """Seats a publisher, or nobody, in place of whoever was there."""
        before = self.occupant(subscriber, slot)
        if before is not None:
            self._taken[before].discard((subscriber, slot))
            if not self._taken[before]:
                del self._taken[before]
        self._given.setdefault(subscriber, [None] * SLOTS)[slot] = publisher
        if publisher is not None:
            self._taken.setdefault(publisher, set()).add((subscriber, slot))

    def clear(self, participant: str) -> None:
        """Vacates what the participant gave and what it took."""
        for subscriber, slot in self.taken_by(participant):
            self.put(subscriber, slot, None)
        for slot in range(SLOTS):
            self.put(participant, slot, None)
        del self._given[participant]
