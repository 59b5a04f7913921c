"""Chains that a chat model writes: asked in the message's language, read generously, checked, repaired once, run."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
from pathlib import Path

import pytest
from llm_server import (
    BUSY,
    KEY,
    MODEL,
    NO_JSON,
    NO_SCHEMA,
    ChatEndpoint,
    cut_after,
    hangs_after,
    recolour,
    refuses,
    says,
    until,
    wrong_key,
)
from pydantic import SecretStr

from agentvid import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.edit import Insert, SetArg
from agentvid.chain.step import Ref, Step
from agentvid.errors import EditError, InputError, PlanError, SettingsError
from agentvid.events import ChainEvent, CostEvent, ThoughtDelta, TokensUsed, Warned, ignore
from agentvid.media.types import Image, Video
from agentvid.planner import Exchange, KnownMedia, OffersEdits, PlanRequest
from agentvid.planner.llm import Endpoint, LlmPlanner
from agentvid.planner.llm.partial import json_in
from agentvid.planner.llm.prompt import ask_for_chain
from agentvid.planner.llm.read import read_chain, read_edits
from agentvid.planner.llm.schema import chain_schema, edits_schema
from agentvid.plugins import load_engines, load_tools
from agentvid.run.route import offers
from agentvid.samples import CITY, COFFEE
from agentvid.settings import TokenPrice, load_settings

PHOTO = Image(artifact="a" * 64, mime="image/png", bytes=9, width=600, height=400)
CLIP = Video(artifact="b" * 64, mime="video/mp4", bytes=9, width=64, height=48, fps=24, frames=48, seconds=2)
TOOLS = load_tools()
BEARS = offers(load_engines())
MESSAGE = "give the cup the colour of the sea"


def request(text: str = MESSAGE, **known) -> PlanRequest:
    media = known.pop("media", (KnownMedia(1, PHOTO, name="coffee.jpg", is_new=True),))
    return PlanRequest(turn=known.pop("turn", 1), text=text, media=media, bears=BEARS, **known)


def planner(endpoint: ChatEndpoint, **more) -> LlmPlanner:
    async def at_once(seconds: float) -> None:
        return

    store = more.pop("store", None)
    return LlmPlanner(Endpoint(endpoint.url, MODEL, SecretStr(KEY), **more), TOOLS, store=store, sleep=at_once)


def agent(endpoint: ChatEndpoint, **more) -> Agent:
    return Agent(planner=planner(endpoint, **more), in_process=True)


# ---------------------------------------------------------------- the schema and the prompt


@pytest.mark.parametrize("make", [chain_schema, edits_schema])
def test_the_schema_is_of_the_strict_kind(make):
    schema = make(TOOLS.values(), ["classical", "small"])

    def walk(node):
        if isinstance(node, list):
            for item in node:
                walk(item)
        if not isinstance(node, dict):
            return
        if node.get("type") == "object":
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False
        assert not node.keys() & {"oneOf", "allOf", "default", "minLength", "maxLength", "const", "title"}
        if "$ref" in node:
            assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        for inner in node.values():
            walk(inner)

    walk(schema)
    assert schema["type"] == "object"


@pytest.mark.parametrize(("make", "told"), [(chain_schema, recolour()), (edits_schema, None)])
def test_a_grammar_engine_takes_the_schema_and_a_good_answer_fits_it(make, told):
    import llguidance

    grammar = llguidance.LLMatcher.grammar_from_json_schema(make(TOOLS.values(), ["small"]))

    assert llguidance.LLMatcher.validate_grammar(grammar) == ""


@pytest.mark.parametrize(
    ("text", "own", "other"),
    [("make it blue", "You plan the steps", "计划步骤"), ("变成蓝色", "计划步骤", "You plan the")],
)
def test_a_message_is_planned_in_its_own_language(text, own, other):
    messages = ask_for_chain(request(text), TOOLS).messages
    told = "\n".join(message["content"] for message in messages)

    assert own in told
    assert other not in told
    assert ("杯子" in told) is (text == "变成蓝色") or "左边的红色杯子" in told


def test_the_prompt_tells_all_that_is_on_hand():
    chain = Chain(turn=1, steps=(Step(id="t1.s1", tool="locate", args={"image": PHOTO.model_dump(), "what": "cup"}),))
    media = (
        KnownMedia(1, PHOTO, name="coffee.jpg"),
        KnownMedia(2, CLIP, source=Ref(step="t1.s3", port="video")),
        KnownMedia(3, PHOTO, name="b.png", turn=2, is_new=True),
    )
    asked = request(
        turn=2,
        media=media,
        said=(Exchange("find the cup", chain, "here it is"),),
        earlier={"t1.s1.box": "Box", "t1.s1.mask": "Mask"},
        notes={"classical": "by colour, not by recognition"},
    )
    system, user = (message["content"] for message in ask_for_chain(asked, TOOLS).messages)

    assert "@v1: image, coffee.jpg, 600x400, turn 1" in user
    assert "@v2: video, made by t1.s3.video, 64x48, 24 fps, 2 s, turn 1" in user
    assert "@v3: image, b.png, 600x400, new" in user
    assert "Turn 1: find the cup" in user
    assert 't1.s1 locate(image={"from": "@v1"}, what="cup") -> box, mask' in user
    assert "answered: here it is" in user
    assert f"Message:\n{MESSAGE}" in user
    assert "plan_edit(operation: Text, target: Text, colour?: Text" in system
    assert "light: the thing's mean relative luminance" in system
    assert "An engine that only carries motion on invents nothing" in system
    assert "by colour, not by recognition" in system
    assert "small (only where it is named)" in system
    assert "fake" not in system
    assert "map_to_view" not in system, "no engine does it here"
    assert "a" * 64 not in user + system


# ---------------------------------------------------------------- reading


def test_a_good_answer_is_a_chain_that_checks():
    draft = read_chain(json.dumps(recolour()), request(), TOOLS)

    assert draft.problems == ()
    assert [step.tool for step in draft.chain] == ["locate", "analyse", "plan_edit", "edit_image", "check"]
    assert draft.chain.steps[0].args == {"image": PHOTO.model_dump(mode="json"), "what": "red cup"}
    assert draft.chain.steps[3].args["plan"] == {"step": "t1.s3", "port": "plan"}
    assert draft.chain.steps[3].expect[0].before["artifact"] == PHOTO.artifact
    assert draft.chain.answer[1] == Ref(step="t1.s4", port="image")


@pytest.mark.parametrize(
    "wrapped",
    ["Sure!\n```json\n{}\n```\nDone.", "<think>Is {this} it?</think>\n{}", "{}\n\nI hope that helps.", "```\n{}\n```"],
)
def test_json_is_found_in_what_stands_around_it(wrapped):
    told = json.dumps(recolour())

    assert read_chain(wrapped.replace("{}", told), request(), TOOLS).problems == ()


def test_an_answer_that_thinks_aloud_has_no_json_yet():
    assert json_in("<think>perhaps {") == ""
    assert json_in('<think>x</think>{"a') == '{"a'


def test_loose_forms_are_read():
    steps = [{"thought": "find it", "tool": "locate", "args": {"image": "@v1", "what": "@v1"}}]
    draft = read_chain(json.dumps({"steps": steps, "answer": "t1.s1.mask"}), request(), TOOLS)

    assert draft.problems == ()
    assert draft.chain.steps[0].id == "t1.s1"
    assert draft.chain.steps[0].args["image"]["artifact"] == PHOTO.artifact
    assert draft.chain.steps[0].args["what"] == "@v1", "words stay words"


def test_the_result_of_an_earlier_turn_is_a_reference_that_follows_edits():
    media = (KnownMedia(1, PHOTO), KnownMedia(2, PHOTO, source=Ref(step="t1.s4", port="image")))
    steps = [{"thought": "find it", "tool": "locate", "args": {"image": {"from": "@v2"}, "what": "cup"}}]
    told = json.dumps({"steps": steps, "answer": ["t2.s1.mask"]})
    asked = request(turn=2, media=media, earlier={"t1.s4.image": "Image"})

    assert read_chain(told, asked, TOOLS).chain.steps[0].args["image"] == {"step": "t1.s4", "port": "image"}


def test_a_question_back_is_a_chain_without_steps():
    draft = read_chain('{"question": "Which cup?", "steps": [], "answer": []}', request(), TOOLS)

    assert draft.problems == ()
    assert draft.chain == Chain(turn=1, question="Which cup?")


def broken(**changes) -> str:
    told = recolour()
    for address, value in changes.items():
        step, name = address.split("_", 1)
        target = told if step == "chain" else told["steps"][int(step[1:]) - 1]
        if name in ("image", "mask", "colour", "path", "what"):
            target = target["args"]
        target[name] = value
    return json.dumps(told)


@pytest.mark.parametrize(
    ("text", "step", "told"),
    [
        ("I'd rather not.", "", "the answer is no JSON object"),
        ('{"question": "wh', "", "the answer is no JSON object"),
        ('{"steps": [], "question": null}', "", "no steps and no question"),
        ('{"steps": 3}', "", "steps are no list"),
        ('{"question": "\\ud83d"}', "", "no JSON object"),
        ('{"steps": [1]}', "t1.s1", "step 1 is no object"),
        (broken(s4_tool="recolor_image"), "t1.s4", "unknown tool 'recolor_image'"),
        (broken(s2_mask={"from": "t1.s9.mask"}), "t1.s2", "t1.s9.mask, which does not exist"),
        (broken(s1_image={"from": "@v7"}), "t1.s1", "'@v7', which is not there"),
        (broken(s1_image={"from": "the cup"}), "t1.s1", "'the cup', which is not there"),
        (broken(s2_mask={"from": "t1.s1.box"}), "t1.s2", "t1.s1.box, which is Box"),
        (broken(s1_id="step one"), "step one", "is not a step id"),
        (broken(s1_id="t2.s1"), "t2.s1", "another turn"),
        (broken(s2_id="t1.s1"), "", "used twice"),
        (broken(s1_thought=""), "t1.s1", "no thought"),
        (broken(s1_args=[]), "t1.s1", "args is []"),
        (broken(s1_what=float("nan")), "", "NaN is no number"),
        (broken(s1_engine="magic"), "t1.s1", "unknown engine 'magic'"),
        (broken(s1_engine="simulator"), "t1.s1", "engine 'simulator' does not bear 'locate'"),
        (broken(s4_expect=[{"kind": "pretty"}]), "t1.s4", "expectation 'pretty'"),
        (broken(chain_answer=["the picture"]), "", "the answer names 'the picture'"),
        (broken(chain_question="Which one?"), "", "a question back and steps"),
    ],
)
def test_what_is_wrong_is_told_by_its_step(text, step, told):
    draft = read_chain(text, request(), TOOLS)

    assert [problem for problem in draft.problems if problem.step == step and told in problem.given], draft.problems


def test_a_problem_is_told_once():
    draft = read_chain(broken(s1_image={"from": "@v7"}), request(), TOOLS)

    assert [problem.step for problem in draft.problems] == ["t1.s1"]


def test_what_only_an_engine_by_wish_can_do_must_be_wished():
    step = {"thought": "draw it", "tool": "generate_image", "args": {"prompt": "a red ball"}}
    bare = read_chain(json.dumps({"steps": [step]}), request(), TOOLS)
    wished = read_chain(json.dumps({"steps": [step | {"engine": "small"}]}), request(), TOOLS)
    of_the_message = read_chain(json.dumps({"steps": [step]}), request(engine="small"), TOOLS)

    assert [problem.given for problem in bare.problems] == ["no engine does 'text_to_image' unasked"]
    assert "small" in bare.problems[0].expected
    assert wished.problems == of_the_message.problems == ()


# ---------------------------------------------------------------- planning


async def test_thoughts_are_told_while_they_are_written():
    told = recolour(zh=True)
    text = json.dumps(told, ensure_ascii=False)
    hold = threading.Event()
    with ChatEndpoint([hangs_after(told, text.index("analyse"), hold)]) as endpoint:
        events: list = []
        task = asyncio.create_task(planner(endpoint).plan(request("把杯子变成海的颜色"), events.append))
        thoughts = [step["thought"] for step in told["steps"][:2]]
        await until(lambda: "".join(event.text for event in events) == "".join(thoughts))
        assert not task.done()
        assert {event.step for event in events} == {"t1.s1", "t1.s2"}
        assert len(events) > 3
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        hold.set()


async def test_one_round_repairs_a_chain():
    with ChatEndpoint([says(broken(s4_tool="recolor_image")), says(recolour())]) as endpoint:
        events: list = []
        chain = await planner(endpoint).plan(request(), events.append)

    assert chain.steps[3].tool == "edit_image"
    first, second = endpoint.asked
    assert second["messages"][:2] == first["messages"]
    assert second["messages"][2]["role"] == "assistant"
    assert "recolor_image" in second["messages"][2]["content"]
    assert "t1.s4: unknown tool 'recolor_image'; expected: perhaps" in second["messages"][3]["content"]
    assert second["response_format"] == first["response_format"]
    warnings = [event.text for event in events if isinstance(event, Warned)]
    assert len(warnings) == 1 and "asked once more: t1.s4: unknown tool" in warnings[0]
    assert len([event for event in events if isinstance(event, TokensUsed)]) == 2


async def test_the_words_of_a_repair_are_those_of_the_message():
    with ChatEndpoint([says("不行"), says(recolour(zh=True))]) as endpoint:
        await planner(endpoint).plan(request("把杯子变成海的颜色"), ignore)

    assert "请改正这些问题" in endpoint.told(1)


async def test_a_chain_that_does_not_check_twice_is_an_error_with_its_draft():
    bad = broken(s2_mask={"from": "t1.s9.mask"})
    with ChatEndpoint([says("garbage"), says(bad)]) as endpoint, pytest.raises(PlanError) as told:
        await planner(endpoint).plan(request(), ignore)

    assert len(endpoint.asked) == 2
    assert "does not check, after one repair: t1.s2:" in told.value.given
    assert "t1.s9.mask" in told.value.given
    assert told.value.draft == bad
    assert told.value.document()["draft"] == bad


async def test_a_message_that_is_too_long_is_not_sent():
    with ChatEndpoint([says(recolour())]) as endpoint, pytest.raises(InputError, match="20001 characters"):
        await planner(endpoint).plan(request("x" * 20_001), ignore)

    assert endpoint.asked == []


# ---------------------------------------------------------------- previews


async def test_pictures_are_sent_only_where_that_was_said(store):
    from agentvid.media.gate import take_in

    media = (KnownMedia(1, take_in(COFFEE, store), is_new=True), KnownMedia(2, take_in(CITY, store), is_new=True))
    with ChatEndpoint([says(recolour())]) as endpoint:
        await planner(endpoint, store=store).plan(request(media=media), ignore)
        await planner(endpoint, store=store, vision=True).plan(request(media=media), ignore)

    assert isinstance(endpoint.asked[0]["messages"][1]["content"], str)
    parts = endpoint.asked[1]["messages"][1]["content"]
    assert [part["type"] for part in parts] == ["text", "text", "image_url", "text", "image_url"]
    assert parts[1]["text"] == "@v1:"
    assert parts[3]["text"].startswith("@v2, frame ")
    for part in (parts[2], parts[4]):
        head, _, data = part["image_url"]["url"].partition(",")
        assert head == "data:image/jpeg;base64"
        from PIL import Image as Pictures

        picture = Pictures.open(io.BytesIO(base64.b64decode(data)))
        assert max(picture.size) <= 512
        assert len(data) < 120_000


# ---------------------------------------------------------------- whole turns


async def test_a_turn_runs_to_its_end(home: Path):
    with ChatEndpoint([NO_SCHEMA, NO_JSON, BUSY, says(f"```json\n{json.dumps(recolour())}\n```")]) as endpoint:
        events: list = []
        async with agent(endpoint, price=TokenPrice(read=0.4, written=1.2, currency="USD")) as running:
            session = await running.session("s1")
            turn = await session.send(MESSAGE, COFFEE, emit=events.append)
            assert turn.status == "done"
            assert all(record.status == "done" for record in turn.run.steps.values())
            assert {name for record in turn.run.steps.values() for name in record.engines.values()} == {
                "classical@1 (ready)"
            }
            assert any(part["type"] == "image" for part in turn.answer)
            assert turn.answer[-1]["text"].endswith("Cost: 0.0014 USD.")
            assert session.spent() == {"USD": pytest.approx(0.0014)}
            row = running.log.revision("s1", 1, 1)
            assert row.author == "planner"
            assert row.note == f"planned by {MODEL}: 2000 tokens read, 500 written, 0.0014 USD"
            turn = await turn.edit([SetArg(step="t1.s3", name="colour", value="green")])
            assert turn.answer[-1]["text"].endswith("Cost: none."), "the plan was paid once"

    kinds = [type(event) for event in events]
    assert kinds.index(ThoughtDelta) < kinds.index(ChainEvent)
    assert CostEvent in kinds
    assert len([event for event in events if isinstance(event, Warned)]) >= 3
    assert_no_key(home, events)


async def test_a_second_turn_goes_on_from_the_first(home: Path):
    second = recolour(2, colour="green")
    for step in second["steps"]:
        step["args"] = {n: {"from": "@v2"} if v == {"from": "@v1"} else v for n, v in step["args"].items()}
    second["steps"][3]["expect"] = []
    with ChatEndpoint([says(recolour()), says(second)]) as endpoint:
        async with agent(endpoint) as running:
            session = await running.session("s1")
            await session.send(MESSAGE, COFFEE)
            turn = await session.send("now the colour of grass")
            assert turn.status == "done", turn.run
            assert turn.chain.steps[0].args["image"] == {"step": "t1.s4", "port": "image"}
            assert turn.answer[-1]["text"].endswith("Cost: that of planning is not known.")

    told = endpoint.told(1)
    assert f"Turn 1: {MESSAGE}" in told
    assert 't1.s1 locate(image={"from": "@v1"}, what="red cup") -> box, mask, point' in told
    assert "@v2: image, made by t1.s4.image, 600x400, turn 1" in told
    assert '"It" was last: red cup (t1.s1.mask)' in told


@pytest.mark.parametrize(
    ("acts", "told", "has_draft"),
    [
        ([wrong_key], "401: Incorrect API key provided: [key].", False),
        ([refuses(500, "no")], "500: no", False),
        ([cut_after(recolour(), 200)], "RemoteProtocolError", True),
        ([says("nonsense {"), says("more nonsense")], "no JSON object", True),
        ([says(f'{{"question": null, "steps": [{{"thought": "the key is {KEY}"}}]}}')], "tool", True),
    ],
    ids=["wrong key", "500", "cut", "garbage", "the key in an answer"],
)
async def test_a_turn_without_a_plan_keeps_the_draft_and_offers_the_offline_planner(home, acts, told, has_draft):
    events: list = []
    with ChatEndpoint(acts) as endpoint:
        async with agent(endpoint) as running:
            session = await running.session("s1")
            with pytest.raises(PlanError) as failed:
                await session.send("make the red cup blue", COFFEE, emit=events.append)
            assert told in failed.value.given
            assert "agentvid resume s1 --turn 1 --planner offline" in failed.value.do
            assert bool(failed.value.draft) is has_draft
            assert session.last_turn().status == "failed"
            kept = running.log.turn("s1", 1).error
            assert kept is not None and kept["draft"] == failed.value.draft
            assert running.log.latest_revision("s1", 1) is None, "nothing was put in its place"
        assert_no_key(home, [*events, str(failed.value), failed.value.draft])
    async with Agent(planner="offline", in_process=True) as running:
        turn = await (await running.session("s1")).resume()
        assert turn.status == "done"
        assert len(turn.chain) == 5
        assert_no_key(home, [])


async def test_a_turn_is_resumed_by_the_planner_it_was_begun_with(home: Path, monkeypatch: pytest.MonkeyPatch):
    hold = threading.Event()
    with ChatEndpoint([hangs_after(recolour(), 400, hold), says(recolour())]) as endpoint:
        events: list = []
        async with agent(endpoint) as running:
            session = await running.session("s1")
            task = asyncio.create_task(session.send(MESSAGE, COFFEE, emit=events.append))
            await until(lambda: any(isinstance(event, ThoughtDelta) and event.step == "t1.s1" for event in events))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            hold.set()
            assert session.last_turn().phase == "cancelled"
            assert session.last_turn().chain.steps == ()
        monkeypatch.setenv("AGENTVID_LLM_BASE_URL", endpoint.url)
        monkeypatch.setenv("AGENTVID_LLM_MODEL", MODEL)
        monkeypatch.setenv("AGENTVID_LLM_API_KEY", KEY)
        async with Agent(in_process=True) as running:
            assert running.planner.name == "grammar"
            turn = await (await running.session("s1")).resume()
            assert turn.status == "done"
            assert turn.chain.steps[2].thought == "Plan to make it blue, and keep light and shade."
    assert len(endpoint.asked) == 2
    assert endpoint.headers[1]["Authorization"] == f"Bearer {KEY}"
    assert_no_key(home, events)


async def test_a_question_back_waits_for_the_person(home: Path):
    with ChatEndpoint([says({"question": "Which cup?", "steps": [], "answer": []})]) as endpoint:
        async with agent(endpoint) as running:
            turn = await (await running.session("s1")).send(MESSAGE, COFFEE)
            assert turn.status == "waiting"
            assert turn.answer == [{"type": "text", "text": "Which cup?"}]


def test_the_planner_is_chosen_by_its_name(home: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SettingsError, match="the planner 'llm' has no endpoint"):
        Agent(planner="llm")
    monkeypatch.setenv("AGENTVID_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("AGENTVID_LLM_MODEL", MODEL)
    monkeypatch.setenv("AGENTVID_PLANNER", "llm")

    assert Agent().planner.name == Agent(planner="llm").planner.name == "llm"
    assert Agent(planner="offline").planner.name == Agent(planner="grammar").planner.name == "grammar"
    assert load_settings().planner == "llm"


def assert_no_key(home: Path, told: list) -> None:
    """Look at every byte in the home folder, and at all that was told."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        assert KEY.encode() not in path.read_bytes(), path
    assert all(KEY not in str(event) for event in told)


