"""Maintenance: work on the service that people are told of before it is done."""

from visitation.maintenance.announcing import (
    LONGEST,
    announce,
    latest,
    noticed,
    withdraw,
)
from visitation.maintenance.tables import Maintenance, WorkReason

__all__ = [
    "LONGEST",
    "Maintenance",
    "WorkReason",
    "announce",
    "latest",
    "noticed",
    "withdraw",
]
