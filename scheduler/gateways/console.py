"""A gateway that takes every message and sends none: staff read them on a page."""

from datetime import datetime

import structlog

from scheduler.gateways.gateway import Delivery, Letter, Sent
from visitation.words import Channel

log = structlog.get_logger(__name__)


class Console:
    """Takes every message. What it says is on the staff page, never in the log."""

    name = "console"
    channels = frozenset(Channel)
    per_second = 1000.0
    finds = False
    calls_back = False

    def __init__(self, *, allows_link: bool = False) -> None:
        self.allows_link = allows_link

    async def send(self, letter: Letter) -> Sent:
        """Take a message."""
        log.info("message_sent", message=letter.reference)
        return Sent(gateway_id=f"console-{letter.reference}")

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        """Nothing is kept that could be found."""
        return None

    async def delivery(self, gateway_id: str) -> Delivery | None:
        """Nobody knows whether it was read."""
        return None

    async def close(self) -> None:
        """There is nothing to give back."""
