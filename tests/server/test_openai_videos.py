"""Videos of the OpenAI-shaped dialect, by the unmodified `openai` SDK: jobs that are turns, and outlive the server."""

from __future__ import annotations

import asyncio
import base64
import io
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import pytest
from openai_server import COFFEE, Served, serving
from PIL import Image as Pillow

from agentvid.agent.agent import Agent
from agentvid.media.codec import read_frame
from agentvid.server.keys import Keys

# The vendor's own service has ended; what others serve in its form goes on.
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")

ORBIT = "orbit slowly around it"


@pytest.fixture(scope="module")
def small_coffee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "coffee.jpg"
    Pillow.open(COFFEE).resize((240, 160)).save(path)
    return path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(Agent(tmp_path_factory.mktemp("home"), in_process=True)) as found:
        yield found


@pytest.fixture(scope="module")
def orbit(served: Served, small_coffee: Path) -> openai.types.Video:
    return served.client.videos.create_and_poll(
        prompt=ORBIT, input_reference=small_coffee, seconds="1", size="160x160", poll_interval_ms=100
    )


def test_a_video_of_a_picture_has_the_asked_length_and_size(served: Served, orbit: openai.types.Video, tmp_path: Path):
    assert (orbit.status, orbit.progress, orbit.error) == ("completed", 100, None)
    assert (orbit.size, orbit.model, orbit.prompt) == ("160x160", "agentvid", ORBIT)
    assert orbit.completed_at >= orbit.created_at
    clip = tmp_path / "orbit.mp4"
    served.client.videos.download_content(orbit.id).write_to_file(clip)
    assert read_frame(clip, 0).shape == (160, 160, 3)
    assert abs(float(orbit.seconds) - 1) < 0.2
    tools = [step["tool"] for step in served.get(orbit.agentvid["chain"])["chain"]["steps"]]
    assert tools[:2] == ["transform_image", "transform_image"] and tools[-1] == "novel_view"


def test_ranges_thumbnails_and_sprites(served: Served, orbit: openai.types.Video):
    key = {"Authorization": f"Bearer {served.client.api_key}"}
    part = httpx.get(f"{served.address}/v1/videos/{orbit.id}/content", headers={**key, "Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    small = served.client.videos.download_content(orbit.id, variant="thumbnail").read()
    sprites = served.client.videos.download_content(orbit.id, variant="spritesheet").read()
    assert Pillow.open(io.BytesIO(small)).size == (160, 160)
    assert Pillow.open(io.BytesIO(sprites)).width > 8 * 150


def test_another_owner_sees_no_video(served: Served, orbit: openai.types.Video):
    assert list(served.other.videos.list()) == []
    for touch in (served.other.videos.retrieve, served.other.videos.delete, served.other.videos.download_content):
        with pytest.raises(openai.NotFoundError) as refused:
            touch(orbit.id)
        assert refused.value.code == "not_found"
    assert served.client.videos.retrieve(orbit.id).status == "completed"


def test_videos_are_listed_in_pages_and_deleted(served: Served, orbit: openai.types.Video):
    made = [served.client.videos.create(prompt="nothing that is known") for _ in range(2)]
    ids = [video.id for video in served.client.videos.list(limit=1)]
    assert ids == [made[1].id, made[0].id, orbit.id]
    assert [video.id for video in served.client.videos.list(order="asc", limit=3)] == ids[::-1]
    for video in made:
        gone = served.client.videos.delete(video.id)
        assert gone.deleted and gone.id == video.id
    assert [video.id for video in served.client.videos.list()] == [orbit.id]
    with pytest.raises(openai.NotFoundError):
        served.client.videos.retrieve(made[0].id)


def test_a_video_that_needs_a_person_fails_with_what_it_needs(served: Served):
    failed = served.client.videos.create_and_poll(prompt="nothing that is known", poll_interval_ms=50)
    assert failed.status == "failed" and failed.error.code == "needs_person"
    assert "nothing that is known" in failed.error.message
    with pytest.raises(openai.BadRequestError) as refused:
        served.client.videos.download_content(failed.id)
    assert refused.value.code == "video_not_ready"
    served.client.videos.delete(failed.id)


def test_words_that_make_a_picture_make_no_video(served: Served, small_coffee: Path):
    failed = served.client.videos.create_and_poll(
        prompt="make the red cup blue", input_reference=small_coffee, poll_interval_ms=50
    )
    assert failed.status == "failed" and failed.error.code == "bad_input" and "a clip" in failed.error.message
    served.client.videos.delete(failed.id)


def test_a_reference_by_its_data_and_none_from_elsewhere(served: Served, small_coffee: Path):
    data = base64.b64encode(small_coffee.read_bytes()).decode()
    address, key = f"{served.address}/v1/videos", {"Authorization": f"Bearer {served.client.api_key}"}
    asked = {"prompt": ORBIT, "input_reference": {"image_url": f"data:image/jpeg;base64,{data}"}, "seconds": 1}
    made = httpx.post(address, json=asked, headers=key).json()
    assert made["status"] in ("queued", "in_progress") and made["seconds"] == "1"
    assert served.client.videos.poll(made["id"], poll_interval_ms=50).status == "completed"
    asked["input_reference"] = {"image_url": "http://127.0.0.1:1/cup.png"}
    refused = httpx.post(address, json=asked, headers=key)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "remote_address")


@pytest.mark.parametrize(("more", "param"), [({"seconds": "-4"}, "seconds"), ({"size": "9x9"}, "size")])
def test_lengths_and_sizes_that_are_none(served: Served, more: dict, param: str):
    with pytest.raises(openai.BadRequestError) as refused:
        served.client.videos.create(prompt=ORBIT, **more)
    assert refused.value.param == param


def test_a_video_is_made_although_the_server_restarts(home: Path, small_coffee: Path):
    agent = Agent(home, in_process=True)
    keys = tuple(Keys(agent.log).add(owner)[1] for owner in ("ada", "ben"))
    with serving(agent, keys) as first:
        made = first.client.videos.create(prompt=ORBIT, input_reference=small_coffee, seconds="2")
    with serving(Agent(home, in_process=True), keys) as second:
        found = second.client.videos.poll(made.id, poll_interval_ms=50)
        assert found.status == "completed" and found.created_at == made.created_at
        assert second.client.videos.download_content(made.id).read()[4:8] == b"ftyp"


async def test_the_async_client_polls_too(served: Served, small_coffee: Path):
    async with openai.AsyncOpenAI(base_url=served.client.base_url, api_key=served.client.api_key) as client:
        made = await client.videos.create(prompt=ORBIT, input_reference=small_coffee, seconds="1")
        begun = time.monotonic()
        while (await client.videos.retrieve(made.id)).status != "completed":
            assert time.monotonic() - begun < 60
            await asyncio.sleep(0.05)
