"""Words over clips and pictures; a picture as a relief: the engine's results, looked at pixel by pixel."""

from __future__ import annotations

import json
import struct
from collections import Counter

import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.classical.caption import caption, place_named
from agentvid.engines.classical.mesh_view import view_of
from agentvid.engines.classical.relief import make_3d, relief_of
from agentvid.errors import CallError
from agentvid.media.gate import admit
from agentvid.media.mesh import Triangles, check_mesh, glb_bytes
from agentvid.media.types import Depth, Image, Mesh, Video

FPS = 10
LONG = "A long line of words that has to be broken, 因为它比画面宽得多得多，放不进一行里。"


def request(task, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()})


@pytest.fixture
def context(store) -> EngineContext:
    return EngineContext(store=store)


@pytest.fixture
def grey(context) -> Video:
    return context.store.put_video([np.full((120, 200, 3), 90, np.uint8)] * 20, FPS)


def written(context: EngineContext, result: object) -> list[np.ndarray]:
    """Where each frame differs clearly from the plain grey."""
    frames = context.store.frames(result.get("video", Video))
    return [np.abs(frame.astype(int) - 90).max(axis=-1) > 40 for frame in frames]


# ---------------------------------------------------------------- captions


def test_words_are_shown_from_frame_to_frame_and_nowhere_else(context, grey):
    result = caption(request("caption", video=grey, text="Day one", start=0.5, end=1.2), context)
    shown = [number for number, mask in enumerate(written(context, result)) if mask.any()]
    assert shown == list(range(5, 12))
    assert "frames 5 to 11" in result.get("finding", str)


@pytest.mark.parametrize("text", ["你好", "Day one", LONG, "一" * 120, "Donaudampfschifffahrtsgesellschaftskapitän"])
@pytest.mark.parametrize("place", ["bottom", "upper left", "centre"])
def test_words_never_leave_the_frame(context, grey, text, place):
    result = caption(request("caption", video=grey, text=text, place=place, size=0.12), context)
    (first, *_) = written(context, result)
    rows, columns = np.nonzero(first)
    assert first.sum() > 60
    assert rows.min() >= 2 and rows.max() <= 117 and columns.min() >= 2 and columns.max() <= 197
    middle = (rows.mean() / 120, columns.mean() / 200)
    if len(text) < 10:
        expected = {"bottom": (0.9, 0.5), "upper left": (0.12, 0.15), "centre": (0.5, 0.5)}[place]
        assert middle == (pytest.approx(expected[0], abs=0.08), pytest.approx(expected[1], abs=0.1))


def test_long_words_wrap_and_shrink_and_that_is_said(context, grey):
    result = caption(request("caption", video=grey, text="一" * 120, size=0.2), context)
    assert int(result.get("finding", str).split(" line")[0].split()[-1]) > 3
    assert any("so that the words fit" in text for text in result.warnings)


def test_letters_have_their_colour_and_a_contour_against_it(context):
    image = context.store.put_image(np.full((200, 320, 3), 128, np.uint8))
    for colour, ink, rim in (("#ffd24a", (255, 210, 74), 20), ("#101040", (16, 16, 64), 235)):
        result = caption(request("caption", image=image, text="你好", colour=colour, size=0.3), context)
        pixels = context.store.image(result.get("image", Image)).reshape(-1, 3).astype(int)
        assert (np.abs(pixels - ink).max(axis=1) < 3).sum() > 300
        assert (np.abs(pixels - rim).max(axis=1) < 25).sum() > 100


def test_letters_are_crisp(context):
    image = context.store.put_image(np.zeros((200, 320, 3), np.uint8))
    made = caption(request("caption", image=image, text="你好", size=0.3, outline=0.0), context)
    pixels = context.store.image(made.get("image", Image))[..., 0].astype(int)
    assert (pixels > 250).sum() > 1.5 * ((pixels > 20) & (pixels < 235)).sum()


@pytest.mark.parametrize(
    ("words", "place"),
    [("", "bottom"), ("down", "bottom"), ("up", "top"), ("up left", "upper left"), ("右下角", "lower right"),
     ("画面顶部", "top"), ("in the middle", "centre"), ("正中间", "centre"), ("left", "left")],
)  # fmt: skip
def test_places_are_named_in_both_languages(words, place):
    assert place_named(words) == place


@pytest.mark.parametrize(
    "asked",
    [{"start": 3.0}, {"start": 1.0, "end": 0.5}, {"text": "  "}, {"colour": "qqq"}, {"size": 2.0}, {"font": "runes"}],
)
def test_what_can_not_be_written_is_refused(context, grey, asked):
    with pytest.raises(CallError):
        caption(request("caption", **{"video": grey, "text": "hello", **asked}), context)


def test_words_appear_and_vanish_softly(context, grey):
    result = caption(request("caption", video=grey, text="Day one", fade=0.5), context)
    frames = context.store.frames(result.get("video", Video))
    strength = [float(np.abs(frame.astype(int) - 90).mean()) for frame in frames]
    assert strength[0] < 0.5 * strength[5] and strength[-1] < 0.5 * strength[-6]


# ---------------------------------------------------------------- reliefs


