"""The wire of chat endpoints, against a real server on loopback: what goes out, what comes back, what goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import threading

import pytest
from llm_server import (
    BROKEN,
    BUSY,
    KEY,
    MODEL,
    NO_JSON,
    NO_SCHEMA,
    USAGE,
    ChatEndpoint,
    cut_after,
    delta,
    finish,
    hangs_after,
    refuses,
    says,
    until,
    wrong_key,
)
from pydantic import SecretStr

from agentvid.errors import SettingsError
from agentvid.events import CostEvent, TokensUsed, Warned
from agentvid.planner.llm import Endpoint, endpoint_of, endpoint_status
from agentvid.planner.llm.asking import Asker, Question
from agentvid.planner.llm.patience import LONGEST_WAIT, TRIES
from agentvid.planner.llm.probe import probe
from agentvid.planner.llm.sse import data_lines
from agentvid.planner.llm.wire import Trouble
from agentvid.settings import TokenPrice, load_settings

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
MESSAGES = ({"role": "system", "content": "Plan."}, {"role": "user", "content": "go"})
QUESTION = Question("plan", MESSAGES, SCHEMA, "Write a ```json block.")


class Asked:
    """An asker with all that it said, and how long it would have waited."""

    def __init__(self, endpoint: ChatEndpoint, **more) -> None:
        self.waits: list[float] = []
        self.events: list = []
        self.pieces: list = []
        key = SecretStr(more.pop("key", KEY))
        self.asker = Asker(Endpoint(endpoint.url, MODEL, key, **more), self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def __call__(self):
        return await self.asker.ask(QUESTION, self.pieces.append, self.events.append)

    @property
    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warned)]


async def test_a_request_has_the_form_of_the_wire():
    with ChatEndpoint([says('{"a": "中文\u2028x"}', thinking="Let me see.")]) as endpoint:
        ask = Asked(endpoint)
        reply = await ask()

    assert json.loads(reply.text) == {"a": "中文\u2028x"}
    assert "".join(piece.text for piece in ask.pieces) == reply.text
    assert [piece.thinking for piece in ask.pieces if piece.thinking] == ["Let me see."]
    assert len(ask.pieces) > 2
    assert endpoint.paths == ["/v1/chat/completions"]
    assert endpoint.headers[0]["Authorization"] == f"Bearer {KEY}"
    (body,) = endpoint.asked
    assert body["model"] == MODEL
    assert body["messages"] == list(MESSAGES)
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "plan", "strict": True, "schema": SCHEMA},
    }
    assert ask.warnings == []


async def test_without_a_key_none_is_sent():
    with ChatEndpoint([says("{}")]) as endpoint:
        await Asked(endpoint, key="")()

    assert "Authorization" not in endpoint.headers[0]


async def test_lines_of_a_stream_end_anywhere():
    async def chunks():
        for byte in b': hello\n\ndata: {"a":1}\r\n\r\ndata:{"b":2}\nevent: x\ndata: \ndata: [DONE]':
            yield bytes([byte])

    assert [line async for line in data_lines(chunks())] == ['{"a":1}', '{"b":2}', "[DONE]"]


async def test_an_endpoint_that_does_not_stream_is_understood():
    message = {
        "choices": [{"message": {"role": "assistant", "content": "{}"}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
    with ChatEndpoint([lambda handler: handler.answer(200, message)]) as endpoint:
        ask = Asked(endpoint)
        reply = await ask()

    assert reply.text == "{}"
    assert [piece.text for piece in ask.pieces] == ["{}"]
    assert any(isinstance(event, TokensUsed) for event in ask.events)


# ---------------------------------------------------------------- tokens and money


async def test_tokens_become_money_by_the_price():
    with ChatEndpoint([says("{}")]) as endpoint:
        ask = Asked(endpoint, price=TokenPrice(read=0.4, written=1.2, currency="USD"))
        await ask()

    used, paid = ask.events
    assert (used.model, used.read, used.written, used.currency) == (MODEL, 2000, 500, "USD")
    assert used.cost == pytest.approx(0.0014)
    assert paid == CostEvent(amount=used.cost, currency="USD")


async def test_a_price_that_nobody_knows_is_not_nothing():
    with ChatEndpoint([says("{}"), says("{}", usage=None)]) as endpoint:
        ask = Asked(endpoint)
        await ask()
        await ask()

    assert ask.events[0] == TokensUsed(model=MODEL, read=2000, written=500, cost=None)
    assert "what it cost is not known" in ask.warnings[0]
    assert not any(isinstance(event, CostEvent) for event in ask.events)


# ---------------------------------------------------------------- what an endpoint does not take


async def test_less_is_asked_for_step_by_step_and_remembered():
    with ChatEndpoint([NO_SCHEMA, NO_JSON, says("```json\n{}\n```")]) as endpoint:
        ask = Asked(endpoint)
        await ask()
        first = len(endpoint.asked)
        await ask()

    assert first == 3
    assert len(endpoint.asked) == 4
    assert [body.get("response_format", {}).get("type") for body in endpoint.asked] == [
        "json_schema",
        "json_object",
        None,
        None,
    ]
    assert "unavailable now" in ask.warnings[0] and "json_object" in ask.warnings[0]
    assert "fenced" in ask.warnings[1]
    assert len(ask.warnings) == 2
    assert endpoint.asked[1]["messages"] == list(MESSAGES)
    assert endpoint.asked[2]["messages"][0]["content"] == "Plan.\n\nWrite a ```json block."
    assert ask.waits == []


async def test_an_endpoint_that_does_not_count_is_still_asked_for_a_schema():
    unknown = refuses(400, "Unrecognized request argument supplied: stream_options")
    with ChatEndpoint([unknown, says("{}", usage=None)]) as endpoint:
        await Asked(endpoint)()

    assert "stream_options" not in endpoint.asked[1]
    assert endpoint.asked[1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (refuses(400, "maximum context length is 8192 tokens", "context_length_exceeded"), "8192 tokens"),
        (refuses(404, "The model `x` does not exist", "model_not_found"), "does not exist"),
        (refuses(403, "Country not supported"), "403"),
        (refuses(429, "You exceeded your current quota", "insufficient_quota"), "current quota"),
        (lambda handler: handler.answer(302, "", Location="https://elsewhere.example/v1"), "elsewhere.example"),
        (lambda handler: handler.answer(413, "<html>too large</html>"), "too large"),
    ],
    ids=["too long", "no model", "forbidden", "no money", "moved", "too large"],
)
async def test_what_another_try_can_not_help_is_asked_once(act, told):
    with ChatEndpoint([act]) as endpoint:
        ask = Asked(endpoint)
        with pytest.raises(Trouble, match=told):
            await ask()

    assert len(endpoint.asked) == 1
    assert ask.warnings == []


# ---------------------------------------------------------------- trying again


@pytest.mark.parametrize(
    ("acts", "waits"),
    [
        ([BUSY], [2.0]),
        ([BROKEN, BROKEN], [1.0, 2.0]),
        ([refuses(429, "slow down", Retry_After="Thu, 01 Jan 2015 00:00:00 GMT")], [0.0]),
        ([refuses(503, "overloaded", retry_after_ms="250")], [0.25]),
        ([cut_after('{"question": "what do you mean by that?"}', 21)], [1.0]),
        ([lambda handler: handler.cut()], [1.0]),
        ([lambda handler: (handler.start_stream(), handler.data("{garbage"), handler.end_stream())], [1.0]),
        ([lambda handler: (handler.start_stream(), handler.data(delta("{")), handler.end_stream())], [1.0]),
        ([lambda handler: (handler.start_stream(), handler.data({"error": {"message": "overloaded"}}))], [1.0]),
    ],
    ids=["429", "500", "a date", "milliseconds", "cut", "cut at once", "garbage", "no end", "an error in the stream"],
)
async def test_what_may_pass_is_tried_again(acts, waits):
    with ChatEndpoint([*acts, says("{}")]) as endpoint:
        ask = Asked(endpoint)
        reply = await ask()

    assert reply.text == "{}"
    assert ask.waits == waits
    assert len(ask.warnings) == len(waits)
    assert all("trying again in" in warning for warning in ask.warnings)


async def test_patience_ends():
    with ChatEndpoint([BROKEN]) as endpoint:
        ask = Asked(endpoint)
        with pytest.raises(Trouble, match="500: The server had an error"):
            await ask()

    assert len(endpoint.asked) == TRIES
    assert ask.waits == [1.0, 2.0, 4.0]


async def test_a_long_wait_is_left_to_the_person():
    with ChatEndpoint([refuses(429, "come back later", Retry_After=str(int(LONGEST_WAIT) + 60))]) as endpoint:
        ask = Asked(endpoint)
        with pytest.raises(Trouble) as told:
            await ask()

    assert told.value.after == LONGEST_WAIT + 60
    assert (len(endpoint.asked), ask.waits) == (1, [])


async def test_nobody_there():
    with ChatEndpoint([says("{}")]) as endpoint:
        ask = Asked(endpoint)
    with pytest.raises(Trouble, match="ConnectError"):
        await ask()

    assert ask.waits == [1.0, 2.0, 4.0]


async def test_an_endpoint_that_hangs_is_tried_once_more():
    hold = threading.Event()
    with ChatEndpoint([hangs_after('{"question": "what"}', 14, hold)]) as endpoint:
        ask = Asked(endpoint, timeout=0.3)
        with pytest.raises(Trouble, match=r"nothing came within 0\.3 s") as told:
            await ask()
        hold.set()

    assert told.value.is_slow
    assert len(endpoint.asked) == 2


async def test_a_cancelled_question_is_over_at_once():
    hold = threading.Event()
    with ChatEndpoint([hangs_after('{"question": "what"}', 14, hold)]) as endpoint:
        ask = Asked(endpoint, timeout=60)
        task = asyncio.create_task(ask())
        await until(lambda: ask.pieces)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        hold.set()

    assert ask.warnings == []


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ([delta(refusal="I can't help with that.")], "the model refused: I can't help"),
        ([delta("{"), finish("content_filter")], "filter held the answer back"),
    ],
    ids=["refusal", "filter"],
)
async def test_a_refusal_is_told_as_one(reply, told):
    def act(handler):
        handler.start_stream()
        for document in reply:
            handler.data(document)
        handler.end_stream()

    with ChatEndpoint([act]) as endpoint, pytest.raises(Trouble, match=told):
        await Asked(endpoint)()


# ---------------------------------------------------------------- the key


async def test_the_key_is_in_no_line_of_any_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with ChatEndpoint([BROKEN, says("{}")]) as endpoint:
        await Asked(endpoint)()

    assert "HTTP Request: POST" in caplog.text
    assert KEY not in caplog.text


async def test_the_key_is_taken_out_of_what_an_endpoint_says():
    with ChatEndpoint([wrong_key]) as endpoint:
        ask = Asked(endpoint)
        with pytest.raises(Trouble) as told:
            await ask()
        found = await probe(ask.asker.endpoint)

    assert told.value.told == "401: Incorrect API key provided: [key]."
    assert found.answers
    assert KEY not in repr(ask.asker.endpoint) + str(ask.asker.endpoint)


@pytest.mark.parametrize("key", ["sk-a b", "sk-a\nb", "sk-钥匙"])
def test_a_key_that_can_not_be_one_is_refused_without_showing_it(key):
    with pytest.raises(SettingsError) as told:
        Endpoint("http://127.0.0.1/v1", MODEL, SecretStr(key))

    assert key not in str(told.value)


def test_the_key_of_the_settings_is_stripped(tmp_path):
    environ = {
        "AGENTVID_LLM_BASE_URL": " https://api.example.com/v1/chat/completions/ ",
        "AGENTVID_LLM_MODEL": "m",
        "AGENTVID_LLM_API_KEY": f"{KEY}\n",
        "AGENTVID_LLM_PRICE": "0.4/1.2 USD",
        "AGENTVID_LLM_VISION": "1",
        "AGENTVID_LLM_TIMEOUT": "30",
    }
    settings = load_settings(environ, home=tmp_path)
    endpoint = endpoint_of(settings)

    assert endpoint.base_url == "https://api.example.com/v1"
    assert endpoint.headers() == {"Authorization": f"Bearer {KEY}"}
    assert endpoint.price == TokenPrice(read=0.4, written=1.2, currency="USD")
    assert (endpoint.vision, endpoint.timeout, endpoint.is_local) == (True, 30.0, False)
    assert KEY not in repr(settings)
    assert endpoint_status(settings).state == "unproven"


def test_the_settings_file_names_the_endpoint(tmp_path):
    text = '[llm]\nbase_url = "http://localhost:11434/v1"\nmodel = "qwen3:8b"\ntimeout = 300\nvision = true\n'
    (tmp_path / "settings.toml").write_text(text + f'[keys]\nllm = "{KEY}"\n', encoding="utf-8")

    endpoint = endpoint_of(load_settings({"AGENTVID_LLM_MODEL": "other"}, home=tmp_path))

    assert (endpoint.base_url, endpoint.model, endpoint.timeout) == ("http://localhost:11434/v1", "other", 300.0)
    assert endpoint.vision and endpoint.is_local and endpoint.headers()


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"BASE_URL": "https://me:secret@host/v1"}, "AGENTVID_LLM_BASE_URL"),
        ({"BASE_URL": "https://host/v1?key=secret"}, "AGENTVID_LLM_BASE_URL"),
        ({"BASE_URL": "host/v1"}, "AGENTVID_LLM_BASE_URL"),
        ({"BASE_URL": "http://host:port/v1"}, "AGENTVID_LLM_BASE_URL"),
        ({"PRICE": "cheap"}, "AGENTVID_LLM_PRICE"),
        ({"VISION": "maybe"}, "AGENTVID_LLM_VISION"),
        ({"TIMEOUT": "soon"}, "AGENTVID_LLM_TIMEOUT"),
        ({"TIMEOUT": "-1"}, "AGENTVID_LLM_TIMEOUT"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named(environ, told, tmp_path):
    with pytest.raises(SettingsError, match=told) as error:
        load_settings({f"AGENTVID_LLM_{name}": value for name, value in environ.items()}, home=tmp_path)

    assert "secret" not in error.value.given.replace("with a secret", "")


@pytest.mark.parametrize("text", ['llm = "x"', '[llm]\napi_key = "x"', "[llm]\nmodle = 'x'", "[llm]\nvision = 'x'"])
def test_a_file_that_can_not_be_used_is_named(text, tmp_path):
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings({}, home=tmp_path)


def test_without_an_endpoint_the_planner_says_what_to_set(tmp_path):
    settings = load_settings({"AGENTVID_LLM_MODEL": "m"}, home=tmp_path)

    with pytest.raises(SettingsError, match="AGENTVID_LLM_BASE_URL not set"):
        endpoint_of(settings)
    assert endpoint_status(settings).state == "needs key"


# ---------------------------------------------------------------- does it answer at all?


@pytest.mark.parametrize(
    ("models", "answers", "told"),
    [
        ({"data": [{"id": MODEL}]}, True, f"and has {MODEL}"),
        ({"data": [{"id": "other"}]}, False, "it has other"),
        (lambda handler: handler.answer(404, {"detail": "Not Found"}), True, "lists no models"),
        (wrong_key, False, "Incorrect API key provided: [key]"),
        (lambda handler: handler.answer(200, "<html>"), False, "no JSON"),
    ],
    ids=["there", "another", "no list", "wrong key", "a web page"],
)
async def test_the_endpoint_is_asked_for_its_models(models, answers, told):
    with ChatEndpoint(models=models) as endpoint:
        found = await probe(Endpoint(endpoint.url, MODEL, SecretStr(KEY)))

    assert found.answers is answers
    assert told in found.told
    assert KEY not in found.told
    assert endpoint.looked[0][0] == "/v1/models"
    assert endpoint.asked == []
