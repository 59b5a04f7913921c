"""A chain is checked against the tools before anything runs."""

from __future__ import annotations

from typing import Any

import pytest
from planner_tools import EARLIER, PHOTO, TOOLS, clip, picture

from agentvid.chain.chain import Chain
from agentvid.chain.step import ColourIn, Ref, Seconds, Size, Step, UnchangedOutside, Words
from agentvid.errors import ChainError
from agentvid.events import ignore
from agentvid.media.types import Action, Actions, Box, CameraPath, CameraPose, Keyframe
from agentvid.planner import GrammarPlanner, KnownMedia, PlanRequest
from agentvid.planner.check import Problem, check_chain, require
from agentvid.plugins import builtin_folder, tools_in

LOCATE = Step(id="t1.s1", tool="locate", args={"image": picture(), "what": "cup"})
MASK = Ref(step="t1.s1", port="mask")


def problems(*steps: Step, answer: tuple[Ref, ...] = (), **more: Any) -> list[Problem]:
    return check_chain(Chain(turn=1, steps=steps, answer=answer), TOOLS, **more)


def only(*steps: Step, **more: Any) -> Problem:
    (problem,) = problems(*steps, **more)
    return problem


def future(**args: Any) -> Step:
    return Step(id="t1.s1", tool="future_frames", args={"video": clip(), "seconds": 2.0} | args)


def path(seconds: float) -> CameraPath:
    return CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=seconds, yaw_deg=10)))


def test_a_sound_chain_has_no_problems() -> None:
    edit = Step(
        id="t1.s2",
        tool="edit_image",
        args={"image": picture(), "plan": Ref(step="t1.s3", port="plan"), "mask": MASK},
        expect=(
            UnchangedOutside(port="image", mask=MASK, before=picture()),
            ColourIn(port="image", mask=MASK, colour="#1f5fbf"),
            Size(port="image", width=640),
            Words(text="looks good"),
        ),
    )
    plan = Step(id="t1.s3", tool="plan_edit", args={"operation": "recolour", "target": "cup", "light": 1})
    assert problems(LOCATE, edit, plan, answer=(Ref(step="t1.s2", port="image"),)) == []


def test_an_unknown_tool_is_named_with_the_nearest() -> None:
    problem = only(Step(id="t1.s1", tool="edit_imag"))
    assert "edit_imag" in problem.given and "edit_image" in problem.expected and problem.step == "t1.s1"


def test_an_unknown_parameter_is_named_with_the_nearest() -> None:
    problem = only(future(second=2.0))
    assert "'second'" in problem.given and "seconds" in problem.expected


def test_a_missing_parameter_is_told_with_its_type_and_doc() -> None:
    problem = only(Step(id="t1.s1", tool="locate", args={"image": picture()}))
    assert "'what'" in problem.given and "Text" in problem.expected and "what to look for" in problem.expected


def test_null_counts_as_missing_only_where_a_value_is_required() -> None:
    assert problems(Step(id="t1.s1", tool="locate", args={"image": picture(), "what": "cup", "box": None})) == []
    assert "null" in only(Step(id="t1.s1", tool="locate", args={"image": picture(), "what": None})).given


@pytest.mark.parametrize(
    ("args", "part"),
    [
        ({"what": 3}, "Text"),
        ({"what": "cup", "box": {"x0": 5, "y0": 5, "x1": 1, "y1": 9}}, "x0 < x1"),
        ({"what": "cup", "box": [1, 2, 3, 4]}, "Box"),
        ({"what": "cup", "image": clip()}, "Image"),
        ({"what": "cup", "image": "a" * 64}, "Image"),
        ({"what": "cup", "point": {"x": float("nan"), "y": 0}}, "Point"),
    ],
)
def test_a_literal_of_the_wrong_type(args: dict[str, Any], part: str) -> None:
    problem = only(Step(id="t1.s1", tool="locate", args={"image": picture()} | args))
    assert part in problem.expected


def test_a_reference_to_a_port_of_the_wrong_type() -> None:
    problem = only(LOCATE, Step(id="t1.s2", tool="analyse", args={"image": MASK}))
    assert "Mask" in problem.given and problem.expected == "Image"


