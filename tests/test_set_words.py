"""Edits as short texts: what each text asks for, and what a wrong one is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentvid.agent.set_words import other_spelling, read_sets, respelled
from agentvid.chain.chain import Chain
from agentvid.chain.edit import (
    ClearGiven,
    Edit,
    Pin,
    SetArg,
    SetEngine,
    SetExpect,
    SetGiven,
    SetSeed,
    SetThought,
    SetTool,
    apply_all,
)
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, Step, Words
from agentvid.engine import pack
from agentvid.errors import AgentvidError, EditError, InputError
from agentvid.media.codec import png_bytes
from agentvid.media.types import (
    Answer,
    Box,
    CameraPath,
    CameraPose,
    EditPlan,
    Image,
    Keyframe,
    Palette,
    Point,
    Recolour,
    ReplaceBackground,
    Swatch,
    Value,
)
from agentvid.planner import KnownMedia
from agentvid.planner.check import check_chain
from agentvid.plugins import load_tools
from agentvid.store.objects import ObjectStore

TOOLS = load_tools()
PHOTO = {"artifact": "ab" * 32, "mime": "image/png", "bytes": 9, "width": 600, "height": 400, "type": "image"}
CLIP = {**PHOTO, "type": "video", "mime": "video/mp4", "fps": 25.0, "frames": 100, "seconds": 4.0}


def ref(step: str, port: str) -> dict[str, str]:
    return {"step": step, "port": port}


CHAIN = Chain(
    turn=1,
    steps=(
        Step(id="t1.s1", tool="locate", args={"image": PHOTO, "what": "red cup"}),
        Step(id="t1.s2", tool="analyse", args={"image": PHOTO, "mask": ref("t1.s1", "mask")}),
        Step(
            id="t1.s3",
            tool="plan_edit",
            args={"operation": "recolour", "target": "cup", "colour": "blue", "palette": ref("t1.s2", "palette")},
        ),
        Step(
            id="t1.s4",
            tool="edit_image",
            args={"image": PHOTO, "plan": ref("t1.s3", "plan"), "mask": ref("t1.s1", "mask")},
        ),
        Step(id="t1.s5", tool="check", args={"image": ref("t1.s4", "image"), "before": PHOTO}),
        Step(
            id="t1.s6",
            tool="novel_view",
            args={"image": ref("t1.s4", "image"), "path": {"poses": [{"seconds": 0}, {"seconds": 2}]}},
        ),
        Step(id="t1.s7", tool="future_frames", args={"video": CLIP, "seconds": 1}),
        Step(id="t1.s8", tool="compose", args={"clips": [ref("t1.s6", "video"), ref("t1.s7", "video")]}),
    ),
)
PLAN = EditPlan(
    target="cup",
    operations=(Recolour(source="#aa1122", target="#2244cc"), ReplaceBackground(colour="#ffffff")),
)
PATH = CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=2, yaw_deg=15)))
FOUND = {
    "t1.s1": {"box": Box(x0=10, y0=20, x1=110, y1=220), "point": Point(x=50, y=60)},
    "t1.s2": {"palette": Palette(colours=(Swatch(colour="#aa1122", share=0.7), Swatch(colour="#ffffff", share=0.3)))},
    "t1.s3": {"plan": PLAN},
    "t1.s5": {"answer": Answer(question="is it?", text="yes", passed=True, measures={"hue_share": 0.9})},
    "t1.s6": {"path": PATH},
    "t1.s7": {"keyframe": Keyframe(frame=50, seconds=2.0)},
}
RUN = Run(
    revision=1,
    steps={
        step: StepRun(step=step, status="done", outputs={port: pack(value) for port, value in ports.items()})
        for step, ports in FOUND.items()
    },
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> ObjectStore:
    return ObjectStore(tmp_path_factory.mktemp("store"))


MEDIA = (
    KnownMedia(1, Image.model_validate(PHOTO), is_new=True),
    KnownMedia(2, Image.model_validate({**PHOTO, "artifact": "cd" * 32}), source=Ref(step="t1.s4", port="image")),
    KnownMedia(3, Image.model_validate({**PHOTO, "artifact": "ef" * 32}), source=Ref(step="t1.s4", port="image")),
)


def read(shelf: ObjectStore, *sets: str, chain: Chain = CHAIN, run: Run | None = RUN) -> list[Edit]:
    return read_sets(sets, chain, run, TOOLS, shelf, media=MEDIA)


def test_the_chain_these_tests_edit_is_a_sound_one() -> None:
    assert check_chain(CHAIN, TOOLS) == []


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("t1.s3.args.colour=green", SetArg(step="t1.s3", name="colour", value="green")),
        ("t1.s3.args.colour=#1f5fbf", SetArg(step="t1.s3", name="colour", value="#1f5fbf")),
        ("t1.s3.args.colour=a = b", SetArg(step="t1.s3", name="colour", value="a = b")),
        ("t1.s3.args.target=左边的杯子", SetArg(step="t1.s3", name="target", value="左边的杯子")),
        ("t1.s3.args.colour=", SetArg(step="t1.s3", name="colour", remove=True)),
        ("t1.s3.args.light=0.25", SetArg(step="t1.s3", name="light", value=0.25)),
        ("t1.s3.args.palette=#112233,#445566", None),
        ("t1.s4.args.image=@v1", SetArg(step="t1.s4", name="image", value=MEDIA[0].artifact)),
        ("t1.s6.args.image=@v2", SetArg(step="t1.s6", name="image", value=ref("t1.s4", "image"))),
        ("t1.s6.args.image=@t1.s4.image", SetArg(step="t1.s6", name="image", value=ref("t1.s4", "image"))),
        ("t1.s4.given.image=@v2", SetGiven(step="t1.s4", port="image", value=MEDIA[1].artifact.model_dump())),
        ("t1.s1.given.box=@t1.s1.box", SetGiven(step="t1.s1", port="box", value=FOUND["t1.s1"]["box"].model_dump())),
        (
            "t1.s1.given.box=[1, 2, 3, 4]",
            SetGiven(step="t1.s1", port="box", value={"x0": 1, "y0": 2, "x1": 3, "y1": 4}),
        ),
        ('t1.s2.given.palette=["#112233"]', None),
        ("t1.s3.args.request=@v2", SetArg(step="t1.s3", name="request", value="@v2")),
        ("t1.s3.args.palette=t1.s2.palette", SetArg(step="t1.s3", name="palette", value=ref("t1.s2", "palette"))),
        ('t1.s3.args.palette={"step": "t1.s2", "port": "palette"}', None),
        ("t1.s8.args.clips=t1.s7.video", SetArg(step="t1.s8", name="clips", value=[ref("t1.s7", "video")])),
        (
            't1.s8.args.clips=["t1.s7.video", {"step": "t1.s6", "port": "video"}]',
            SetArg(step="t1.s8", name="clips", value=[ref("t1.s7", "video"), ref("t1.s6", "video")]),
        ),
        (
            "t1.s1.given.box=1,2,30,40.5",
            SetGiven(step="t1.s1", port="box", value={"x0": 1, "y0": 2, "x1": 30, "y1": 40.5}),
        ),
        ("t1.s1.given.point=3,4", SetGiven(step="t1.s1", port="point", value={"x": 3.0, "y": 4.0})),
        ("t1.s4.seed=2", SetSeed(step="t1.s4", seed=2)),
        ("t1.s4.engine=fake", SetEngine(step="t1.s4", engine="fake")),
        ("t1.s4.engine=", SetEngine(step="t1.s4", engine=None)),
        ("t1.s4.thought=keep = the steam, 保持", SetThought(step="t1.s4", thought="keep = the steam, 保持")),
        ("t1.s4.thought=", SetThought(step="t1.s4", thought="")),
        ("t1.s4.pinned=true", Pin(step="t1.s4", pinned=True)),
        ("t1.s4.pinned=no", Pin(step="t1.s4", pinned=False)),
        ("t1.s5.tool=describe", SetTool(step="t1.s5", tool="describe", args={"image": ref("t1.s4", "image")})),
        (
            't1.s4.expect={"kind": "words", "text": "looks lit alike"}',
            SetExpect(step="t1.s4", expect=(Words(text="looks lit alike"),)),
        ),
        ("t1.s4.expect=", SetExpect(step="t1.s4", expect=())),
    ],
)
def test_each_text_is_one_edit_that_fits(shelf: ObjectStore, text: str, edit: Edit | None) -> None:
    (found,) = read(shelf, text)
    if edit is not None:
        assert found == edit
    assert check_chain(apply_all(CHAIN, [found]), TOOLS) == []


@pytest.mark.parametrize(
    ("text", "given", "nearest"),
    [
        ("nonsense", "--set nonsense", "t1.s1"),
        ("t1.s3.args.colour", "--set", "t1.s1"),
        ("t1.s9.seed=1", "there is no step t1.s9", "perhaps t1.s"),
        ("t1.s3.seeed=1", "no field 'seeed'", "perhaps seed is meant"),
        ("t1.s1.box=1,2,3,4", "no field 'box'", "perhaps t1.s1.given.box is meant"),
        ("t1.s3.colour=green", "no field 'colour'", "perhaps t1.s3.args.colour is meant"),
        ("t1.s3.plan.feather=4", "no field 'plan'", "perhaps t1.s3.given.plan is meant"),
        ("t1.s3.seed.x=1", "no field 'seed'", "seed"),
        ("t1.s3.args=1", "names no argument", ""),
        ("t1.s3.args.colur=green", "no argument 'colur'", "perhaps colour is meant"),
        ("t1.s4.args.image=@v9", "there is no @v9", "name one"),
        ("t1.s1.given.mask=@t1.s9.mask", "t1.s9.mask holds no value", "run its step first"),
        ("t1.s4.args.image=@t1.s9.image", "there is no step t1.s9", "perhaps t1.s8 is meant"),
        ("t1.s4.args.image=@v3", "would use its own result", "written before it"),
        ("t1.s3.args.light=bright", "t1.s3.args.light", "quote it"),
        ("t1.s3.args.light=null", "t1.s3.args.light", ""),
        ("t1.s3.args.request=", "no such argument to drop", "give it a value"),
        ("t1.s1.given.bax=1,2,3,4", "no port 'bax'", "perhaps box is meant"),
        ("t1.s1.given.box=1,2,3", "t1.s1.given.box=1,2,3", "correct the value"),
        ("t1.s1.given.box=", "nothing was given", ""),
        ("t1.s1.given.mask=absent.png", "absent.png", ""),
        ("t1.s4.seed=-1", "t1.s4.seed=-1", "correct it"),
        (f"t1.s4.seed={2**63}", "t1.s4.seed=", "correct it"),
        ("t1.s4.pinned=perhaps", "t1.s4.pinned=perhaps", "correct it"),
        ("t1.s4.tool=edit_imag", "there is no tool 'edit_imag'", "perhaps edit_image is meant"),
        ('t1.s4.expect={"kind": "size"}', "t1.s4.expect=", ""),
        ("t1.s4.expect={", "t1.s4.expect={", "correct or quote it"),
        ("t1.s3.args.palette=t1.s4.palette", "t1.s3", "t1.s4"),
        ("t1.s3.args.palette=t1.s33.palette", "t1.s33", "perhaps t1.s8 is meant"),
    ],
)
def test_a_wrong_text_is_told_what_was_given_expected_and_nearest(
    shelf: ObjectStore, text: str, given: str, nearest: str
) -> None:
    with pytest.raises(InputError) as raised:
        read(shelf, text)
    assert given in raised.value.given
    assert nearest in raised.value.do
    assert raised.value.expected


def test_the_other_spelling_of_an_argument_is_taken_and_noted(shelf: ObjectStore) -> None:
    notes: list[str] = []
    (edit,) = read_sets(["t1.s3.args.color=green"], CHAIN, RUN, TOOLS, shelf, notes=notes)
    assert edit == SetArg(step="t1.s3", name="colour", value="green")
    assert notes == ["t1.s3.args.color: plan_edit spells it colour"]
    typed = SetArg(step="t1.s3", name="color", value="green")
    assert respelled([typed], CHAIN, TOOLS) == ([edit], notes)
    assert respelled([edit, SetSeed(step="t1.s4", seed=1)], CHAIN, TOOLS)[1] == []
    assert other_spelling("gray", TOOLS["plan_edit"]) is None


def test_a_mask_of_another_size_than_the_picture_is_refused(shelf: ObjectStore, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(png_bytes(np.full((4, 6), 255, np.uint8)))
    with pytest.raises(EditError, match=r"a mask of 6x4.*the size of the picture, 600x400"):
        read(shelf, f"t1.s1.given.mask={mask}")


def test_media_of_an_argument_or_a_port_are_files(shelf: ObjectStore, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(png_bytes(np.full((400, 600), 255, np.uint8)))
    arg, given = read(shelf, f"t1.s4.args.mask={mask}", f"t1.s1.given.mask={mask}")
    assert isinstance(arg, SetArg) and isinstance(given, SetGiven)
    assert arg.value == given.value
    assert (arg.value["type"], arg.value["width"]) == ("mask", 600)
    assert shelf.has(arg.value["artifact"])


# ---------------------------------------------------------------- one field of a value


def value_of(shelf: ObjectStore, *sets: str) -> object:
    (edit,) = read(shelf, *sets)
    assert isinstance(edit, SetGiven)
    return edit.value


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("t1.s3.given.plan.operations.0.target=#1F5FBF", "operations.0.target", "#1f5fbf"),
        ("t1.s3.given.plan.feather=4", "feather", 4.0),
        ("t1.s3.given.plan.target=5", "target", "5"),
        ("t1.s3.given.plan.operations.0.keep=shading", "operations.0.keep", ["shading"]),
        ("t1.s3.given.plan.operations.0.keep=", "operations.0.keep", []),
        ('t1.s3.given.plan.operations.1={"op": "remove"}', "operations.1.grow", 4),
        ("t1.s2.given.palette.colours.0.colour=#000000", "colours.0.colour", "#000000"),
        ("t1.s6.given.path.poses.1.yaw_deg=-30", "poses.1.yaw_deg", -30.0),
        ("t1.s6.given.path.kind=look", "kind", "look"),
        ("t1.s5.given.answer.text=no", "text", "no"),
        ("t1.s5.given.answer.passed=false", "passed", False),
        ("t1.s5.given.answer.passed=null", "passed", None),
        ("t1.s5.given.answer.measures.hue_share=0.5", "measures.hue_share", 0.5),
        ("t1.s1.given.box.x1=200", "x1", 200.0),
        ("t1.s1.given.point.x=7.5", "x", 7.5),
        ("t1.s7.given.keyframe.frame=25", "seconds", 1.0),
        ("t1.s7.given.keyframe.seconds=1.01", "frame", 25),
    ],
)
def test_one_field_is_changed_and_the_rest_stays(shelf: ObjectStore, text: str, path: str, expected: object) -> None:
    (edit,) = read(shelf, text)
    assert isinstance(edit, SetGiven)
    whole = edit.value
    for part in path.split("."):
        whole = whole[int(part)] if isinstance(whole, list) else whole[part]
    assert whole == expected
    assert check_chain(apply_all(CHAIN, [edit]), TOOLS) == []
    before = FOUND[edit.step][edit.port].model_dump(mode="json")
    changed = {name for name in before if before[name] != edit.value[name]}
    assert changed <= ({"frame", "seconds"} if edit.port == "keyframe" else {path.split(".")[0]})


def test_fields_of_one_port_add_up_to_one_edit(shelf: ObjectStore) -> None:
    value = value_of(shelf, "t1.s3.given.plan.feather=9", "t1.s3.given.plan.operations.0.strength=0.5")
    assert isinstance(value, dict)
    assert (value["feather"], value["operations"][0]["strength"], value["target"]) == (9, 0.5, "cup")


def test_what_a_person_gave_is_the_base_before_what_was_found(shelf: ObjectStore) -> None:
    given = apply_all(CHAIN, [SetGiven(step="t1.s1", port="box", value={"x0": 1, "y0": 2, "x1": 3, "y1": 4})])
    (edit,) = read(shelf, "t1.s1.given.box.x1=9", chain=given)
    assert isinstance(edit, SetGiven)
    assert edit.value == {"x0": 1, "y0": 2, "x1": 9, "y1": 4}
    assert read(shelf, "t1.s1.given.box=", chain=given) == [ClearGiven(step="t1.s1", port="box")]


def test_a_picture_inside_a_plan_is_a_file(shelf: ObjectStore, tmp_path: Path) -> None:
    beach = tmp_path / "beach.png"
    beach.write_bytes(png_bytes(np.zeros((4, 6, 3), np.uint8)))
    value = value_of(shelf, f"t1.s3.given.plan.operations.1.image={beach}")
    assert isinstance(value, dict)
    assert value["operations"][1]["image"]["width"] == 6


@pytest.mark.parametrize(
    ("text", "given", "expected", "do"),
    [
        ("t1.s3.given.plan.fether=4", "no field 'fether'", "target, operations, feather", "perhaps feather is meant"),
        ("t1.s3.given.plan.operations.0.taget=#000000", "no field 'taget'", "strength", "perhaps target is meant"),
        ("t1.s3.given.plan.operations.7.target=#000000", "no item '7'", "from 0 to 1", ""),
        ("t1.s3.given.plan.feather.x=4", "one value", "", ""),
        ("t1.s3.given.plan.feather=900", "feather=900", "less than or equal to 64", "is now 2.0"),
        ("t1.s3.given.plan.feather=soft", "feather=soft", "a valid number", "is now 2.0"),
        ("t1.s3.given.plan.operations.0.target=blue", "target=blue", "#rrggbb", "#2244cc"),
        ("t1.s3.given.plan.operations=", "operations=", "", ""),
        ("t1.s1.given.box.x1=5", "x1=5", "x0 < x1", "110"),
        ("t1.s6.given.path.poses.1.seconds=0", "seconds=0", "to rise", ""),
        ("t1.s1.given.mask.width=5", "a Mask has no fields", "a file", "leave out"),
        ("t1.s6.given.depth.x=5", "has no value yet", "depth.png", "run the step first"),
    ],
)
def test_a_wrong_field_is_told_what_it_takes(shelf: ObjectStore, text: str, given: str, expected: str, do: str) -> None:
    mask = {**PHOTO, "type": "mask"}
    steps = dict(RUN.steps)
    steps["t1.s1"] = steps["t1.s1"].model_copy(
        update={"outputs": {**steps["t1.s1"].outputs, "mask": {"type": "Mask", "value": mask}}}
    )
    with pytest.raises(EditError) as raised:
        read(shelf, text, run=Run(revision=1, steps=steps))
    assert given in raised.value.given
    assert expected in raised.value.expected
    assert do in raised.value.do


def test_a_field_needs_a_value_to_be_changed(shelf: ObjectStore) -> None:
    with pytest.raises(EditError, match="run the step first"):
        read(shelf, "t1.s3.given.plan.feather=4", run=None)


def test_the_first_frame_does_not_tell_the_rate(shelf: ObjectStore) -> None:
    first = StepRun(step="t1.s7", outputs={"keyframe": pack(Keyframe(frame=0, seconds=0))})
    with pytest.raises(EditError, match="frame,seconds"):
        read(shelf, "t1.s7.given.keyframe.frame=3", run=Run(revision=1, steps={"t1.s7": first}))


# ---------------------------------------------------------------- any text at all

PLACES = [
    f"{step.id}.{field}"
    for step in CHAIN
    for field in (
        *(f"args.{p.name}" for p in TOOLS[step.tool].parameters),
        *(f"given.{p.name}" for p in TOOLS[step.tool].ports),
        "seed", "engine", "thought", "pinned", "tool", "expect", "given.plan.operations.0.target", "given.path.poses.0",
    )
]  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "t1.s1.mask", "t1.s9.x", "[]", "{}", "[1,", "null", "NaN", "1e999", "-1", "1,2,3,4", "#000000"]
    ),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner)).map(
        json.dumps
    ),
)


@given(places=st.lists(st.tuples(st.sampled_from(PLACES), VALUES), max_size=3))
def test_any_text_is_edits_that_apply_or_a_clear_error(shelf: ObjectStore, places: list[tuple[str, str]]) -> None:
    try:
        edits = read(shelf, *(f"{place}={value}" for place, value in places))
    except AgentvidError as error:
        assert error.given
        return
    apply_all(CHAIN, edits)


@given(
    text=st.text(max_size=8),
    feather=st.floats(0, 64, allow_nan=False),
    colour=st.integers(0, 2**24 - 1).map(lambda n: f"#{n:06x}"),
)
def test_every_value_that_a_field_bears_arrives(shelf: ObjectStore, text: str, feather: float, colour: str) -> None:
    value = value_of(
        shelf,
        f"t1.s3.given.plan.target={text}",
        f"t1.s3.given.plan.feather={feather!r}",
        f"t1.s3.given.plan.operations.0.target={colour}",
    )
    plan = EditPlan.model_validate(value)
    assert (plan.target, plan.feather) == (text, feather)
    assert plan.operations[0] == Recolour(source="#aa1122", target=colour)
    assert plan.operations[1] == PLAN.operations[1]


def test_values_named_here_are_values() -> None:
    assert all(isinstance(value, Value) for ports in FOUND.values() for value in ports.values())
    assert Ref(step="t1.s1", port="mask").model_dump() == ref("t1.s1", "mask")
