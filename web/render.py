"""From a template and values to a response.

Templates see plain values and the few common ones made here; an unknown name in a
template is an error. Knows who is asking only in order to draw the navigation.
"""

import json
from collections.abc import Callable
from datetime import tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from yarl import URL

from web import (
    assets,
    ease,
    i18n,
    labels,
    maintenance,
    menu,
    present,
    station_frame,
    voice,
)
from web.keys import CLOCK, DEVICE, PRINCIPAL, REQUEST_ID, SETTINGS
from web.routing import Route

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
TEMPLATES = web.AppKey("TEMPLATES", Environment)
TRANSLATIONS = web.AppKey[i18n.Translations]("TRANSLATIONS")
#: The routes that the navigation may show.
MENU = web.AppKey[tuple[Route, ...]]("MENU")
_COMPRESS_FROM_BYTES = 1024
_FLASH_SECONDS = 60


@cache
def environment(zone: tzinfo, folder: Path = TEMPLATE_FOLDER) -> Environment:
    """The templates, with our filters; instants are shown in *zone* unless told."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.raw_gettext, i18n.raw_ngettext, newstyle=True
    )
    made.globals["N_"] = i18n.N_
    for name in ("day", "short_day", "weekday", "clock", "moment", "hours", "span"):
        made.filters[name] = _anew(partial(_in_zone, getattr(present, name), zone))
    for name in ("digits", "minutes", "phone", "bdi", "names"):
        made.filters[name] = _anew(getattr(present, name))
    made.filters["label"] = _anew(labels.label)
    made.filters["tone"] = labels.tone
    made.globals["options"] = labels.options
    voice.load()
    made.globals["clip"] = voice.clip
    made.globals["clips"] = voice.clips
    return made


def _anew(write: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is asked at each rendering, for its answer depends on the reader.

    Jinja fills in what is constant, `1|digits`, once and for all otherwise.
    """

    @pass_context
    def asked(_context: Context, value: Any, *more: Any, **how: Any) -> Any:
        return write(value, *more, **how)

    return asked


def _in_zone(
    write: Any, default: tzinfo, value: Any, zone: tzinfo | None = None, **how: Any
) -> Any:
    return write(value, zone or default, **how)


def render(
    request: web.Request, template: str, *, status: int = 200, **values: object
) -> web.Response:
    """A page, in the language being spoken."""
    # Whoever fetches a part of a page anew would take what the page has yet to say.
    flash = None if "X-Part" in request.headers else _flash(request)
    page = request.app[TEMPLATES].get_template(template)
    text = page.render({**_common(request), "flash": flash, **values})
    response = web.Response(text=text, status=status, content_type="text/html")
    response.headers["Content-Language"] = i18n.language()
    response.headers["Vary"] = "Cookie, Accept-Encoding"
    if len(text) >= _COMPRESS_FROM_BYTES:
        response.enable_compression()
    if flash is not None:
        response.del_cookie("flash", path="/")
    return response


def redirect(
    request: web.Request,
    name: str,
    *,
    flash: str = "",
    query: dict[str, str] | None = None,
    **parts: object,
) -> web.Response:
    """Send the browser to a route by its name (303), with a notice to show there.

    Args:
        request: the request that is answered so.
        name: of the route, as in `Route.called`.
        flash: a sentence already in the reader's language.
        query: what follows the question mark.
        **parts: what fills the places in the route's path.
    """
    return redirect_to(request, url(request, name, query=query, **parts), flash=flash)


def redirect_to(request: web.Request, path: str, *, flash: str = "") -> web.Response:
    """Send the browser to a path of this service (303); never anywhere else."""
    response = web.Response(status=303, headers={"Location": local_path(path)})
    if flash:
        response.set_cookie(
            "flash",
            quote(json.dumps(flash)),
            max_age=_FLASH_SECONDS,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=request.app[SETTINGS].secure,
        )
    return response


def url(
    request: web.Request,
    name: str,
    *,
    query: dict[str, str] | None = None,
    **parts: object,
) -> str:
    """The path of a route by its name."""
    named = {key: str(value) for key, value in parts.items()}
    path = request.app.router[name].url_for(**named)
    return str(path.with_query(query) if query else path)


def local_path(path: str) -> str:
    """The path, if it stays within this service; the first page otherwise."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or "\n" in path:
        return "/"
    try:
        parsed = URL(path)
    except ValueError:
        return "/"
    return "/" if parsed.absolute else str(parsed)


def _common(request: web.Request) -> dict[str, object]:
    settings, device = request.app[SETTINGS], request.get(DEVICE)
    now = request.app[CLOCK]()
    return {
        "lang": i18n.language(),
        "dir": i18n.direction(),
        "languages": [
            (code, i18n.LANGUAGE_NAMES.get(code, code), i18n.direction(code))
            for code in request.app[TRANSLATIONS]
            if code != i18n.language()
        ],
        "here": request.path_qs if request.method == "GET" else request.path,
        "principal": request.get(PRINCIPAL),
        "device": device,
        "ease": ease.of(request),
        "frame": station_frame.of(request),
        "menu": _menu(request),
        "static": request.app[assets.ASSETS].url,
        "url": partial(url, request),
        "demo": settings.demo,
        "help_phone": (device.phone if device else "") or settings.help_phone,
        "works": maintenance.told(request),
        "server_now": now,
        "wall_offset": station_frame.offset(now, settings.zone),
        "request_id": request.get(REQUEST_ID, ""),
    }


def _menu(request: web.Request) -> dict[str, object]:
    principal = request.get(PRINCIPAL)
    role = principal.role if principal is not None else None
    if role is None:
        return {}
    places = {
        route.called: {
            "label": i18n._(route.menu),
            "href": url(request, route.called),
            "current": request.path == route.path,
            "rank": menu.rank(route.called, role),
        }
        for route in request.app[MENU]
        if role in route.allow
    }
    groups = menu.grouped(places)
    return {
        "row": [places[name] for name in menu.ROW[role]],
        "groups": [(i18n._(words), some) for words, some in groups],
    }


def _flash(request: web.Request) -> str | None:
    raw = request.cookies.get("flash")
    if raw is None:
        return None
    try:
        text = json.loads(unquote(raw))
    except ValueError:
        return None
    return text if isinstance(text, str) else None