@pytest.mark.parametrize("ref", [Ref(step="t1.s9", port="image"), Ref(step="t1.s1", port="masks")])
def test_a_reference_to_what_does_not_exist(ref: Ref) -> None:
    problem = only(LOCATE, Step(id="t1.s2", tool="analyse", args={"image": picture(), "mask": ref}))
    assert str(ref) in problem.given and "mask" in problem.expected


def test_a_broken_reference_is_not_taken_for_a_literal() -> None:
    step = Step(id="t1.s1", tool="analyse", args={"image": {"step": "first", "port": "image"}})
    assert "t1.s2.mask" in only(step).expected


def test_a_reference_inside_a_value_is_refused() -> None:
    step = Step(id="t1.s2", tool="locate", args={"image": picture(), "what": "cup", "box": {"x0": MASK}})
    assert "inside a value" in only(LOCATE, step).given


def test_ports_of_earlier_turns_are_known_by_name_and_type() -> None:
    step = Step(id="t2.s1", tool="analyse", args={"image": Ref(step="t1.s4", port="image"), "mask": MASK})
    chain = Chain(turn=2, steps=(step,))
    assert check_chain(chain, TOOLS, earlier=EARLIER) == []
    assert len(check_chain(chain, TOOLS)) == 2
    wrong = Chain(turn=2, steps=(step.model_copy(update={"args": {"image": MASK.model_dump()}}),))
    assert "Mask" in check_chain(wrong, TOOLS, earlier=EARLIER)[0].given


def test_lists_are_checked_item_by_item() -> None:
    def join(clips: Any) -> Step:
        return Step(id="t1.s2", tool="compose", args={"clips": clips})

    future_step = future()
    assert problems(future_step, join([clip(), Ref(step="t1.s1", port="video")])) == []
    assert "list of Video" in only(future_step, join(clip())).expected
    assert "Keyframe" in only(future_step, join([clip(), Ref(step="t1.s1", port="keyframe")])).given
    assert "Video" in only(future_step, join([clip(), picture()])).expected


def test_steps_that_need_each_other_are_a_circle() -> None:
    first = Step(id="t1.s1", tool="analyse", args={"image": Ref(step="t1.s2", port="image")})
    second = Step(
        id="t1.s2",
        tool="edit_image",
        args={
            "image": picture(),
            "plan": Ref(step="t1.s3", port="plan"),
        },
    )
    third = Step(
        id="t1.s3",
        tool="plan_edit",
        args={"operation": "recolour", "target": "cup", "palette": Ref(step="t1.s1", port="palette")},
    )
    assert "circle" in only(first, second, third).given
    itself = Step(id="t1.s1", tool="future_frames", args={"video": Ref(step="t1.s1", port="video"), "seconds": 1})
    assert "circle" in only(itself).given


def test_given_values_need_a_port_and_its_type() -> None:
    def given(**values: Any) -> Step:
        return LOCATE.model_copy(update={"given": values})

    box = Box(x0=0, y0=0, x1=9, y1=9).model_dump()
    assert problems(given(box=box)) == []
    assert "boxes" in only(given(boxes=box)).given
    assert "Box" in only(given(box={"x0": 1})).expected
    assert "reference" in only(given(box={"step": "t1.s1", "port": "box"})).given


def test_what_is_given_need_not_be_an_argument() -> None:
    actions = Actions(actions=(Action(move="forward"),)).model_dump(mode="json")
    walk = Step(id="t1.s1", tool="navigate", args={"image": picture()}, given={"actions": actions})
    assert problems(walk) == []
    answered = Step(id="t1.s1", tool="check", given={"answer": {"question": "?", "text": "yes"}})
    assert problems(answered) == []


def test_expectations_are_about_ports_that_can_bear_them() -> None:
    def expect(*predicates: Any) -> Step:
        return future().model_copy(update={"expect": predicates})

    assert problems(expect(Seconds(port="future", least=1, most=3))) == []
    assert "clip" in only(expect(Seconds(port="clip"))).given
    assert "Number" in only(expect(Seconds(port="trust_seconds"))).given
    assert "4 to 3" in only(expect(Seconds(port="video", least=4, most=3))).given
    assert "no side" in only(expect(Size(port="video"))).given


