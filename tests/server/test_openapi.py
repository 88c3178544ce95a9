"""The specification tells what central really takes and answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.town import Town


@pytest.fixture
def specification(town: Town) -> dict[str, Any]:
    answer = town.visitor().get("/api/openapi.json")
    return dict(answer.json())


def operations(specification: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in specification["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_every_error_has_the_one_form(specification: dict[str, Any]) -> None:
    for path, operation in operations(specification):
        for status, answer in operation["responses"].items():
            if status[0] in "45":
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Refusal"}, (path, status)
    assert "HTTPValidationError" not in specification["components"]["schemas"]


def test_every_answer_says_what_it_holds(specification: dict[str, Any]) -> None:
    for path, operation in operations(specification):
        for status, answer in operation["responses"].items():
            if status in {"200", "201"}:
                assert all(kind["schema"] for kind in answer["content"].values()), path


def test_what_needs_a_session_says_so_and_what_happens_without(specification: dict[str, Any], town: Town) -> None:
    checked = 0
    for path, methods in specification["paths"].items():
        for method, operation in methods.items():
            if "security" in operation and "{" not in path:
                checked += 1
                assert {"401", "403"} <= operation["responses"].keys(), path
                answer = town.visitor().client.request(method, path, json={})
                assert answer.status_code == 401, path
    assert checked > 5


def test_a_body_may_be_wrong_or_too_large(specification: dict[str, Any]) -> None:
    for path, operation in operations(specification):
        if "requestBody" in operation:
            assert {"400", "408", "413"} <= operation["responses"].keys(), path


def test_whatever_is_asked_may_be_asked_too_often_or_too_long_or_while_central_is_away(
    specification: dict[str, Any],
) -> None:
    for path, operation in operations(specification):
        assert {"414", "429", "431", "503"} <= operation["responses"].keys(), path


def test_a_till_may_be_too_old_and_its_cursor_too(specification: dict[str, Any]) -> None:
    for path, operation in operations(specification):
        assert ("426" in operation["responses"]) == path.startswith("/api/sync/"), path
    assert "410" in specification["paths"]["/api/sync/pull"]["get"]["responses"]
