"""Every URL, in one list. A page module exports ROUTES; name it here.

The navigation shows routes with `menu` words in this order.
"""

from web import api
from web.pages import account, language, public, sign_in, staff
from web.routing import Route

ROUTES: tuple[Route, ...] = (
    *api.ROUTES,
    *public.ROUTES,
    *language.ROUTES,
    *sign_in.ROUTES,
    *staff.ROUTES,
    *account.ROUTES,
)
