"""The page's types are those of the interface, and the interface answers as its types say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from siting.workshop import api, replies

ROOT = Path(__file__).parents[2]
SCENARIO = {"what_if": {"speed_factor": 1.2}}
QUESTIONS = {
    "/api/answer": ({}, "ScenarioReply"),
    "/api/compare": ({}, "PairReply"),
    "/api/ranking": ({}, "RankingReply"),
    "/api/robustness": ({}, "RobustnessReply"),
    "/api/plan": ({}, "PlanReply"),
    "/api/access": ({"lon": 2.57, "lat": 44.35}, "AccessReply"),
}


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location(
        "write_api_types", ROOT / "scripts" / "write_api_types.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(opened):
    with TestClient(api.make(opened), base_url="http://127.0.0.1") as client:
        yield client


def strictly(name, content):
    """Refuse a reply that lacks a key, has one more, or has another kind of value."""
    kind = getattr(replies, name)
    TypeAdapter(kind).validate_python(content, strict=False)
    assert set(content) == set(kind.__annotations__)


def test_the_pages_types_are_written_from_the_interface(writer, opened):
    written = writer.typescript(api.make(opened).openapi())
    assert writer.TARGET.read_text(encoding="utf-8") == written, "run scripts/write_api_types.py"


def test_every_answer_of_the_interface_has_a_type(opened):
    untyped, files = [], []
    for path, methods in api.make(opened).openapi()["paths"].items():
        for method, operation in methods.items():
            for content in (answer["content"] for answer in operation["responses"].values()):
                if "application/json" not in content:
                    files.append((method, path))
                elif content["application/json"]["schema"] in ({}, {"type": "object"}):
                    untyped.append((method, path))
    assert untyped == []
    streamed = ("get", "/api/meetings/{key}/events")
    assert files == [("post", "/api/export/{kind}"), ("post", "/api/minutes"), streamed]


def test_a_kind_of_schema_that_is_not_known_is_refused(writer):
    with pytest.raises(ValueError, match="no TypeScript type"):
        writer.type_of({"type": "object", "patternProperties": {}})


@pytest.mark.parametrize("path", sorted(QUESTIONS))
def test_answers_are_of_their_types(client, path):
    more, name = QUESTIONS[path]
    body = {"first": SCENARIO} if path == "/api/compare" else {"scenario": SCENARIO, **more}
    answered = client.post(path, json=body)
    assert answered.status_code == 200, answered.text
    strictly(name, answered.json())


@pytest.mark.parametrize(
    ("path", "name"), [("/api/study", "StudyReply"), ("/api/layers", "LayersReply")]
)
def test_what_is_shown_first_is_of_its_type(client, path, name):
    strictly(name, client.get(path).json())
