"""The fakes we wrote: each does what the real thing does, in memory."""

import random
from datetime import datetime, timedelta

from visitation.keyring import Keyring


class Clock:
    """A clock that goes forward only when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


def seeded_keyring(seed: int = 1) -> Keyring:
    """A keyring whose codes and tokens are the same in every run."""
    return Keyring(b"k" * 32, entropy=random.Random(seed).randbytes)
