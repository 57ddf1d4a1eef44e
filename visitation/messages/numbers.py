"""How an owner of a telephone number is told: by a text, or by a call.

Knows numbers in E.164, checked at the edge; knows no person and no message.
"""

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

from visitation.words import Channel

#: So many answers are kept: asking anew takes as long as a statement.
_KEPT = 20_000


def channel_to(phone: str, *, reads: bool = True) -> Channel:
    """A text, unless its owner does not read or it is a landline."""
    return Channel.SMS if reads and takes_texts(phone) else Channel.VOICE


@lru_cache(maxsize=_KEPT)
def takes_texts(phone: str) -> bool:
    """Whether a text may arrive; not at a landline."""
    number = phonenumbers.parse(phone)
    return phonenumbers.number_type(number) != PhoneNumberType.FIXED_LINE
