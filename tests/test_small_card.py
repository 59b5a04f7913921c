"""The card of weights and the gate before they are replaced."""

from __future__ import annotations

import copy
import json

import pytest

from agentvid.cli.app import run_app
from agentvid.errors import InputError
from agentvid.evals.small.card import Facts, card_of, claims_of, regressions, weights_digest, write_card

FACTS = Facts("nano", 100, "1 h of one core", "abc")


def figure(hits, n=100):
    share = hits / n
    return {"kind": "rate", "n": n, "hits": hits, "value": share, "low": share - 0.08, "high": min(1, share + 0.08)}


def results(**changes):
    lines = {"1 solid": 97, "2 solids": 90, "3 solids": 60, "all": 82} | changes
    told = [{"name": "exact, own thought", "group": group, "figure": figure(hits)} for group, hits in lines.items()]
    asked = [{"name": "right", "group": "all", "figure": figure(80)}]
    return {
        "facts": {"seed": 1, "scenes": 300, "split": "held_out", "judge": "j", "version": 1, "weights": "w"},
        "tasks": {"text_to_image": {"lines": told}, "question": {"lines": asked}, "walk": {"lines": []}},
    }


def test_a_task_is_claimed_as_far_as_it_is_exact():
    tasks = card_of(results(), FACTS)["tasks"]
    assert tasks["text_to_image"] == {"level": {"objects": 2}, "exact": {"1": 0.97, "2": 0.9, "3": 0.6}, "draft": False}
    assert tasks["question"]["draft"] is True
    assert set(tasks) == {"text_to_image", "question"}


def test_plans_are_claimed_as_a_whole():
    found = results()
    for hits, is_draft in ((90, False), (80, True)):
        found["tasks"]["plan"] = {"lines": [{"name": "same chain", "group": "all", "figure": figure(hits)}]}
        told = card_of(found, FACTS)["tasks"]["plan"]
        assert told == {"level": {}, "exact": {"all": hits / 100}, "draft": is_draft}
    worse = copy.deepcopy(found)
    worse["tasks"]["plan"]["lines"][0]["figure"] = figure(60)
    assert regressions(found, worse) == ["plan: same chain, all: 0.600 (at most 0.680), was 0.800 (at least 0.720)"]


def test_more_may_be_claimed_of_what_is_seen_from_the_front():
    found = results(**{"1 solid": 80, "2 solids": 70, "1 solid, front": 95, "2 solids, front": 88})
    told = card_of(found, FACTS)["tasks"]["text_to_image"]
    assert told["level"] == {"objects_in_front": 2} and not told["draft"]
    assert told["exact"]["1 front"] == 0.95 and told["exact"]["1"] == 0.8
    assert claims_of(found)["text_to_image"] == ["1 solid, front", "2 solids, front"]


def test_a_gap_ends_the_claim():
    told = card_of(results(**{"1 solid": 50, "2 solids": 99}), FACTS)["tasks"]["text_to_image"]
    assert told["draft"] is True and told["level"] == {}


def weighed(folder, **changes):
    folder.mkdir(exist_ok=True)
    (folder / "ema.safetensors").write_bytes(b"weights")
    found = results(**changes)
    found["facts"]["weights"] = weights_digest(folder)
    return found


def test_a_card_is_of_the_weights_that_were_measured(tmp_path):
    found = weighed(tmp_path)
    write_card(tmp_path, found, FACTS)
    assert weights_digest(tmp_path) == found["facts"]["weights"]
    (tmp_path / "ema.safetensors").write_bytes(b"others")
    with pytest.raises(InputError, match="results of these weights"):
        write_card(tmp_path, found, FACTS)


def test_the_card_lies_beside_the_weights(tmp_path):
    write_card(tmp_path, weighed(tmp_path), FACTS)
    assert json.loads((tmp_path / "card.json").read_text())["steps"] == 100
    told = (tmp_path / "README.md").read_text()
    assert "| text_to_image: exact, own thought | 0.82 (0.74 to 0.90) |" in told
    assert "claimed for up to 2 solids" in told and "question: draft" in told


def test_worse_beyond_chance_is_a_regression():
    assert regressions(results(), results(**{"3 solids": 55})) == []
    found = regressions(results(), results(**{"1 solid": 80}))
    assert len(found) == 3 and "1 solid" in found[0]
    assert found[1:] == [f"text_to_image: {n}: was claimed, and is no more" for n in ("1 solid", "2 solids")]
    assert regressions(results(), results(**{"2 solids": 84})) == [
        "text_to_image: 2 solids: was claimed, and is no more"
    ]
    assert regressions(results(), results(**{"3 solids": 47})) == [], "the old figure is an estimate, too"
    fewer = results()
    del fewer["tasks"]["question"]
    assert regressions(results(), fewer) == ["question: right, all: not measured, was 0.800"]
    other = copy.deepcopy(results())
    other["facts"]["seed"] = 2
    assert "seed" in regressions(results(), other)[0]


def test_the_command_refuses_what_is_worse(tmp_path, capsys):
    weights = tmp_path / "new"
    for name, found in {"old": results(), "bad": weighed(weights, **{"1 solid": 60}), "good": weighed(weights)}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(found))
    told = ["train", "card", str(weights), "--better-than", str(tmp_path / "old.json"), "--json"]
    assert run_app([*told, "--results", str(tmp_path / "bad.json")]) == 2
    assert "worse than" in capsys.readouterr().out
    assert not (weights / "card.json").exists()
    assert run_app([*told, "--results", str(tmp_path / "good.json")]) == 0
    assert (weights / "card.json").is_file()


@pytest.mark.parametrize("content", [None, "", "[]", '{"tasks": 3, "facts": {}}'])
def test_no_results_are_bad_input(tmp_path, content, capsys):
    path = tmp_path / "results.json"
    if content is not None:
        path.write_text(content)
    assert run_app(["train", "card", str(tmp_path), "--results", str(path), "--json"]) == 2
    assert "results.json" in capsys.readouterr().out