# ---------------------------------------------------------------- edits


WORDS = "I want it more like the sea"
CHAIN = read_chain(json.dumps(recolour()), request(), TOOLS).chain


def edits(*told: dict) -> str:
    return json.dumps({"question": None, "edits": list(told)})


def test_edits_are_read_and_checked():
    checked = {"id": "t1.s6", "thought": "Tell.", "tool": "describe", "args": {"image": {"from": "t1.s4.image"}}}
    draft = read_edits(
        edits(
            {"edit": "set_arg", "step": "t1.s3", "name": "colour", "value": "navy"},
            {"edit": "set_arg", "step": "t1.s2", "name": "mask", "value": None},
            {"edit": "set_arg", "step": "t1.s1", "name": "image", "value": "@v1"},
            {"edit": "set_given", "step": "t1.s1", "port": "box", "value": {"x0": 1, "y0": 2, "x1": 30, "y1": 40}},
            {"edit": "set_seed", "step": "t1.s4", "seed": 3},
            {"edit": "insert", "step": checked, "before": None, "after": "t1.s5"},
            {"edit": "set_answer", "answer": ["t1.s4.image", "t1.s6.answer"]},
        ),
        CHAIN,
        request(),
        TOOLS,
    )

    assert draft.problems == ()
    assert draft.edits[0] == SetArg(step="t1.s3", name="colour", value="navy")
    assert draft.edits[1] == SetArg(step="t1.s2", name="mask", remove=True)
    assert draft.edits[2].value["artifact"] == PHOTO.artifact
    assert isinstance(draft.edits[5], Insert) and draft.edits[5].step.args["image"] == {
        "step": "t1.s4",
        "port": "image",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no", "no JSON object"),
        ('{"edits": []}', "no edits and no question"),
        (edits({"edit": "set_arg", "step": "t1.s9", "name": "colour", "value": "navy"}), "no step t1.s9"),
        (edits({"edit": "remove", "step": "t1.s1"}), "can't be removed"),
        (edits({"edit": "set_arg", "step": "t1.s3", "name": "hue", "value": "x"}), "no parameter 'hue'"),
        (edits({"edit": "set_arg", "step": "t1.s3", "name": "colour", "value": "blue"}), "change nothing"),
        (edits({"edit": "accept_stale", "step": "t1.s3"}), "only a person"),
        (edits({"edit": "paint", "step": "t1.s3"}), "not an edit"),
        (edits({"edit": "set_arg", "step": "t1.s2", "name": "mask", "value": {"from": "@v5"}}), "not there"),
    ],
)
def test_edits_that_do_not_fit_are_told(text, told):
    problems = read_edits(text, CHAIN, request(), TOOLS).problems

    assert any(told in problem.given for problem in problems), problems


