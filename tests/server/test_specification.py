"""Whatever fits the specification, and much that does not, gets an answer that the specification tells.

`AVILEO_CASES` says how many requests are tried at each address by each person, 10 if it does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from avileo_pos.server.app import build_app
from avileo_pos.server.central import ServerSettings
from tests.postgres import TestPostgres
from tests.server.everything import everything_happens
from tests.server.sessions import token_of
from tests.server.sync_central import TestCentral, running_central
from tests.serving import serving

CASES: Final = int(os.environ.get("AVILEO_CASES", "10"))
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SETTINGS: Final = ServerSettings(
    "a-secret-of-at-least-32-characters!!",
    "http://central.example",
    requests_per_session=0,
    requests_per_address=0,
)


@dataclass(frozen=True, slots=True)
class Specified:
    """A served central, its specification, and ids that mean something there."""

    central: TestCentral
    address: str
    schema: schemathesis.BaseSchema
    ids: Mapping[str, str]

    def token(self, who: str) -> str | None:
        """Of a session that is new, as some addresses end the one that asks."""
        return token_of(self.central, self.central.users[who]) if who in self.central.users else None


@pytest.fixture(scope="module")
def specified(postgres: TestPostgres) -> Iterator[Specified]:
    with running_central(postgres) as central:
        everything_happens(central.ana)
        ids = {
            "business_id": central.business_id,
            "member_id": central.members["Beto"],
            "device_id": central.beto.device_id,
        }
        with serving(build_app(central.database, SETTINGS)) as address:
            schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
            yield Specified(central, address, schema, ids)


def words_of_all_addresses() -> list[str]:
    specification = build_app(None, SETTINGS).openapi()  # type: ignore[arg-type]  # nobody asks anything of it
    return [f"{method.upper()} {path}" for path, methods in specification["paths"].items() for method in methods]


@pytest.mark.parametrize("who", ["Ana", "Beto", "nobody"])
@pytest.mark.parametrize("words", words_of_all_addresses())
def test_every_answer_is_one_that_the_specification_tells(specified: Specified, words: str, who: str) -> None:
    method, path = words.split(" ")
    operation = specified.schema[path][method]
    token = specified.token(who)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        derandomize="AVILEO_CASES" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.booleans())
    def ask(case: schemathesis.Case, known: bool) -> None:
        if known:
            _name_what_exists(case, specified.ids)
        answer = case.call(base_url=specified.address, headers=headers)
        case.validate_response(answer, checks=CHECKS)

    ask()


def _name_what_exists(case: schemathesis.Case, ids: Mapping[str, str]) -> None:
    """Or no request would come further than to ids that nobody has."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            place.update({name: value for name, value in ids.items() if name in place})
    if "X-Avileo-Protocol" in (case.headers or {}):
        case.headers["X-Avileo-Protocol"] = "1"
