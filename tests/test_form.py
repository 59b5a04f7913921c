"""The form that a result is asked for in, as edits of a chain."""

from __future__ import annotations

import pytest

from agentvid.agent.form import Form, form_edits
from agentvid.chain.chain import Chain
from agentvid.chain.edit import apply_all
from agentvid.chain.step import Ref, Seconds, Size, Step
from agentvid.errors import InputError
from agentvid.media.types import Image, Mask
from agentvid.planner.check import require
from agentvid.plugins import load_engines, load_tools

TOOLS = load_tools([])
PHOTO = Image(artifact="a" * 64, mime="image/png", bytes=9, width=600, height=400)
MASK = Mask(artifact="b" * 64, mime="image/png", bytes=9, width=600, height=400)
SHOWN = PHOTO.model_dump(mode="json")
POSES = [{"seconds": 0.0}, {"seconds": 2.0, "yaw_deg": 20.0}]


def edited(*steps: Step, form: Form, answer: tuple[str, ...] = ()) -> Chain:
    refs = tuple(Ref(step=where.rpartition(".")[0], port=where.rpartition(".")[2]) for where in answer)
    chain = Chain(turn=1, steps=steps, answer=refs)
    made = apply_all(chain, list(form_edits(chain, TOOLS, form, [PHOTO])))
    require(made, TOOLS, engines=set(load_engines()))
    return made


def change(number: int = 1, **more: object) -> Step:
    args = {"image": SHOWN, "instruction": "make it blue"}
    return Step(id=f"t1.s{number}", tool="edit_image", args=args, **more)


def test_a_picture_of_the_asked_size_stays_as_it_is():
    size = (Size(port="image", width=600, height=400),)
    made = edited(change(expect=size), form=Form(kind="Image", width=600, height=400), answer=("t1.s1.image",))
    assert len(made.steps) == 1


@pytest.mark.parametrize(("width", "kinds"), [(300, ["resize"]), (200, ["crop", "resize"])])
def test_another_size_is_cut_where_its_ratio_differs_and_scaled(width: int, kinds: list[str]):
    size = (Size(port="image", width=600, height=400),)
    made = edited(change(expect=size), form=Form(width=width, height=200), answer=("t1.s1.image",))
    assert [step.args["kind"] for step in made.steps[1:]] == kinds
    assert str(made.answer[0]) == f"{made.steps[-1].id}.image"


def test_what_draws_is_asked_for_the_size_too():
    drawn = Step(id="t1.s1", tool="generate_image", args={"prompt": "a cat"})
    made = edited(drawn, form=Form(kind="Image", width=640, height=480))
    assert (made.step("t1.s1").args["width"], made.step("t1.s1").args["height"]) == (640, 480)
    assert str(made.answer[0]) == "t1.s3.image"


def test_a_clip_of_a_picture_is_made_of_the_framed_picture_and_lasts_as_long_as_asked():
    path = {"kind": "orbit", "poses": POSES}
    length = (Seconds(port="video", least=1.5, most=2.5),)
    view = Step(id="t1.s1", tool="novel_view", args={"image": SHOWN, "path": path}, expect=length)
    made = edited(view, form=Form(kind="Video", width=320, height=320, seconds=8))
    assert [step.tool for step in made.steps] == ["transform_image", "transform_image", "novel_view"]
    last = made.steps[-1]
    assert last.args["path"]["poses"][-1]["seconds"] == 8 and last.args["image"]["step"] == made.steps[1].id
    assert last.expect[0].least < 8 < last.expect[0].most


def test_a_mask_is_given_to_what_finds_and_keeps_what_is_outside():
    finds = Step(id="t1.s1", tool="locate", args={"image": SHOWN, "what": "cup"})
    args = {"image": SHOWN, "instruction": "blue", "mask": {"step": "t1.s1", "port": "mask"}}
    edits = Step(id="t1.s2", tool="edit_image", args=args)
    made = edited(finds, edits, form=Form(mask=MASK), answer=("t1.s2.image",))
    assert made.step("t1.s1").given["mask"]["artifact"] == MASK.artifact
    kept = made.step("t1.s3")
    assert (kept.tool, kept.args["layout"], kept.args["mask"]) == (
        "compose",
        "inside",
        {"step": "t1.s1", "port": "mask"},
    )
    assert str(made.answer[0]) == "t1.s3.image"


def test_a_mask_without_what_finds_is_an_argument_of_what_edits():
    made = edited(change(), form=Form(mask=MASK), answer=("t1.s1.image",))
    assert made.step("t1.s1").args["mask"]["artifact"] == MASK.artifact


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (Form(kind="Video"), "not a clip"),
        (Form(seconds=2), "2 seconds of a picture"),
        (Form(mask=MASK.model_copy(update={"width": 599})), "a mask of 599x400"),
    ],
)
def test_what_no_step_can_bear_is_refused(form: Form, told: str):
    with pytest.raises(InputError, match=told):
        edited(change(), form=form, answer=("t1.s1.image",))


def test_a_question_back_has_no_form():
    assert form_edits(Chain(turn=1, question="what?"), TOOLS, Form(kind="Video")) == ()
