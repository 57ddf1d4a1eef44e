"""A gateway that takes every message and sends none: staff read them on a page."""

import structlog

from scheduler.gateways.gateway import Sent

log = structlog.get_logger(__name__)


class Console:
    """Takes every message. What it says is on the staff page, never in the log."""

    name = "console"

    def __init__(self, *, allows_link: bool = False) -> None:
        self.allows_link = allows_link

    async def send(self, phone: str, text: str, reference: str) -> Sent:
        """Take a message."""
        log.info("message_sent", message=reference)
        return Sent(gateway_id=f"console-{reference}")

    async def close(self) -> None:
        """There is nothing to give back."""
