"""Every URL, in one list. A page module exports ROUTES; name it here.

The navigation shows routes with `menu` words in this order.
"""

from web import api
from web.pages import (
    account,
    call,
    check,
    clerk,
    conduct,
    join,
    language,
    official,
    public,
    sign_in,
    staff,
    terminal,
    warden,
)
from web.routing import Route

ROUTES: tuple[Route, ...] = (
    *api.ROUTES,
    *public.ROUTES,
    *language.ROUTES,
    *sign_in.ROUTES,
    *staff.ROUTES,
    *account.ROUTES,
    *join.ROUTES,
    *check.ROUTES,
    *call.ROUTES,
    *conduct.ROUTES,
    *terminal.ROUTES,
    *clerk.ROUTES,
    *warden.ROUTES,
    *official.ROUTES,
)