def test_the_masks_and_pictures_of_expectations_exist() -> None:
    gone = Ref(step="t1.s7", port="mask")
    edit = Step(
        id="t1.s2",
        tool="edit_image",
        args={"image": picture(), "plan": Ref(step="t1.s3", port="plan")},
        expect=(UnchangedOutside(port="image", mask=gone, before=MASK),),
    )
    plan = Step(id="t1.s3", tool="plan_edit", args={"operation": "recolour", "target": "cup"})
    found = problems(LOCATE, edit, plan)
    assert [problem.step for problem in found] == ["t1.s2", "t1.s2"]
    assert "t1.s7.mask" in found[0].given and "Image" in found[1].expected


@pytest.mark.parametrize("seconds", [0, -1, 600.5, float("inf"), float("nan")])
def test_impossible_seconds(seconds: float) -> None:
    assert "seconds" in only(future(seconds=seconds)).given


@pytest.mark.parametrize("seconds", [0.04, 1, 600])
def test_possible_seconds(seconds: float) -> None:
    assert problems(future(seconds=seconds)) == []


@pytest.mark.parametrize(("fps", "count"), [(24, 0), (1, 0), (120, 0), (0.5, 1), (121, 1), (-24, 1)])
def test_frame_rates(fps: float, count: int) -> None:
    view = Step(
        id="t1.s1", tool="novel_view", args={"image": picture(), "path": path(4).model_dump(mode="json"), "fps": fps}
    )
    assert len(problems(view)) == count


def test_a_camera_path_has_its_longest() -> None:
    def view(seconds: float, **more: Any) -> Step:
        return Step(
            id="t1.s1",
            tool="novel_view",
            args={"image": picture(), "path": path(seconds).model_dump(mode="json")},
            **more,
        )

    assert problems(view(120)) == []
    assert "120" in only(view(121)).expected
    assert "120" in only(view(4, given={"path": path(500).model_dump(mode="json")})).expected


def test_moves_have_their_longest() -> None:
    actions = Actions(actions=(Action(move="wait", seconds=601),)).model_dump(mode="json")
    assert "600" in only(Step(id="t1.s1", tool="navigate", args={"image": picture(), "actions": actions})).expected


def test_steps_are_of_this_turn() -> None:
    chain = Chain(turn=2, steps=(LOCATE,))
    (problem,) = check_chain(chain, TOOLS)
    assert "t2" in problem.expected


def test_an_engine_that_is_wished_for_exists() -> None:
    step = LOCATE.model_copy(update={"engine": "clasical"})
    assert problems(step) == []
    assert "classical" in only(step, engines={"classical", "fake"}).expected


def test_what_answers_exists() -> None:
    assert problems(LOCATE, answer=(MASK,)) == []
    assert "t1.s1.image" in only(LOCATE, answer=(Ref(step="t1.s1", port="image"),)).given


def test_a_question_comes_alone() -> None:
    chain = Chain(turn=1, steps=(LOCATE,), question="which?")
    assert "question" in check_chain(chain, TOOLS)[0].given
    assert check_chain(Chain(turn=1, question="which?"), TOOLS) == []


def test_a_keyframe_is_read_like_any_value() -> None:
    assert problems(future(keyframe=Keyframe(frame=3, seconds=0.1).model_dump())) == []
    assert "keyframe" in only(future(keyframe={"frame": -1, "seconds": 0})).given


def test_require_tells_the_first_problem_in_full_and_names_the_others() -> None:
    chain = Chain(turn=1, steps=(future(seconds=-1), Step(id="t1.s2", tool="lokate")))
    with pytest.raises(ChainError) as caught:
        require(chain, TOOLS)
    assert "t1.s1" in caught.value.given and "seconds" in caught.value.given
    assert "lokate" in caught.value.given
    assert caught.value.expected == "more than 0 and at most 600"
    assert caught.value.do
    require(Chain(turn=1, steps=(LOCATE,)), TOOLS)


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        ("把红色的杯子变成蓝色，然后镜头绕着它慢慢转", PHOTO),
        ("remove the cup on the right, then blur the background", PHOTO),
        ("replace the background with white and put it beside the original", PHOTO),
        ("往前走三米然后左转90度", PHOTO),
        ("what is in this picture?", PHOTO),
        ("接下来两秒会发生什么，和原来的并排放", KnownMedia(1, clip(), is_new=True)),
    ],
)
async def test_what_the_grammar_writes_fits_the_shipped_tools(text: str, medium: KnownMedia) -> None:
    chain = await GrammarPlanner().plan(PlanRequest(1, text, (medium,)), ignore)
    assert chain.steps and check_chain(chain, tools_in(builtin_folder("tools"))) == []
