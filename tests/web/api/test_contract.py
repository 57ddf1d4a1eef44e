"""The document says what the API does: schemathesis asks, the running API answers."""

import asyncio
from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from tests import make
from tests.make import World
from tests.web.api import standing
from tests.web.api.conftest import PREFIX, Enrol, Program, told
from tests.web.conftest import Site, Start
from visitation.database import Database
from visitation.words import Role
from web.api import DOCUMENT, ENDPOINTS

EXAMPLES = 6
#: The stricter of the two: it takes no NUL, and no number beyond its columns.
STRICT = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
# A body with more rows than there may be is refused for its size before it is read.
SCHEMA.config.checks.negative_data_rejection.expected_statuses += ["413"]
CHECKS = [
    checks.not_a_server_error,
    *(
        checks.CHECKS.get_one(name)
        for name in (
            "status_code_conformance",
            "content_type_conformance",
            "response_schema_conformance",
            "negative_data_rejection",
        )
    ),
]
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


def _name_what_exists(case: schemathesis.Case, known: dict[str, object]) -> None:
    """Made-up ids end at 404; real ones get as far as the database."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            place.update({name: known[name] for name in place.keys() & known.keys()})


def _is_wrong_in_its_headers_alone(case: schemathesis.Case) -> bool:
    """We set one of them right ourselves, and spaces around the other are no fault."""
    wrong = {
        place
        for place, how in (case.meta.components if case.meta else {}).items()
        if how.mode is GenerationMode.NEGATIVE
    }
    return wrong == {ParameterLocation.HEADER}


@STRICT
async def test_the_document_is_open_to_all_and_names_every_endpoint(site: Site) -> None:
    response = await site.client.get("/api/openapi.json")
    document = await told(response)
    assert document["openapi"] == "3.1.0"
    named = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert named == {(e.method, PREFIX + e.path) for e in ENDPOINTS}


@STRICT
async def test_every_address_of_the_api_is_in_the_document(site: Site) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in site.client.app.router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith("/api/")
        and route.method != "HEAD"
    }
    described = {
        (method.upper(), path)
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert served == described | {("GET", "/api/openapi.json")}


def test_every_operation_is_explained() -> None:
    for operation in OPERATIONS:
        raw = operation.definition.raw
        assert raw["summary"]
        assert "Roles: " in raw["description"]
        assert {"401", "404", "422", "429"} <= raw["responses"].keys()


@pytest.fixture
async def site(start_site: Start, database: Database) -> Site:
    return await start_site(database=database)


@STRICT
@pytest.mark.parametrize(
    "path", ["/visits/%00", "/visits/%F0%9F%98%80", "/visits/x%27"]
)
async def test_a_reference_that_cannot_be_one_is_not_found(
    program: Program, world: World, path: str
) -> None:
    await told(await program.get(path), 404)


@STRICT
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.label)
async def test_the_api_keeps_its_word(
    program: Program, program_of: Enrol, world: World, operation: APIOperation
) -> None:
    """No request of any shape is answered by 500, or against the document."""
    known = await standing.known(program, world, operation.path)
    asker = program
    if f"Roles: {Role.ADMINISTRATOR}." in operation.definition.raw["description"]:
        async with program.site.database.write() as session:
            administrator = await make.account(session, Role.ADMINISTRATOR)
        asker = await program_of(administrator)
    for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
        await asyncio.to_thread(_asking(asker, operation, mode, known))


def _asking(
    program: Program,
    operation: APIOperation,
    mode: GenerationMode,
    known: dict[str, object],
) -> Callable[[], None]:
    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE:
            _name_what_exists(case, known)
        elif _is_wrong_in_its_headers_alone(case):
            return
        case.call_and_validate(
            base_url=program.site.origin,
            headers={"Authorization": f"Bearer {program.token}"},
            checks=CHECKS,
        )

    return ask
