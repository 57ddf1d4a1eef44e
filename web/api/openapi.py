"""The OpenAPI 3.1 document, made of the same endpoints that answer.

https://spec.openapis.org/oas/v3.1.0; schemas are pydantic's (JSON Schema 2020-12).
"""

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from web.api.endpoint import KEY_HEADER, KEY_LENGTH, PREFIX, Endpoint
from web.api.problems import CONTENT_TYPE, ProblemDetails

_REF = "#/components/schemas/{model}"
_PLACE = re.compile(r"{(\w+)}")
_BEARER = "token"
#: What the parts of paths are.
_REFERENCE = {"type": "string", "pattern": r"^[\w-]+$", "maxLength": 32}
_PARTS: Mapping[str, dict[str, Any]] = dict.fromkeys(
    ("visit", "entry", "plan", "cover", "mobile"), _REFERENCE
)
_ID: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2_147_483_647}
_REFUSALS: Mapping[int, str] = {
    401: "No token, or one that is not valid any more.",
    404: "There is no such thing, or not for this account.",
    409: "It cannot be done now; `reasons` says why, `next_free` what could be.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Something that was sent cannot be used; `errors` says what.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    503: "The service is busy; try again.",
}
_DESCRIPTION = """\
Booking of video visits for other systems of the same administration.

Send `Authorization: Bearer <token>`; an administrator issues tokens. A token reaches
what its account reaches; whatever is outside answers 404. Times are ISO 8601 with an
offset. Unknown fields are refused. Problems are RFC 9457 with a stable `code`.

Send an `Idempotency-Key` with every POST: the same key with the same request is
answered once and then repeated (`Idempotency-Replayed: true`), for at least a day.
"""


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole document, ready to be printed as JSON."""
    endpoints = tuple(endpoints)
    names, definitions = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = paths.setdefault(f"{PREFIX}{endpoint.path}", {})
        path[endpoint.method.lower()] = _operation(endpoint, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Video visits",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{_BEARER: []}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {_BEARER: {"type": "http", "scheme": "bearer"}},
        },
    }


Named = Mapping[Any, dict[str, Any]]


def _schemas(endpoints: tuple[Endpoint, ...]) -> tuple[Named, dict[str, Any]]:
    told = {endpoint.answer for endpoint in endpoints} | {ProblemDetails}
    asked = {e.body for e in endpoints if e.body is not None}
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "serialization") for model in sorted(told, key=_named)),
        *((model, "validation") for model in sorted(asked, key=_named)),
    ]
    names, whole = models_json_schema(models, ref_template=_REF)
    return names, whole.get("$defs", {})


def _named(model: type[BaseModel]) -> str:
    return model.__name__


def _operation(endpoint: Endpoint, names: Named) -> dict[str, Any]:
    summary, _, description = inspect.getdoc(endpoint.act).partition("\n")  # type: ignore[union-attr]
    roles = ", ".join(sorted(endpoint.allow))
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": summary.rstrip("."),
        "description": f"{description.strip()}\n\nRoles: {roles}.".strip(),
        "parameters": [*_path(endpoint), *_query(endpoint), *_headers(endpoint)],
        "responses": _responses(endpoint, names),
    }
    if endpoint.body is not None:
        schema = names[endpoint.body, "validation"]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _path(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _PARTS.get(name, _ID),
        }
        for name in _PLACE.findall(endpoint.path)
    ]


def _query(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema(ref_template=_REF)
    inline = schema.get("$defs", {})
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _inlined(_given(part), inline),
        }
        for name, part in schema["properties"].items()
    ]


def _given(part: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that is there: it cannot be null, only left out."""
    kinds = [kind for kind in part.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        rest = {k: v for k, v in part.items() if k not in {"anyOf", "default"}}
        return {**kinds[0], **rest}
    return part


def _inlined(part: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    ref = part.get("$ref")
    if ref is None:
        return part
    rest = {key: value for key, value in part.items() if key != "$ref"}
    return {**known[ref.rsplit("/", 1)[-1]], **rest}


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    if not endpoint.writes:
        return []
    schema = {"type": "string", "pattern": "^[!-~]+$", "maxLength": KEY_LENGTH}
    return [{"name": KEY_HEADER, "in": "header", "required": False, "schema": schema}]


def _responses(endpoint: Endpoint, names: Named) -> dict[str, Any]:
    refused = [401, 404, 422, 429, 503]
    if endpoint.writes:
        refused.append(409)
    if endpoint.body is not None:
        refused += [413, 415]
    told = names[endpoint.answer, "serialization"]
    problem = names[ProblemDetails, "serialization"]
    return {
        str(endpoint.status): {
            "description": "Done." if endpoint.writes else "What was asked for.",
            "content": {"application/json": {"schema": told}},
        },
        **{
            str(status): {
                "description": _REFUSALS[status],
                "content": {CONTENT_TYPE: {"schema": problem}},
            }
            for status in sorted(refused)
        },
    }
