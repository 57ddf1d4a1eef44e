"""Whoever cannot be told by a text is called."""

import pytest

from visitation import messages
from visitation.words import Channel

MOBILE, LANDLINE = "+989123456789", "+982133445566"


@pytest.mark.parametrize(
    ("phone", "reads", "channel"),
    [
        (MOBILE, True, Channel.SMS),
        (MOBILE, False, Channel.VOICE),
        (LANDLINE, True, Channel.VOICE),
        (LANDLINE, False, Channel.VOICE),
        # Either, and nobody can tell which.
        ("+12025550123", True, Channel.SMS),
        # Of no kind that is known.
        ("+989990001122", True, Channel.SMS),
    ],
)
def test_a_landline_is_called_and_so_is_who_does_not_read(
    phone: str, channel: Channel, *, reads: bool
) -> None:
    assert messages.channel_to(phone, reads=reads) is channel
