"""What officials note of visits, where it answers no request."""

from visitation.rulings.record import LONGEST, note_down, worded
from visitation.rulings.tables import Ruling

__all__ = ["LONGEST", "Ruling", "note_down", "worded"]
