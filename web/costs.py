"""What messages cost, where somebody said what a segment does."""

from aiohttp import web

from web import present
from web.i18n import _
from web.keys import SETTINGS


def cost(request: web.Request, segments: int) -> str:
    """The price of segments with its currency; empty if no price is set."""
    settings = request.app[SETTINGS]
    if not settings.segment_price:
        return ""
    amount = f"{segments * settings.segment_price:,.2f}".removesuffix(".00")
    return _(
        "%(amount)s %(currency)s",
        amount=present.number(amount),
        currency=settings.currency,
    )