def parsed(data: bytes) -> tuple[dict, bytes]:
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def test_a_solid_has_every_edge_in_two_triangles_and_its_inside_inside():
    near = np.random.default_rng(0).random((40, 60)).astype(np.float32)
    surface = relief_of(near, relief=0.5, detail=48, solid=True)
    edges = np.concatenate([surface.indices[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]).astype(int)
    counted = Counter(map(tuple, edges))
    corners = surface.positions[surface.indices].astype(float)
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6

    assert all(count == 1 for count in counted.values()) and all((b, a) in counted for a, b in counted)
    assert volume == pytest.approx((0.5 * 0.5 + 0.04) * 40 / 60, rel=0.05)


def test_near_points_stand_out_and_the_front_faces_the_viewer():
    near = np.zeros((30, 40), np.float32)
    near[10:20, 10:30] = 1.0
    surface = relief_of(near, relief=0.4, detail=40, solid=False)
    middle = np.abs(surface.positions[:, :2]).max(axis=1) < 0.1
    assert surface.positions[middle, 2].min() > 0.35 and surface.positions[0, 2] == 0
    assert (surface.normals()[:, 2] > 0).all()
    assert surface.positions[0, 1] > 0 > surface.positions[-1, 1] and (surface.uvs[0] == 0).all()


def test_the_file_is_glTF_that_passes_the_gate(context, tmp_path):
    rgb = np.random.default_rng(1).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    near = np.linspace(0, 65535, 60).astype(np.uint16)[None].repeat(40, axis=0)
    image, depth = context.store.put_image(rgb), context.store.put_depth(near)
    result = make_3d(request("make_3d", image=image, depth=depth, detail=32, solid=True), context)
    again = make_3d(request("make_3d", image=image, depth=depth, detail=32, solid=True), context)
    data = context.store.path(result.get("mesh", Mesh)).read_bytes()
    (tmp_path / "a.glb").write_bytes(data)
    document, binary = parsed(data)

    check_mesh(tmp_path / "a.glb")
    assert admit(tmp_path / "a.glb").kind == "mesh" and again.outputs == result.outputs
    assert result.get("depth", Depth) == depth
    points = document["accessors"][0]
    positions = np.frombuffer(binary, "<f4", points["count"] * 3).reshape(-1, 3)
    assert positions.min(axis=0).tolist() == points["min"] and positions.max(axis=0).tolist() == points["max"]
    view = document["bufferViews"][3]
    indices = np.frombuffer(binary, "<u4", document["accessors"][3]["count"], view["byteOffset"])
    assert indices.max() == points["count"] - 1
    texture = document["bufferViews"][4]
    assert binary[texture["byteOffset"] :][:3] == b"\xff\xd8\xff"
    assert document["buffers"][0]["byteLength"] == len(binary)
    assert all(v["byteOffset"] % 4 == 0 for v in document["bufferViews"])


def test_a_view_from_the_front_shows_the_picture_and_one_from_the_side_what_is_near_shifted():
    texture = np.full((60, 80, 3), 60, np.uint8)
    texture[20:40, 30:50] = (250, 0, 0)
    near = (texture[..., 0] > 200).astype(np.float32)
    surface = relief_of(near, relief=0.3, detail=80, solid=False)

    def red(yaw: float) -> np.ndarray:
        view = view_of(surface, texture, yaw, 0).astype(int)
        return np.nonzero((view[..., 0] > 150) & (view[..., 1] < 60))[1]

    front = red(0)
    assert len(front) > 2000 and front.mean() == pytest.approx(240, abs=3)
    assert red(30).mean() < front.mean() - 10 and red(-30).mean() > front.mean() + 10


def test_a_guessed_depth_is_said_and_a_mask_stands_out(context):
    image = context.store.put_image(np.full((60, 80, 3), 90, np.uint8))
    inside = np.zeros((60, 80), np.uint8)
    inside[20:45, 30:50] = 255
    mask = context.store.put_mask(inside)
    plain = make_3d(request("make_3d", image=image, detail=32), context)
    stands = make_3d(request("make_3d", image=image, mask=mask, detail=32), context)
    depths = [context.store.depth(result.get("depth", Depth)) for result in (plain, stands)]

    assert any("it is guessed" in text for text in plain.warnings)
    assert depths[1][30, 40] > depths[1][30, 2] and abs(int(depths[0][30, 40]) - int(depths[0][30, 2])) < 10
    views = result_size = stands.get("views", Image)
    assert (views.width, result_size.height) == (966, 726)


@pytest.mark.parametrize("asked", [{"relief": 9.0}, {"detail": 4000}, {"detail": 3}])
def test_what_can_not_be_a_relief_is_refused(context, asked):
    image = context.store.put_image(np.full((60, 80, 3), 90, np.uint8))
    with pytest.raises(CallError):
        make_3d(request("make_3d", image=image, **asked), context)
    with pytest.raises(CallError, match="the depth is"):
        other = context.store.put_depth(np.zeros((10, 10), np.uint16))
        make_3d(request("make_3d", image=image, depth=other), context)


def test_a_surface_without_area_has_normals_all_the_same():
    flat = Triangles(np.zeros((3, 3), np.float32), np.zeros((3, 2), np.float32), np.array([[0, 1, 2]], np.uint32))
    assert np.isfinite(flat.normals()).all() and glb_bytes(flat, b"\xff\xd8\xff", "image/jpeg")[:4] == b"glTF"
