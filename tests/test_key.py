"""Keys hold all that a result depends on, and nothing else."""

from __future__ import annotations

from small_tools import SPECS

from agentvid.engine import pack
from agentvid.media.types import Box, Image
from agentvid.run.key import step_key, value_digest


def key(tool: str = "total", *, engines: dict[str, str] | None = None, seed: int = 0, **inputs: object) -> str:
    packed = {name: pack(value) for name, value in inputs.items()}  # type: ignore[arg-type]
    return step_key(SPECS[tool], packed, engines or {}, seed=seed, thought="why", owner="local")


def test_the_same_inputs_give_the_same_key():
    assert key(values=[1.0, 2.0]) == key(values=[1.0, 2.0])


def test_order_of_a_list_counts():
    assert key(values=[1.0, 2.0]) != key(values=[2.0, 1.0])


def test_a_seed_counts_only_where_the_tool_takes_one():
    assert key("total", values=[1.0], seed=1) != key("total", values=[1.0], seed=2)
    assert key("number", value=1.0, seed=1) == key("number", value=1.0, seed=2)


def test_a_thought_counts_only_where_the_tool_takes_one():
    def with_thought(tool: str, thought: str) -> str:
        return step_key(SPECS[tool], {"value": pack(1.0)}, {}, seed=0, thought=thought, owner="local")

    assert with_thought("say", "a") != with_thought("say", "b")
    assert with_thought("number", "a") == with_thought("number", "b")


def test_the_engine_and_its_version_count():
    assert key("paint", words="cat", engines={"t": "a@1"}) != key("paint", words="cat", engines={"t": "a@2"})


def test_owners_have_keys_of_their_own():
    spec = SPECS["number"]
    one, two = (step_key(spec, {}, {}, seed=0, thought="", owner=owner) for owner in ("ann", "bob"))
    assert one != two


def test_media_count_by_content_alone():
    png = Image(artifact="a" * 64, mime="image/png", bytes=10, width=4, height=4)
    same = png.model_copy(update={"mime": "image/x-png", "bytes": 11})
    other = png.model_copy(update={"artifact": "b" * 64})
    assert value_digest(pack(png)) == value_digest(pack(same))
    assert value_digest(pack(png)) != value_digest(pack(other))


def test_whole_numbers_are_one_value_however_written():
    assert value_digest({"type": "Number", "value": 3}) == value_digest({"type": "Number", "value": 3.0})
    assert value_digest(pack(Box(x0=0, y0=0, x1=1, y1=1))) == value_digest(pack(Box(x0=0.0, y0=0, x1=1.0, y1=1)))
