"""Routing is pure, obeys wishes, and never takes what was not wished for silently."""

from __future__ import annotations

import pytest
from small_tools import NamedEngine

from agentvid.errors import NoEngine
from agentvid.run.route import route


def engines(*listed: NamedEngine) -> dict[str, NamedEngine]:
    return {engine.name: engine for engine in listed}


def test_a_ready_engine_is_taken_before_an_unproven_one():
    chosen = route("text_to_image", engines(NamedEngine("unified", "unproven"), NamedEngine("classical")))
    assert chosen.engine == "classical"


def test_an_unproven_engine_is_taken_where_no_ready_one_bears_the_task():
    chosen = route(
        "text_to_image", engines(NamedEngine("unified", "unproven"), NamedEngine("classical", task="locate"))
    )
    assert (chosen.engine, chosen.state) == ("unified", "unproven")


def test_fake_and_simulator_are_only_taken_when_wished():
    both = engines(NamedEngine("fake"), NamedEngine("simulator"))
    with pytest.raises(NoEngine):
        route("text_to_image", both)
    assert route("text_to_image", both, "fake").engine == "fake"


def test_a_wish_that_cannot_be_met_is_refused_with_what_would_do():
    able = NamedEngine("classical")
    with pytest.raises(NoEngine, match="classical"):
        route("text_to_image", engines(able), "unifed")
    with pytest.raises(NoEngine, match="does not bear"):
        route("text_to_image", engines(able, NamedEngine("other", task="locate")), "other")
    with pytest.raises(NoEngine, match="set a key"):
        route("text_to_image", engines(able, NamedEngine("cloud", "needs key")), "cloud")


def test_no_engine_says_how_to_get_one():
    with pytest.raises(NoEngine, match="cloud: set a key"):
        route("text_to_image", engines(NamedEngine("cloud", "needs key")))


def test_identity_names_the_version():
    assert route("text_to_image", engines(NamedEngine("classical", version="7"))).identity == "classical@7"
