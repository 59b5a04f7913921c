"""The OpenAI-shaped dialect, driven by the unmodified `openai` SDK against a real server: models and pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import openai
import pytest
from openai_server import COFFEE, Served, serving
from PIL import Image as Pillow

from agentvid.agent.agent import Agent


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(Agent(tmp_path_factory.mktemp("home"), in_process=True)) as found:
        yield found


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(data)).convert("RGB"))


def cup_mask() -> tuple[np.ndarray, bytes]:
    """An ellipse where the cup is, and a PNG that is transparent there."""
    height, width = opened(COFFEE.read_bytes()).shape[:2]
    y, x = np.mgrid[:height, :width]
    inside = ((x - width * 0.45) / (width * 0.2)) ** 2 + ((y - height * 0.45) / (height * 0.25)) ** 2 < 1
    rgba = np.zeros((height, width, 4), np.uint8)
    rgba[..., 3] = np.where(inside, 0, 255)
    data = io.BytesIO()
    Pillow.fromarray(rgba).save(data, "PNG")
    return inside, data.getvalue()


def test_models_name_the_engines_that_can_be_wished(served: Served):
    names = [model.id for model in served.client.models.list()]
    assert names[0] == "agentvid" and "agentvid/classical" in names
    one = served.client.models.retrieve("agentvid/classical")
    assert "edit_image" in one.agentvid["tasks"] and one.owned_by == "agentvid"
    with pytest.raises(openai.NotFoundError) as refused:
        served.client.models.retrieve("gpt-image-2")
    assert refused.value.code == "model_not_found" and refused.value.param == "model"


def test_a_picture_from_words_at_a_size_with_its_turn(served: Served):
    raw = served.client.images.with_raw_response.generate(
        prompt="a red cube on the left", size="256x192", model="agentvid"
    )
    made = raw.parse()
    pixels = opened(base64.b64decode(made.data[0].b64_json))
    assert pixels.shape == (192, 256, 3) and made.size == "256x192"
    ours = made.agentvid
    assert raw.headers["agentvid-session"] == ours["session"] and raw.headers["agentvid-turn"] == "1"
    chain = served.get(ours["chain"])["chain"]["steps"]
    assert [step["tool"] for step in chain] == ["generate_image", "check", "transform_image", "transform_image"]


def test_pictures_that_differ_by_their_seeds_are_revisions_of_one_chain(served: Served):
    made = served.client.images.generate(prompt="a red cube on the left", n=2, response_format="url", quality="high")
    first, second = (opened(httpx.get(one.url).content) for one in made.data)
    assert first.shape == second.shape and (first != second).any()
    assert made.agentvid["not_heard"] == ["quality"]
    assert made.data[0].agentvid["revision"] < made.data[1].agentvid["revision"] == made.agentvid["revision"]


def test_outside_of_the_mask_an_edit_changes_nothing(served: Served):
    inside, mask = cup_mask()
    made = served.client.images.edit(
        image=COFFEE, mask=("mask.png", mask), prompt="make the red cup blue", output_format="png"
    )
    before, after = opened(COFFEE.read_bytes()), opened(base64.b64decode(made.data[0].b64_json))
    assert (after[~inside] == before[~inside]).all()
    assert (after[inside] != before[inside]).mean() > 0.3
    step = next(one for one in served.get(made.agentvid["chain"])["chain"]["steps"] if one["tool"] == "locate")
    assert set(step["given"]) == {"mask"}


def test_an_edit_as_a_small_jpeg(served: Served):
    made = served.client.images.edit(
        image=[COFFEE], prompt="make the red cup blue", size="300x300", output_format="jpeg", output_compression=60
    )
    data = base64.b64decode(made.data[0].b64_json)
    assert data[:3] == b"\xff\xd8\xff" and opened(data).shape == (300, 300, 3)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"stream": True}, "stream"),
        ({"size": "12x900000"}, "size"),
        ({"n": 9}, "n"),
        ({"background": "transparent"}, "background"),
        ({"extra_body": {"wings": 2}}, "wings"),
    ],
)
def test_what_nothing_can_honour_is_refused_by_its_name(served: Served, more: dict, param: str):
    with pytest.raises(openai.BadRequestError) as refused:
        served.client.images.generate(prompt="a red cube", **more)
    assert refused.value.param == param and refused.value.type == "invalid_request_error"
    assert refused.value.body["agentvid"]["expected"]


def test_words_that_nothing_can_draw_are_asked_back(served: Served):
    with pytest.raises(openai.BadRequestError) as refused:
        served.client.images.generate(prompt="a cat on a sofa")
    assert refused.value.code == "needs_person" and "small world" in refused.value.message
    assert refused.value.body["agentvid"]["session"].startswith("s-")


def test_several_of_an_edit_without_chance_are_refused(served: Served):
    with pytest.raises(openai.BadRequestError) as refused:
        served.client.images.edit(image=COFFEE, prompt="crop it to a square", n=2)
    assert refused.value.param == "n"


def test_a_wrong_key_and_an_unknown_route(served: Served):
    wrong = openai.OpenAI(base_url=served.client.base_url, api_key="av_wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError) as refused:
        wrong.models.list()
    assert refused.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError) as nothing:
        served.client.embeddings.create(input="a", model="agentvid")
    assert nothing.value.code == "unknown_route"


def test_a_picture_that_is_none(served: Served, tmp_path: Path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(openai.BadRequestError) as refused:
        served.client.images.edit(image=broken, prompt="make it blue")
    assert refused.value.code == "bad_media"