async def test_words_that_the_rules_can_not_read_become_edits_to_approve(home: Path):
    bad = edits({"edit": "set_arg", "step": "t1.s3", "name": "hue", "value": "x"})
    good = edits(
        {"edit": "set_arg", "step": "t1.s3", "name": "colour", "value": "navy"},
        {"edit": "set_thought", "step": "t1.s3", "thought": "Plan to make it navy, like the sea."},
    )
    with ChatEndpoint([says(recolour()), says(bad), says(good)]) as endpoint:
        async with agent(endpoint, price=TokenPrice(read=0.4, written=1.2, currency="USD")) as running:
            assert isinstance(running.planner, OffersEdits)
            session = await running.session("s1")
            turn = await session.send(MESSAGE, COFFEE)
            assert turn.propose(WORDS).kind in ("new", "question")
            events: list = []
            rewrite = await turn.suggest(WORDS, emit=events.append)
            assert rewrite.kind == "edits"
            assert rewrite.notes == (f"proposed by {MODEL}",)
            assert len(rewrite.lines) == 2 and "navy" in rewrite.lines[0]
            assert turn.revision == 1, "nothing is changed before it is approved"
            assert session.spent() == {"USD": pytest.approx(3 * 0.0014)}
            turn = await turn.edit(rewrite.edits)
            assert turn.status == "done"
            assert [step for step, record in turn.run.steps.items() if record.executed] == ["t1.s3", "t1.s4", "t1.s5"]

    assert "no parameter 'hue'" in endpoint.told(2)
    assert endpoint.asked[1]["response_format"]["json_schema"]["name"] == "edits"
    told = endpoint.told(1)
    assert f"New message:\n{WORDS}" in told
    assert '"tool": "plan_edit"' in told and "t1.s1.box: " in told
    assert "a" * 64 not in told
    assert_no_key(home, events)


