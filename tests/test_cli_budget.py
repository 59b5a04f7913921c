"""Budgets on the command line: a run that might pass one waits with exit code 3, and says how to go on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agentvid.agent import agent as agent_module
from agentvid.agent.budget import read_budget
from agentvid.cli.app import run_app
from agentvid.engine import Capability, Cost, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.errors import InputError
from agentvid.media.codec import png_bytes
from agentvid.plugins import load_engines

PRICE = Cost(amount=0.25, currency="CNY")


class Paid:
    """Draws a grey picture for money."""

    name, version, weights, concurrency = "paid", "1", "", 1

    def status(self) -> EngineStatus:
        return EngineStatus(state="ready")

    def capabilities(self) -> tuple[Capability, ...]:
        return (Capability(task="text_to_image", price=PRICE),)

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        png = png_bytes(np.full((32, 48, 3), request.seed % 256, np.uint8))
        return EngineResult.of(image=context.store.put_bytes(png, "image/png", "image"), cost=PRICE)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call `agentvid` where an engine costs money, and return exit code and document."""
    monkeypatch.setattr(agent_module, "load_engines", lambda: {**load_engines(), "paid": Paid()})
    monkeypatch.setenv("AGENTVID_INPROCESS", "1")
    monkeypatch.chdir(tmp_path)

    def made(*arguments: str) -> tuple[int, dict]:
        code = run_app([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return made


def test_a_run_that_would_pass_the_budget_waits_and_says_how_to_go_on(call):
    drawn = ("run", "draw a lighthouse at dusk", "--session", "s", "--engine", "paid")
    code, told = call(*drawn, "--budget", "0.2CNY")
    assert (code, told["status"], told["executed"]) == (3, "waiting", [])
    (waits,) = told["waiting"]
    assert "this run costs up to 0.25 CNY; 0.00 of 0.20 CNY are spent" in waits["how"]
    assert "agentvid resume s --turn 1" in waits["how"] and "agentvid chain budget s --set" in waits["how"]
    code, told = call("resume", "s", "--turn", "1")
    assert (code, told["executed"]) == (0, ["t1.s1"])
    code, told = call("chain", "budget", "s")
    assert code == 0 and told["budget"] == {"amount": 0.2, "currency": "CNY"}
    assert (told["spent"], told["left"]) == ({"CNY": 0.25}, -0.05)
    code, told = call("chain", "edit", "s", "--set", "t1.s1.seed=2")
    assert (code, told["executed"], told["preview"]["cost"]["high"]) == (3, [], 0.25)
    code, told = call("chain", "undo", "s")
    assert (code, told["status"]) == (0, "done")
    code, told = call("chain", "budget", "s", "--set", "2 CNY")
    assert (code, told["left"]) == (0, 1.75)
    code, told = call("run", "use seed 3", "--session", "s")
    assert (code, told["executed"], told["revision"]) == (0, ["t1.s1"], 4)
    code, told = call("chain", "budget", "s", "--clear")
    assert (told["budget"], told["left"], told["spent"]) == (None, None, {"CNY": 0.5})


def test_an_edit_in_words_is_asked_about_where_it_costs(call):
    call("run", "draw a lighthouse at dusk", "--session", "s", "--engine", "paid")
    code, told = call("run", "use seed 3", "--session", "s", "--review", "when_costly", "--budget", "0.3 CNY")
    assert (code, told["revision"], told["executed"]) == (3, 3, [])
    assert "0.25 of 0.30 CNY are spent" in told["waiting"][0]["how"]
    assert call("resume", "s")[1]["executed"] == ["t1.s1"], "what was told once is not asked twice"


@pytest.mark.parametrize(
    ("text", "amount", "currency"), [("2CNY", 2, "CNY"), (" 2.5 eur ", 2.5, "EUR"), ("0 USD", 0, "USD")]
)
def test_amounts_of_money(text, amount, currency):
    assert read_budget("--budget", text) == Cost(amount=amount, currency=currency)


@pytest.mark.parametrize("text", ["", "CNY", "2", "-1 CNY", "nan CNY", "1e5 CNY", "2 CN", "2 CNY 3", "9" * 400 + "CNY"])
def test_what_is_no_amount(text):
    with pytest.raises(InputError, match="--budget"):
        read_budget("--budget", text)
