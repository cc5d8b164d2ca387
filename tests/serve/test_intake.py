"""Cases over HTTP: opened once however often they are sent, listed, read, decided on; errors in one shape."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from models.pipeline import Pipeline
from serve.settings import read_settings
from tests.serve.running import server

BODY = "공원 정자 난간이 부서졌으니 고쳐 주시고, 밤에는 경찰이 순찰하면서 싸우는 사람들을 데려가 주셨으면 합니다."


@pytest.fixture(scope="module")
def client(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with server(read_settings({"MINWON_RATE": "0"}), pipeline, tmp_path_factory.mktemp("store")) as held:
        yield held


def opened(client: httpx.Client, key: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    answer = client.post("/v1/complaints", json={"key": key, "body": BODY, "channel": "counter", **more})
    assert answer.status_code in (200, 201), answer.text
    held: dict[str, Any] = answer.json()
    return held


def test_a_complaint_opens_a_case_with_its_proposal_and_reasons(client: httpx.Client) -> None:
    answer = client.post("/v1/complaints", json={"key": "first", "id": "A-1", "body": BODY})
    assert answer.status_code == 201
    case = answer.json()
    assert case["id"] == "A-1"
    assert case["state"] == {"code": "review", "name": "배정 검토"}
    assert case["lead"]["code"] == case["proposal"]["lead"]
    assert case["reasons"]
    assert case["due_at"]
    again = client.get(f"/v1/cases/{case['number']}").json()
    assert {**case, "reasons": []} == again


def test_the_same_key_gives_the_same_case(client: httpx.Client) -> None:
    first = opened(client, "twice")
    answer = client.post("/v1/complaints", json={"key": "twice", "body": BODY, "channel": "counter"})
    assert (answer.status_code, answer.json()["number"]) == (200, first["number"])
    other = client.post("/v1/complaints", json={"key": "twice", "body": "보안등이 꺼졌습니다", "channel": "counter"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_used")


def test_the_same_key_at_once_opens_one_case(client: httpx.Client) -> None:
    with ThreadPoolExecutor(12) as pool:
        numbers = {one["number"] for one in pool.map(lambda _: opened(client, "at once"), range(12))}
    assert len(numbers) == 1


def test_cases_are_listed_a_page_at_a_time_without_gap_or_double(client: httpx.Client) -> None:
    for place in range(7):
        opened(client, f"page {place}")
    seen: list[str] = []
    cursor = ""
    while True:
        held = client.get("/v1/cases", params={"limit": 3, "cursor": cursor, "state": "waiting"}).json()
        seen += [one["number"] for one in held["cases"]]
        cursor = held["next"]
        if not cursor:
            break
    whole = client.get("/v1/cases", params={"limit": 200, "state": "waiting"}).json()["cases"]
    assert seen == [one["number"] for one in whole]
    assert len(seen) == len(set(seen)) >= 7
    assert client.get("/v1/cases", params={"office": "tax"}).json()["cases"] == []


def test_a_decision_is_made_once_on_what_was_looked_at(client: httpx.Client) -> None:
    case = opened(client, "decide")
    place = f"/v1/cases/{case['number']}/decisions"
    change = {"move": "change_lead", "version": case["version"], "values": {"office": "도로관리과"}}
    after = client.post(place, json=change)
    assert (after.status_code, after.json()["lead"]["code"]) == (200, "roads")
    stale = client.post(place, json=change)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale")
    assert "key:all" in stale.json()["error"]["message"]
    refused = client.post(place, json={"move": "accept", "version": after.json()["version"]})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["problems"][0]["where"]) == (422, "refused", "move")
    assert error["message"] != error["english"]


@pytest.mark.parametrize(
    ("method", "place", "body", "status", "code"),
    [
        ("GET", "/v1/cases/2026-999999", None, 404, "no_case"),
        ("GET", "/v1/cases/nothing", None, 404, "no_case"),
        ("GET", "/v1/cases?level=9", None, 422, "filter"),
        ("GET", "/v1/cases?cursor=abc", None, 422, "filter"),
        ("GET", "/v1/cases?doubt=high", None, 422, "filter"),
        ("GET", "/v1/cases?limit=0", None, 422, "bad_request"),
        ("POST", "/v1/complaints", {"body": "x"}, 422, "bad_request"),
        ("POST", "/v1/complaints", {"key": "k", "body": "   "}, 422, "unusable"),
        (
            "POST",
            "/v1/complaints",
            {"key": "k", "body": "x", "received_at": "9999-01-01T00:00:00Z"},
            422,
            "bad_request",
        ),
        ("POST", "/v1/complaints", {"key": "k", "body": "x", "about_office": "달나라과"}, 422, "refused"),
        ("GET", "/v1/cases?cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgMV0=", None, 422, "filter"),
        ("POST", "/v1/cases/2026-999999/decisions", {"move": "confirm", "version": 1}, 404, "no_case"),
    ],
)
def test_what_cannot_be_done_is_told_in_two_languages(
    client: httpx.Client, method: str, place: str, body: dict[str, Any] | None, status: int, code: str
) -> None:
    answer = client.request(method, place, json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["message"]
    assert error["english"]
    assert error["request_id"]


def test_a_field_that_is_wrong_is_named_in_korean(client: httpx.Client) -> None:
    (problem,) = client.post("/v1/complaints", json={"body": "x"}).json()["error"]["problems"]
    assert problem == {"where": "body.key", "message": "빠졌습니다. 적어 주십시오.", "english": "Field required"}


def test_odd_characters_and_numbers_are_no_failure(client: httpx.Client) -> None:
    answer = client.post("/v1/complaints", json={"key": "nul\x00", "body": f"{BODY}\x00", "complainant": "가\x00나"})
    assert answer.status_code == 201
    assert client.get("/v1/cases", params={"field": "\x00"}).status_code == 200
    for number in ("2026-99999999999999999999", "2026-4294967296", "2026-٣", "%00", "2026--1"):
        assert client.get(f"/v1/cases/{number}").status_code == 404
    lone = b'{"key": "half", "body": "\\ud800 x", "complainant": "\\ud800"}'
    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/complaints", content=lone, headers=headers).status_code in (201, 422)
