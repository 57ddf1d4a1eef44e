"""The words of a search, in an address where nobody can read them.

A name, a phone number or a join code that staff look for must not stand in an address,
which browsers remember and proxies write down. Search forms post, and the page that
shows what was found has the words in its address sealed.
"""

import base64
import binascii

from aiohttp import web

from visitation.keyring import Unreadable
from web.keys import KEYRING

#: What the sealed words are called in an address.
PARAMETER = "find"
#: The field of a form, and of a page's own model, that they stand for.
FIELD = "text"
_PURPOSE = "search"


def query(request: web.Request, text: str) -> dict[str, str]:
    """The part of an address that looks for the words; nothing for no words."""
    if not text:
        return {}
    sealed = request.app[KEYRING].seal(_PURPOSE, text)
    return {PARAMETER: base64.urlsafe_b64encode(sealed).decode()}


def words(request: web.Request) -> str:
    """The words that the request's address looks for; none if it was tampered with."""
    try:
        sealed = base64.urlsafe_b64decode(request.query.get(PARAMETER, "").encode())
        return request.app[KEYRING].open(_PURPOSE, sealed) if sealed else ""
    except (Unreadable, binascii.Error, ValueError):
        return ""
