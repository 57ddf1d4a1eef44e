"""The endpoints as a table of `docs/api.md`, which a test keeps equal to this."""

import inspect
from collections.abc import Iterable

from web.api.endpoint import Endpoint
from web.routing import STAFF

_HEAD = ("| method | path | what it does | roles |", "|---|---|---|---|")


def as_markdown(endpoints: Iterable[Endpoint]) -> str:
    """A row for each endpoint, in the order of the document."""
    return "\n".join((*_HEAD, *map(_row, endpoints)))


def _row(endpoint: Endpoint) -> str:
    told = (inspect.getdoc(endpoint.act) or "").partition("\n\n")[0]
    said = " ".join(told.split()).rstrip(".")
    every = endpoint.allow == STAFF
    roles = "all staff" if every else ", ".join(sorted(endpoint.allow))
    return f"| {endpoint.method} | `{endpoint.path}` | {said} | {roles} |"
