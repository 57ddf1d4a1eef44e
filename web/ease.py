"""How a browser likes to be served: read to or not, and how large the letters are.

Two cookies that only say what was chosen; nothing secret, so scripts may set them too.
"""

from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from web.keys import DEVICE

LANGUAGE_COOKIE = "lang"
VOICE_COOKIE = "voice"
TEXT_COOKIE = "text"


class TextSize(StrEnum):
    """How large letters are, from the usual size up."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


_SIZES = tuple(TextSize)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ease:
    """What one browser chose.

    Attributes:
        voice: whether pages speak by themselves.
    """

    voice: bool
    text: TextSize

    @property
    def smaller(self) -> TextSize:
        """The next smaller size, or the same."""
        return _SIZES[max(0, _SIZES.index(self.text) - 1)]

    @property
    def larger(self) -> TextSize:
        """The next larger size, or the same."""
        return _SIZES[min(len(_SIZES) - 1, _SIZES.index(self.text) + 1)]


def of(request: web.Request) -> Ease:
    """What the browser chose; a station speaks until somebody says no."""
    voice, text = request.cookies.get(VOICE_COOKIE), request.cookies.get(TEXT_COOKIE)
    return Ease(
        voice=voice == "on" if voice else request.get(DEVICE) is not None,
        text=TextSize(text) if text in _SIZES else TextSize.NORMAL,
    )
