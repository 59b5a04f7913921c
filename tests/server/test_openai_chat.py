"""Chat completions of the OpenAI-shaped dialect, by the unmodified `openai` SDK: a conversation is a session."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai_server import COFFEE, Served, serving
from PIL import Image as Pillow

from agentvid.agent.agent import Agent


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(Agent(tmp_path_factory.mktemp("home"), in_process=True)) as found:
        yield found


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    data = io.BytesIO()
    Pillow.open(COFFEE).resize((240, 160)).save(data, "PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"


def user(text: str, *addresses: str) -> dict[str, Any]:
    parts = [{"type": "image_url", "image_url": {"url": address}} for address in addresses]
    return {"role": "user", "content": [{"type": "text", "text": text}, *parts]}


def ask(served: Served, messages: list[dict[str, Any]], **more: Any) -> Any:
    return served.client.chat.completions.create(model="agentvid", messages=messages, **more)


def links(completion: Any) -> list[str]:
    return re.findall(r"\]\((\S+?)\)", completion.choices[0].message.content)


def test_a_picture_is_edited_and_answered_with_a_link(served: Served, photo: str):
    found = ask(served, [user("make the red cup blue", photo)])
    assert found.choices[0].finish_reason == "stop" and found.object == "chat.completion"
    (address,) = links(found)
    picture = Pillow.open(io.BytesIO(httpx.get(address).content))
    assert picture.size == (240, 160)
    assert "red cup" in found.choices[0].message.content
    assert found.agentvid["media"][0]["type"] == "image" and found.usage.total_tokens == 0
    assert "edit_image" in [step["tool"] for step in served.get(found.agentvid["chain"])["chain"]["steps"]]


def test_a_conversation_goes_on_in_its_session(served: Served, photo: str):
    said = [user("make the red cup orange", photo)]
    first = ask(served, said)
    said += [{"role": "assistant", "content": first.choices[0].message.content}, user("now make it brighter")]
    second = ask(served, said)
    assert second.agentvid["session"] == first.agentvid["session"] and second.agentvid["turn"] == 2
    steps = served.get(second.agentvid["chain"])["chain"]["steps"]
    assert any("t1.s" in str(step["args"]) for step in steps)


def test_the_same_conversation_again_is_answered_without_running(served: Served, photo: str):
    said = [user("make the red cup purple", photo)]
    first, again = ask(served, said), ask(served, said)
    assert again.agentvid["session"] == first.agentvid["session"]
    assert [m["artifact"] for m in again.agentvid["media"]] == [m["artifact"] for m in first.agentvid["media"]]
    assert len(served.get(f"/api/v1/sessions/{first.agentvid['session']}")["turns"]) == 1


def test_another_way_on_from_the_same_beginning_reuses_its_results(served: Served, photo: str):
    begin = [user("make the red cup green", photo)]
    first = ask(served, begin)
    answer = {"role": "assistant", "content": "whatever a client makes of it"}
    one = ask(served, [*begin, answer, user("now make it darker")])
    other = ask(served, [*begin, answer, user("now make it brighter")])
    assert one.agentvid["session"] == first.agentvid["session"] != other.agentvid["session"]
    assert other.agentvid["turn"] == 2
    replayed = served.get(f"/api/v1/sessions/{other.agentvid['session']}/turns/1")
    assert replayed["executed"] == [] and len(replayed["cached"]) == 5


def test_no_is_an_edit_of_the_chain_that_is_there(served: Served, photo: str):
    said = [user("make the red cup yellow", photo)]
    first = ask(served, said, seed=7)
    said += [{"role": "assistant", "content": ""}, user("no, blue")]
    second = ask(served, said, seed=7)
    assert (second.agentvid["session"], second.agentvid["turn"]) == (first.agentvid["session"], 1)
    assert second.agentvid["revision"] > first.agentvid["revision"]
    assert second.agentvid["media"][0]["artifact"] != first.agentvid["media"][0]["artifact"]


def test_a_stream_tells_thoughts_then_the_answer(served: Served, photo: str):
    chunks = list(
        ask(served, [user("make the red cup cyan", photo)], stream=True, stream_options={"include_usage": True})
    )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    thoughts = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
    content = "".join(delta.content or "" for delta in deltas)
    assert deltas[0].role == "assistant" and "t1.s1 locate" in thoughts and "t1.s4 done" in thoughts
    assert content.count("](http") == 1 and "](http" not in thoughts
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.total_tokens == 0 and not chunks[-1].choices
    assert len({chunk.id for chunk in chunks}) == 1
    same = ask(served, [user("make the red cup cyan", photo)])
    assert re.sub(r"\(http\S+\)", "", same.choices[0].message.content) == re.sub(r"\(http\S+\)", "", content)


def test_what_is_not_understood_is_asked_back_and_the_reply_counts(served: Served):
    said = [user("draw it, with a red thing")]
    asked = ask(served, said)
    assert asked.agentvid["status"] == "waiting" and not links(asked)
    said += [{"role": "assistant", "content": asked.choices[0].message.content}, user("draw a large red cube")]
    drawn = ask(served, said, extra_body={"agentvid": {"media": "data"}})
    assert drawn.agentvid["session"] == asked.agentvid["session"]
    assert links(drawn)[0].startswith("data:image/png;base64,")


def test_a_clip_is_described(served: Served):
    clip = base64.b64encode((COFFEE.parent / "city.mp4").read_bytes()).decode()
    part = {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{clip}"}}
    told = ask(served, [{"role": "user", "content": [{"type": "text", "text": "what is in this clip?"}, part]}])
    assert told.agentvid["status"] == "done" and "fps" in told.choices[0].message.content


def test_a_link_that_was_answered_can_be_sent_back(served: Served, photo: str):
    (blue,) = links(ask(served, [user("make the red cup blue", photo)]))
    found = ask(served, [user("make it darker", blue)])
    before, after = (Pillow.open(io.BytesIO(httpx.get(one).content)) for one in (blue, links(found)[0]))
    assert before.size == after.size and before.tobytes() != after.tobytes()


def test_what_is_not_heard_is_said(served: Served, photo: str):
    system = {"role": "system", "content": "be brief"}
    found = ask(served, [system, user("make the red cup blue", photo)], temperature=0.2, max_tokens=5)
    assert sorted(found.agentvid["not_heard"]) == ["max_tokens", "messages.0", "temperature"]


@pytest.mark.parametrize(
    ("message", "more", "param"),
    [
        (user("make it blue", "http://example.org/cup.png"), {}, "messages.0.content.1"),
        (user("make it blue", "data:image/png;base64,%%%"), {}, "messages.0.content.1"),
        ({"role": "assistant", "content": "hello"}, {}, "messages"),
        (user("hello"), {"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        (user("hello"), {"n": 2}, "n"),
        (user("hello"), {"response_format": {"type": "json_object"}}, "response_format"),
        (user("  "), {}, "messages"),
    ],
)
def test_what_can_not_be_answered_is_refused_by_its_name(served: Served, message: dict, more: dict, param: str):
    with pytest.raises(openai.BadRequestError) as refused:
        ask(served, [message], **more)
    assert refused.value.param == param


def test_models_and_sessions_of_others_are_not_there(served: Served, photo: str):
    with pytest.raises(openai.NotFoundError) as unknown:
        served.client.chat.completions.create(model="gpt-5", messages=[user("hello")])
    assert unknown.value.code == "model_not_found"
    mine = ask(served, [user("make the red cup blue", photo)]).agentvid["session"]
    with pytest.raises(openai.NotFoundError):
        served.other.chat.completions.create(
            model="agentvid", messages=[user("make it darker")], extra_body={"agentvid": {"session": mine}}
        )
    theirs = served.other.chat.completions.create(model="agentvid", messages=[user("make the red cup blue", photo)])
    assert theirs.agentvid["session"] != mine and theirs.agentvid["executed"]


def test_links_end_with_a_changed_letter(served: Served, photo: str, tmp_path: Path):
    (address,) = links(ask(served, [user("make the red cup blue", photo)]))
    changed = address[:-1] + ("0" if address[-1] != "0" else "1")
    assert httpx.get(address).status_code == 200 and httpx.get(changed).status_code == 404
