"""Two processes on one training: they do what one does, to the same bytes each time, and end together."""

from __future__ import annotations

import os
import time

import pytest
import torch

from agentvid.errors import EngineDied
from agentvid.train.course import Amounts, Course
from agentvid.train.loop import Budget
from agentvid.train.state import load_state
from agentvid.train.together import Together

pytestmark = pytest.mark.slow
AMOUNTS = Amounts(stills=6, held_out_stills=4)


def trained(folder, processes, steps, **more):
    course = Course(folder, "test", processes=processes, amounts=AMOUNTS, **more)
    course.mot(Budget(steps=steps, warm=2))
    return load_state(folder / "mot" / "state.safetensors")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Two processes, two steps, in a folder of their own; its data serve the other tests."""
    folder = tmp_path_factory.mktemp("together")
    return folder, trained(folder, 2, 2)


def beside(prepared, folder):
    (folder / "records").symlink_to(prepared[0] / "records")
    return folder


def test_the_same_bytes_each_time_and_when_resumed(prepared, tmp_path):
    tensors, facts = prepared[1]
    assert facts["step"] == 2
    folder = beside(prepared, tmp_path)
    trained(folder, 2, 1)
    again, _ = trained(folder, 2, 2)
    assert again.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert torch.equal(tensor, again[name]), name


def test_two_learn_what_one_learns(prepared, tmp_path):
    """Times and noise differ, words don't: what only words train ends close to where one process brings it."""
    two, _ = prepared[1]
    one, _ = trained(beside(prepared, tmp_path), 1, 2)
    name = "now.language_model.lm_head.weight"
    fresh = Course(tmp_path, "test", amounts=AMOUNTS).unified().model.language_model.lm_head.weight.detach()
    moved = [(tensors[name] - fresh).flatten() for tensors in (one, two)]
    assert torch.nn.functional.cosine_similarity(*moved, dim=0) > 0.99


def test_it_ends_between_steps_when_it_is_stopped(prepared, tmp_path):
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    _, facts = trained(beside(prepared, tmp_path), 2, 50, cancelled=cancelled)
    assert facts["step"] == 2


def wait_for(together, path):
    path.write_text(str(os.getpid()))
    together.hear()


def leave(together):
    os._exit(1)


def test_a_helper_that_is_gone_is_told():
    with pytest.raises(EngineDied, match="has ended"), Together.begin(2, leave, ()) as together:
        for _ in range(50):
            together.tell(1.0)
            together.add_up([torch.zeros(3)])


def test_helpers_end_with_the_leader_that_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), Together.begin(2, wait_for, (tmp_path / "pid",)):
        while not (tmp_path / "pid").is_file():
            time.sleep(0.05)
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
