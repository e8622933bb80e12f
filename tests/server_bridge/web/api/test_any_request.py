"""Generated requests to the API: every response is as documented, and none is a server error."""

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks

from server_bridge.web.api.endpoints import ENDPOINTS, ApiEndpoint
from server_bridge.web.api.parameters import NoParameters
from tests.builders.school import COMMUNE, GATE, OTHER_SCHOOL, SCHOOL
from tests.fakes.site import Site

EXAMPLES = 8
KNOWN = {"unit_id": [SCHOOL, COMMUNE, OTHER_SCHOOL], "gate_id": [GATE]}
checks.load_all_checks()
CHECKS = checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_any_request_is_answered_as_documented(
    site: Site, secrets: dict[str, str], endpoint: ApiEndpoint
) -> None:
    schema = schemathesis.openapi.from_url(f"{site.url}api/v1/openapi.json")
    operation = schema[endpoint.path]["get"]
    names = re.findall(r"{(\w+)}", endpoint.path)
    answered: set[int] = set()

    def ask(case: Case[Any]) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {secrets[COMMUNE]}"})
        case.validate_response(answer, checks=CHECKS)  # type: ignore[arg-type]  # takes these too
        answered.add(answer.status_code)

    for mode in GenerationMode:
        any_place = operation.as_strategy(mode)
        known = [
            operation.as_strategy(mode, path_parameters={name: place})
            for name in names
            for place in KNOWN[name]
        ]
        settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(st.one_of(any_place, *known))(ask))()
    has_query = endpoint.parameters is not NoParameters
    assert answered >= {200, 404 if names else 200, 400 if has_query else 200}
