"""The OpenAPI holds: whatever is asked within it, and beyond it, is answered as it says, and never by a fault.

The requests are the same in every run; AGENTVID_SCHEMA_EXAMPLES=200 asks for others, that many of each route.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from toy import toy_agent

from agentvid.samples import COFFEE
from agentvid.server import create_app

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Do not use the `random` module")
SEARCHED = os.environ.get("AGENTVID_SCHEMA_EXAMPLES")
LEFT_OUT = ("positive_data_acceptance",)
"""What is well formed may still not fit the chain, or be no picture."""


def asked(**more: Any) -> Any:
    """Return the settings of hypothesis: the same few examples in every run, or many new ones where they are wished."""
    from hypothesis import HealthCheck, settings

    return settings(
        max_examples=int(SEARCHED or "12"),
        derandomize=not SEARCHED,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


@pytest.fixture
def served(home: Path) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """A real server with a key, and what its owner has: a session of two turns, an artifact."""
    app = create_app(agent=toy_agent(home), concurrency=4)
    _, key = app.state.keys.add("mia")
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=30) as client:
        session = client.post("/sessions", json={"name": "holiday"}).json()["session"]
        made = client.post("/artifacts", files={"file": COFFEE.read_bytes()}).json()["artifact"]["artifact"]
        for turn, body in enumerate(({"text": "toil 3 0"}, {"text": "see", "artifacts": [made]}), 1):
            assert client.post(f"/sessions/{session}/messages", json=body).status_code == 202
            while client.get(f"/sessions/{session}/turns/{turn}").json()["work"]:
                threading.Event().wait(0.05)
    yield address, headers, {"session": session, "digest": made, "turn": 1}
    app.state.hub.announce_stop()
    server.should_exit = True
    thread.join()


@pytest.mark.slow
def test_each_route_keeps_to_its_schema(served: Any):
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import Phase, given

    address, headers, known = served
    count = itertools.count()
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    schema = schema.exclude(path_regex="/events$|/sign-out$").exclude(method="DELETE")
    for found in schema.get_all_operations():
        operation = found.ok()

        @asked(phases=[Phase.explicit, Phase.generate])
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            if next(count) % 3:
                for name in known.keys() & (case.path_parameters or {}).keys():
                    case.path_parameters[name] = known[name]
            case.call_and_validate(headers=headers, excluded_checks=[check(name) for name in LEFT_OUT])

        ask()
    assert next(count) > 100


def check(name: str) -> Any:
    from schemathesis.checks import CHECKS

    return CHECKS.get_one(name)


@pytest.mark.slow
def test_what_links_lead_to_keeps_to_its_schema_too(served: Any):
    schemathesis = pytest.importorskip("schemathesis")

    address, headers, _ = served
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json").exclude(path_regex="/events$|/sign-out$|/keys/")

    class Walk(schema.as_state_machine()):
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = (), **more: Any) -> None:
            case.validate_response(response, excluded_checks=[check(name) for name in LEFT_OUT])

    Walk.run(settings=asked(stateful_step_count=6))
