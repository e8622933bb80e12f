"""The OpenAPI 3.1 document of the API, made from the types of parameters and responses."""

import inspect
import re
from functools import cache
from typing import Any

import msgspec

from server_bridge.web.api import responses
from server_bridge.web.api.endpoints import BASE, ENDPOINTS, ApiEndpoint
from server_bridge.web.api.parameters import GateId, UnitId
from server_bridge.web.api.problems import MEDIA_TYPE, TITLES

DESCRIPTION = """\
Counts of a district's schools, and the health of their gates; never people.

Every request needs a token: `Authorization: Bearer sgt_...`. `gate-bridge token add` makes one. A
token gives access to one unit and all units below it; for all others the API answers 404. Times are
RFC 3339 in UTC, days are the schools' local days. Responses carry an `ETag`: send it back as
`If-None-Match`, and an unchanged resource is answered by 304 without a body. Fields may be added in
any version: ignore those you do not know. Errors are problem documents (RFC 9457).
"""

_REFERENCE = "#/components/schemas/{name}"
_IN_PATH = {"unit_id": UnitId, "gate_id": GateId}
_ALWAYS = ("bad_request", "token", "fault", "database")


@cache
def openapi() -> bytes:
    """Return the document as JSON: it is served, and the same as docs/reference/openapi.json."""
    kinds = [*(endpoint.response for endpoint in ENDPOINTS), responses.Problem]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Schoolgate, figures for other programs",
            "version": "1.0.0",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": {endpoint.path: {"get": _operation(endpoint)} for endpoint in ENDPOINTS},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {name: _described(schema) for name, schema in schemas.items()},
        },
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its docstring's indentation removed, as Python 3.13 does itself."""
    if "description" not in schema:
        return schema
    return schema | {"description": inspect.cleandoc(schema["description"])}


def _operation(endpoint: ApiEndpoint) -> dict[str, Any]:
    in_path = re.findall(r"{(\w+)}", endpoint.path)
    problems = [*_ALWAYS, "not_there"] if in_path else _ALWAYS
    tag = {"description": "Identifies this version of the response.", "schema": {"type": "string"}}
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [
            *(
                {"in": "path", "name": name, "required": True} | _schema(_IN_PATH[name])
                for name in in_path
            ),
            *_query(endpoint),
            {
                "in": "header",
                "name": "If-None-Match",
                "description": "The `ETag` of a response that you have stored.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {
                "description": endpoint.summary,
                "headers": {"ETag": tag},
                "content": {
                    "application/json": {
                        "schema": {"$ref": _REFERENCE.format(name=endpoint.response.__name__)}
                    }
                },
            },
            "304": {"description": "The response has not changed since.", "headers": {"ETag": tag}},
            **{
                str(status): _problem(title)
                for status, title in sorted(TITLES[what] for what in problems)
            },
        },
    }


def _query(endpoint: ApiEndpoint) -> list[dict[str, Any]]:
    _, schemas = msgspec.json.schema_components([endpoint.parameters], ref_template=_REFERENCE)
    properties = schemas[endpoint.parameters.__name__]["properties"]
    return [
        {"in": "query", "name": name, "required": False} | _parameter(schema)
        for name, schema in properties.items()
    ]


def _schema(kind: Any) -> dict[str, Any]:
    return _parameter(msgspec.json.schema(kind))


def _parameter(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's description and schema.

    Null is taken out of the schema: absent parameters are left out of a query.
    """
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if kinds:
        schema = {**schema, **kinds[0]}
        schema.pop("default", None)
    description = schema.pop("description", "")
    return {"description": description, "schema": schema}


def _problem(title: str) -> dict[str, Any]:
    return {
        "description": title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(name="Problem")}}},
    }