async def test_where_the_model_is_of_no_help_the_question_of_the_rules_stays(home: Path):
    with ChatEndpoint([says(recolour()), refuses(403, "no")]) as endpoint:
        async with agent(endpoint) as running:
            turn = await (await running.session("s1")).send(MESSAGE, COFFEE)
            said = "in step 3 use a darker blue and make it feel like the sea"
            rules = turn.propose(said)
            events: list = []
            rewrite = await turn.suggest(said, emit=events.append)
            assert rules.kind == "question"
            assert (rewrite.kind, rewrite.question, rewrite.choices) == (rules.kind, rules.question, rules.choices)
            assert "403: no" in rewrite.notes[-1]
            assert any(isinstance(event, Warned) and "403: no" in event.text for event in events)
            with pytest.raises(EditError):
                await (await running.session("s1")).send(said)


async def test_what_the_rules_can_read_is_not_asked(home: Path):
    with ChatEndpoint([says(recolour())]) as endpoint:
        async with agent(endpoint) as running:
            turn = await (await running.session("s1")).send(MESSAGE, COFFEE)
            rewrite = await turn.suggest("in step 3 use green")
            assert rewrite.kind == "edits"

    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "said", ["in step 3 use the colour of the sea", "in step 3 use green and make it like the sea"]
)
async def test_a_message_that_names_a_step_is_edited_with_the_model_where_the_rules_do_not_read_it(home, said):
    good = edits({"edit": "set_arg", "step": "t1.s3", "name": "colour", "value": "navy"})
    with ChatEndpoint([says(recolour()), says(good)]) as endpoint:
        async with agent(endpoint) as running:
            session = await running.session("s1")
            await session.send(MESSAGE, COFFEE)
            turn = await session.send(said)
            assert (turn.number, turn.revision, turn.status) == (1, 2, "done")
            assert turn.chain.step("t1.s3").args["colour"] == "navy"
