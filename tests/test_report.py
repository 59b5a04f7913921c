"""The report: what its page tells, what it may never do, and the folder it lies in."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
import shlex
import wave
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from report_records import city, coffee, continued_clip, cup_mask, recolour, stopped

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, Step
from agentvid.engine import pack
from agentvid.errors import InputError, StoreError
from agentvid.media.types import Box, CameraPath, CameraPose, Keyframe, Mesh, Palette, Point, Swatch, load_value
from agentvid.report.command import give_command, written
from agentvid.report.describe import predicate_words, value_words
from agentvid.report.draw import camera_path_svg, depth_picture, error_curve_svg, mark
from agentvid.report.folder import file_names, write_results
from agentvid.report.graph import chain_svg
from agentvid.report.page import render
from agentvid.report.record import AnswerPart, MessagePart, TurnRecord
from agentvid.report.words import ALL, money, seconds
from agentvid.store.objects import ObjectStore


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ObjectStore:
    return ObjectStore(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def record(store: ObjectStore) -> TurnRecord:
    return recolour(store)


@pytest.fixture(scope="module")
def page(record: TurnRecord, store: ObjectStore) -> str:
    return render(record, store, file_names(record))


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text that is shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


# ---------------------------------------------------------------- what the page tells


def test_page_tells_message_answer_and_every_step(record: TurnRecord, page: str) -> None:
    text = Reader(page).text
    assert record.message[0].text in text
    assert record.answer[0].text in text
    for step in record.chain:
        assert step.thought in text
        assert re.search(rf'id="{re.escape(step.id)}"', page)
    assert "94% 的像素" in text and "未测试" in text


def test_page_has_chinese_words_for_chinese_and_english_for_english(page: str, store: ObjectStore) -> None:
    english = Reader(render(continued_clip(store), store)).text
    assert "推理过程" in page and '<html lang="zh-CN">' in page
    assert "How it was made" in english and not re.search("[\u4e00-\u9fff]", english)


def test_both_languages_have_the_same_words_and_none_hides_behind_a_method() -> None:
    assert ALL["en"].keys() == ALL["zh"].keys()
    assert not [key for key in ALL["en"] if hasattr(dict, key)]
    for key, words in ALL["en"].items():
        assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", ALL["zh"][key])), key


def test_an_edited_picture_is_compared_with_what_it_was(page: str) -> None:
    assert page.count('class="frame compare"') == 1


def test_plan_is_shown_from_colour_to_colour(page: str) -> None:
    change = page[page.index('class="change"') :][:1500]
    assert change.index("#7d2414") < change.index("→") < change.index("#1f5fbf")


def test_references_link_to_the_step_they_come_from(page: str) -> None:
    links = [a for a in Reader(page).all("a") if a.get("data-step") == "t1.s3" and a.get("class") == "ref"]
    assert links and all(a["href"] == "#t1.s3" for a in links)


def test_a_given_value_is_told_apart(record: TurnRecord, page: str, store: ObjectStore) -> None:
    assert "由你给定" not in Reader(page).text
    given = recolour(store, given_box=True)
    assert "由你给定" in Reader(render(given, store)).text


def test_a_given_value_shows_before_any_run(store: ObjectStore, record: TurnRecord) -> None:
    given = dataclasses.replace(recolour(store, given_box=True), run=Run(revision=2), answer=(), checks=())
    text = Reader(render(given, store)).text
    assert "(76, 66) – (481, 389)" in text and "由你给定" in text and "待运行" in text


def test_unproven_engines_warnings_and_cost_are_told(store: ObjectStore) -> None:
    text = Reader(render(continued_clip(store), store)).text
    assert "unproven" in text and "never on the real checkpoint" in text
    assert "Its frames were retimed." in text and "¥0.80" in text


def test_a_waiting_step_says_how_to_give_and_a_failed_one_what_to_do(store: ObjectStore) -> None:
    page = render(stopped(store), store)
    text = Reader(page).text
    assert "Draw a box around it." in text
    assert "at most 45° to either side" in text and "set a smaller yaw" in text
    code = re.sub("<[^>]+>", "", page[page.index("<code>agentvid resume") :].partition("</code>")[0])
    assert code == "agentvid resume coffee-7f3a --given t2.s1.box=x0,y0,x1,y1"
    assert 'data-width="600" data-height="400"' in page


def test_media_that_are_gone_are_told_in_their_place(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    record = recolour(store)
    store.remove(next(iter(file_names(record))), put_before=1e12)
    text = Reader(render(record, store)).text
    assert "存储中已没有" in text and record.chain.steps[5].thought in text


def test_a_chain_that_asks_back_has_no_steps_to_show(store: ObjectStore, record: TurnRecord) -> None:
    asked = dataclasses.replace(
        record, chain=Chain(turn=1, question="哪一个杯子？"), run=Run(revision=1), answer=(), checks=()
    )
    text = Reader(render(asked, store)).text
    assert "哪一个杯子？" in text and "推理过程" not in text.replace("跳到推理过程", "")


# ---------------------------------------------------------------- what the page may never do


def test_page_holds_all_it_needs(page: str) -> None:
    reader = Reader(page)
    for tag in ("img", "video", "audio"):
        assert all(one["src"].startswith("data:") for one in reader.all(tag) if "src" in one)
    assert not [link for link in reader.all("link") if link["href"] != "data:,"]
    assert not re.search(r"@import|url\(", page)
    assert not [s for s in reader.all("script") if "src" in s]


def test_policy_allows_exactly_the_inlined_script_and_style(page: str) -> None:
    policy = next(m["content"] for m in Reader(page).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for tag in ("script", "style"):
        inlined = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(inlined.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(r"<[^>]*\s(style|on\w+)=", page.partition("<body>")[2].partition("<script>")[0])


EVIL = "\"><img src=x onerror=alert(1)>'<script>alert(2)</script>"


def test_hostile_words_stay_words(store: ObjectStore) -> None:
    image = coffee(store)
    step = Step(id="t1.s1", tool="locate", thought=EVIL, args={"image": image, "what": EVIL, EVIL: EVIL})
    run = StepRun(
        step="t1.s1",
        status="done",
        outputs={"finding": pack(EVIL), "box": pack(Box(x0=1, y0=1, x1=9, y1=9))},
        warnings=(EVIL,),
        engines={"locate": EVIL},
    )
    record = TurnRecord(
        session=EVIL,
        turn=1,
        revision=1,
        branch=EVIL,
        language="en",
        message=(MessagePart(EVIL), MessagePart(name=EVIL + ".jpg", artifact=image)),
        chain=Chain(turn=1, steps=(step,)),
        run=Run(revision=1, steps={"t1.s1": run}),
        answer=(AnswerPart("text", EVIL), AnswerPart("media", artifact=image, caption=EVIL)),
    )
    reader = Reader(render(record, store))
    assert len(reader.all("script")) == 1
    assert not [attributes for _, attributes in reader.tags if "onerror" in attributes]
    assert EVIL in " ".join(reader.words)


def test_commands_are_quoted_for_the_shell() -> None:
    command = give_command("a; rm -rf ~", "t1.s1", "finding", "it's $(evil) `x`")
    assert shlex.split(command) == ["agentvid", "resume", "a; rm -rf ~", "--given", "t1.s1.finding=it's $(evil) `x`"]


def test_clips_beyond_the_budget_are_linked_and_that_is_said(record: TurnRecord, store: ObjectStore) -> None:
    page = render(record, store, file_names(record), clip_budget=10)
    (video,) = Reader(page).all("video")
    assert video["src"] == "2-novel-view.mp4"
    assert "未嵌入本页" in Reader(page).text
    alone = Reader(render(record, store, clip_budget=10))
    assert not alone.all("video") and "未嵌入本页" in alone.text


def test_a_large_picture_is_embedded_small(store: ObjectStore, record: TurnRecord) -> None:
    rng = np.random.default_rng(0)
    noise = store.put_image(rng.integers(0, 256, (2400, 3200, 3), dtype=np.uint8))
    large = dataclasses.replace(record, answer=(AnswerPart("media", artifact=noise, caption="noise"),))
    page = render(large, store, {noise.artifact: "1-image.png"})
    sizes = [int(i["width"]) for i in Reader(page).all("img") if i.get("width")]
    assert max(sizes) == 1600 and "原图见 1-image.png" in page
    assert len(page) < noise.bytes


# ---------------------------------------------------------------- evidence drawn


def test_mark_darkens_only_outside_the_mask_and_frames_the_box() -> None:
    picture = Pillow.new("RGB", (200, 100), (200, 200, 200))
    mask = Pillow.new("L", (200, 100), 0)
    mask.paste(255, (100, 0, 200, 100))
    drawn = np.asarray(mark(picture, mask=mask)).astype(int)
    assert drawn[50, 20].max() < 120 < drawn[50, 180].min()
    framed = np.asarray(mark(picture, box=Box(x0=50, y0=20, x1=150, y1=80)))
    assert framed[50, 50].min() > 230 and framed[50, 100].max() == 200
    ringed = np.asarray(mark(picture, point=Point(x=100, y=50))).astype(int)
    assert ringed[50, 100, 0] > ringed[50, 100, 2] + 100


def test_mark_scales_evidence_with_the_picture() -> None:
    picture = Pillow.new("RGB", (2000, 1000), (90, 90, 90))
    drawn = np.asarray(mark(picture, box=Box(x0=500, y0=100, x1=1500, y1=900), width=400))
    assert drawn.shape == (200, 400, 3)
    assert drawn[100, 100].min() > 200 and drawn[100, 200].max() == 90


def test_a_box_beyond_the_picture_is_drawn_where_it_can_be() -> None:
    picture = Pillow.new("RGB", (100, 100), (90, 90, 90))
    assert np.asarray(mark(picture, box=Box(x0=-50, y0=-50, x1=400, y1=400)))[0, 50].max() > 150
    assert np.asarray(mark(picture, box=Box(x0=200, y0=200, x1=400, y1=400))).max() == 90


def test_depth_is_brighter_where_it_is_nearer() -> None:
    ramp = np.linspace(1000, 3000, 64).astype(np.uint16)[None, :].repeat(4, axis=0)
    light = np.asarray(depth_picture(ramp)).astype(int).sum(axis=2)[0]
    assert (np.diff(light) >= 0).all() and light[-1] > light[0] + 300
    flat = depth_picture(np.full((4, 4), 7, dtype=np.uint16))
    assert flat.size == (4, 4)


def _ends(svg: str) -> list[tuple[float, float]]:
    points = re.search(r'class="way" points="([^"]+)"', svg)
    assert points is not None
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points[1].split())]


def test_camera_path_goes_right_for_positive_yaw_and_nearer_for_dolly() -> None:
    right = _ends(camera_path_svg(CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=1, yaw_deg=30))), "t"))
    assert right[0] == (0.0, 1.0) and right[-1] == (0.5, 0.866)
    near = _ends(camera_path_svg(CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=1, dolly=0.5))), "t"))
    assert near[-1] == (0.0, 0.5)


def test_palette_widths_add_up_to_its_drawing(store: ObjectStore, record: TurnRecord, page: str) -> None:
    drawing = re.search(r'class="palette" viewBox="0 0 (\d+) 10".*?</svg>', page, re.DOTALL)
    assert drawing is not None
    assert sum(int(width) for width in re.findall(r' width="(\d+)"', drawing[0])) == int(drawing[1]) == 100


def test_map_has_every_step_and_every_line_once(record: TurnRecord) -> None:
    svg = chain_svg(record)
    assert re.findall(r'<a class="node done" href="#(t1\.s\d)"', svg) == [step.id for step in record.chain]
    lines = re.findall(r'data-from="([^"]+)" data-to="([^"]+)"', svg)
    assert sorted(lines) == sorted((p, s.id) for s in record.chain for p in s.parents())


# ---------------------------------------------------------------- words and commands


def test_what_is_written_in_a_command_reads_back() -> None:
    for value in (
        Palette(colours=(Swatch(colour="#aabbcc"),)),
        CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=2, yaw_deg=9))),
    ):
        assert load_value(type(value).__name__, json.loads(written(value))) == value
    assert written(Box(x0=1, y0=2.5, x1=30, y1=40)) == "1,2.5,30,40"
    assert written(Keyframe(frame=40, seconds=1.6)) == "40,1.6"
    assert written(None, "Mask") == "FILE"


def test_values_are_told_in_words() -> None:
    path = CameraPath(poses=(CameraPose(seconds=0, yaw_deg=-20), CameraPose(seconds=4, yaw_deg=20)))
    assert value_words(path, "en") == "orbit · 4 s · turn left 20° → right 20°"
    assert value_words(path, "zh") == "环绕 · 4 秒 · 转 左 20° → 右 20°"
    assert value_words(True, "en") == "yes" and value_words(2.50, "en") == "2.5"


def test_expectations_are_told_in_words(record: TurnRecord) -> None:
    expect = record.chain.step("t1.s4").expect
    assert [predicate_words(p, "en") for p in expect] == ["mostly blue inside the mask", "unchanged outside the mask"]
    assert [predicate_words(p, "zh") for p in expect] == ["遮罩以内主要是蓝色", "遮罩以外保持不变"]


def test_seconds_and_money_for_a_person() -> None:
    assert [seconds(s, "en") for s in (0.001, 0.04, 1.0, 12.34, 74.6, 59.96)] == [
        "<\u20090.01 s",
        "0.04 s",
        "1 s",
        "12.3 s",
        "1 min 15 s",
        "60 s",
    ]
    assert [money(a, c, "en") for a, c in ((0, ""), (0.8, "CNY"), (0.0004, "USD"), (3, "CHF"))] == [
        "free",
        "¥0.80",
        "$0.0004",
        "3.00 CHF",
    ]


# ---------------------------------------------------------------- the folder


def test_folder_holds_answer_chain_and_page(record: TurnRecord, store: ObjectStore, tmp_path: Path) -> None:
    out = tmp_path / "new" / "results"
    page = write_results(out, record, store)
    assert page == out / "report.html"
    files = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert files == [
        ".agentvid.json",
        "1-edited.png",
        "2-novel-view.mp4",
        "chain.json",
        "report.html",
        "steps/t1.s1-mask.png",
        "steps/t1.s6-depth.png",
    ]
    assert Chain.model_validate_json((out / "chain.json").read_text(encoding="utf-8")) == record.chain
    edited = record.answer[1].artifact
    assert edited is not None
    assert hashlib.sha256((out / "1-edited.png").read_bytes()).hexdigest() == edited.artifact
    assert "steps/t1.s1-mask.png" in page.read_text(encoding="utf-8")


def test_folder_is_written_again_and_what_is_no_longer_named_goes(
    record: TurnRecord, store: ObjectStore, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    write_results(tmp_path, record, store)
    assert (tmp_path / "2-novel-view.mp4").exists()
    write_results(tmp_path, replace(record, answer=record.answer[:2]), store)
    assert (tmp_path / "mine.txt").read_text() == "keep me"
    assert (tmp_path / "1-edited.png").exists() and not (tmp_path / "2-novel-view.mp4").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".writing")]


@pytest.mark.parametrize("name", ["report.html", "chain.json", "1-edited.png"])
def test_files_of_somebody_else_are_never_replaced(
    record: TurnRecord, store: ObjectStore, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(InputError, match=name):
        write_results(tmp_path, record, store)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "precious"


def test_an_unwritable_folder_is_named_and_nothing_stays(
    record: TurnRecord, store: ObjectStore, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=re.escape(str(tmp_path / "file" / "results"))):
        write_results(tmp_path / "file" / "results", record, store)


def test_nothing_half_written_stays_when_the_disk_fills(
    record: TurnRecord, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agentvid.report.folder.shutil.copyfile", full)
    with pytest.raises(InputError, match="No space left"):
        write_results(tmp_path / "results", record, store)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_answer_is_an_error_and_missing_evidence_is_not(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "store")
    record = recolour(store)
    answer, *_, evidence = file_names(record)
    store.remove(evidence, put_before=1e12)
    assert write_results(tmp_path / "out", record, store).is_file()
    store.remove(answer, put_before=1e12)
    with pytest.raises(StoreError):
        write_results(tmp_path / "out", record, store)


def test_two_answers_of_one_tool_get_names_of_their_own(store: ObjectStore, record: TurnRecord) -> None:
    mask = cup_mask(store, coffee(store))
    ref = Ref(step="t1.s1", port="mask")
    both = dataclasses.replace(
        record,
        answer=(
            AnswerPart("media", artifact=mask, ref=ref),
            AnswerPart("media", artifact=city(store)),
            AnswerPart("media", artifact=mask, ref=ref),
        ),
    )
    assert list(file_names(both).values())[:2] == ["1-locate-mask.png", "2-video.mp4"]


def test_sound_plays_and_a_mesh_is_linked(store: ObjectStore, record: TurnRecord, tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    sound = store.put_file(tmp_path / "tone.wav", "audio/wav", "audio")
    (tmp_path / "cup.glb").write_bytes((tmp_path / "tone.wav").read_bytes() + b"\0\0")
    bytes_ = store.put_file(tmp_path / "cup.glb", "audio/wav", "audio")  # what they hold does not matter to a link
    mesh = Mesh(artifact=bytes_.artifact, mime="model/gltf-binary", bytes=bytes_.bytes)
    answer = (
        AnswerPart("media", artifact=sound, caption="tone"),
        AnswerPart("media", artifact=mesh, caption="cup"),
    )
    page = write_results(tmp_path / "out", dataclasses.replace(record, answer=answer), store).read_text("utf-8")
    reader = Reader(page)
    assert reader.all("audio")[0]["src"].startswith("data:audio/wav;base64,")
    assert "2-mesh.glb" in [a["href"] for a in reader.all("a")]
    assert (tmp_path / "out" / "2-mesh.glb").is_file()


def test_an_error_bound_is_a_curve_with_its_limit_and_no_wall_of_numbers() -> None:
    drawn = str(error_curve_svg({1: 2.0, 5: 10.0, 9: 20.0}, 16.0, "how <far>"))
    assert drawn.count("<polyline") == 2 and "how &lt;far&gt;" in drawn
    curve = [tuple(map(float, at.split(","))) for at in drawn.split('class="error" points="')[1].split('"')[0].split()]
    limit = [tuple(map(float, at.split(","))) for at in drawn.split('class="limit" points="')[1].split('"')[0].split()]
    assert [x for x, _ in curve] == sorted(x for x, _ in curve) and curve[0][1] > curve[1][1] > curve[2][1]
    assert curve[1][1] > limit[0][1] == limit[1][1] > curve[2][1], "the last step lies above the limit"
