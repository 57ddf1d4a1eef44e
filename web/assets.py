"""The static files: read once, compressed once, served under a version for ever.

The version is a hash of every file, and stands in front of the path, so that modules
may import each other by relative paths and still be kept by browsers for a year. Only
files found at start are served; no path from outside touches the disk.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

STATIC_FOLDER = Path(__file__).parent / "static"
_COMPRESSIBLE = frozenset({"text/css", "text/javascript", "image/svg+xml"})
_TYPES = {
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".opus": "audio/ogg",
}
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:(?!\*/)[\s\S])*\*/[ \t]*)$", re.MULTILINE)
_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file, and the headers it goes out with."""

    content_type: str
    body: bytes
    packed: bytes | None
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Every static file by its path, and the version of them all."""

    version: str
    files: Mapping[str, Asset]

    def url(self, path: str) -> str:
        """The address of a file, such as `css/app.css`.

        Raises:
            KeyError: if there is no such file.
        """
        if path not in self.files:
            raise KeyError(f"no static file {path!r}")
        return f"/static/{self.version}/{path}"


@cache
def load(folder: Path = STATIC_FOLDER) -> Assets:
    """Read a folder of static files, the first time."""
    whole = hashlib.sha256()
    files = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        path = file.relative_to(folder).as_posix()
        files[path] = asset = _read(file, ours=not path.startswith("vendor/"))
        whole.update(f"{path}\0{asset.etag}\0".encode())
    return Assets(version=whole.hexdigest()[:12], files=files)


def _read(file: Path, *, ours: bool) -> Asset:
    body = file.read_bytes()
    guessed = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    content_type = guessed or "application/octet-stream"
    if ours and content_type in {"text/css", "text/javascript"}:
        body = without_comments(body.decode()).encode()
    packed = gzip.compress(body, mtime=0) if content_type in _COMPRESSIBLE else None
    etag = hashlib.sha256(body).hexdigest()[:32]
    return Asset(content_type=content_type, body=body, packed=packed, etag=etag)


def without_comments(text: str) -> str:
    """Styles or a script without the comments that have lines to themselves.

    They are a third of what a slow line would carry. Line numbers stay as they are.
    """
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


ASSETS = web.AppKey("ASSETS", Assets)


async def serve(request: web.Request) -> web.Response:
    """A static file; of an old version, the present file, not to be kept."""
    assets = request.app[ASSETS]
    asset = assets.files.get(request.match_info["path"])
    if asset is None:
        raise web.HTTPNotFound
    current = request.match_info["version"] == assets.version
    return answer(request, asset, caching=_YEAR if current else "no-cache")


def answer(request: web.Request, asset: Asset, *, caching: str) -> web.Response:
    """A file as a response, packed where the browser takes that."""
    headers = {
        "Cache-Control": caching,
        "ETag": f'"{asset.etag}"',
        "Vary": "Accept-Encoding",
    }
    if any(known.value == asset.etag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = asset.body
    if asset.packed is not None and "gzip" in request.headers.get(
        "Accept-Encoding", ""
    ):
        body = asset.packed
        headers["Content-Encoding"] = "gzip"
    elif (part := _part(request, len(body))) is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(body)}"
        headers["Content-Type"] = asset.content_type
        return web.Response(status=206, body=body[part], headers=headers)
    if asset.content_type.startswith("text/"):
        headers["Content-Type"] = f"{asset.content_type}; charset=utf-8"
    else:
        headers["Content-Type"] = asset.content_type
    return web.Response(body=body, headers=headers)


def _part(request: web.Request, size: int) -> slice | None:
    """The part that is asked for (RFC 9110); Safari plays no sound without."""
    if "Range" not in request.headers:
        return None
    try:
        asked = request.http_range
    except ValueError:
        return None
    start, stop, _step = asked.indices(size)
    return slice(start, stop) if start < stop else None
