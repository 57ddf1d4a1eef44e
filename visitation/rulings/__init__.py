"""What officials write of requests and visits, and what they read before they do."""

from visitation.rulings.record import (
    DECISIONS,
    LONGEST,
    AlreadyRuled,
    of_visit,
    rule,
    worded,
)
from visitation.rulings.tables import Ruling

__all__ = [
    "DECISIONS",
    "LONGEST",
    "AlreadyRuled",
    "Ruling",
    "of_visit",
    "rule",
    "worded",
]
