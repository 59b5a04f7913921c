"""A conversation in the terminal: messages, files, commands, review, evidence, and leaving."""

from __future__ import annotations

import io
import subprocess
import sys

import cv2
import numpy as np
import pytest
from rich.console import Console

from agentvid import Agent
from agentvid.cli.chat import Chat, talk, words_and_files
from agentvid.cli.progress import Reporter


@pytest.fixture
def photo(tmp_path):
    """A red square on grey, 64x48."""
    picture = np.full((48, 64, 3), 120, np.uint8)
    picture[14:34, 20:44] = (30, 30, 200)
    path = tmp_path / "a square.png"
    cv2.imwrite(str(path), picture)
    return path


def scripted(*lines):
    """A person who types these lines and then leaves; `asked` collects the prompts."""
    left, asked = list(lines), []

    async def ask(prompt):
        asked.append(prompt)
        if not left:
            raise EOFError
        return left.pop(0)

    return ask, asked


async def conversation(tmp_path, *lines, review="never"):
    """Hold a conversation; return the session's turns, what was printed, and the prompts."""
    out, (ask, asked) = io.StringIO(), scripted(*lines)
    console = Console(file=out, width=100)
    async with Agent(in_process=True) as agent:
        session = await agent.session("talk")
        chat = Chat(session, review, tmp_path / "out", ask, console, Reporter(console, quiet=True))
        await talk(chat)
        return session.turns(), out.getvalue(), asked


def test_files_are_told_from_words(photo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.mp4").write_bytes(b"x")
    assert words_and_files(f'make it blue "{photo}"') == ("make it blue", [str(photo)])
    assert words_and_files(f"make it blue {str(photo).replace(' ', chr(92) + ' ')}") == ("make it blue", [str(photo)])
    assert words_and_files("reverse b.mp4 please") == ("reverse please", ["b.mp4"])
    assert words_and_files("file://b.mp4") == ("", ["b.mp4"])


@pytest.mark.parametrize(
    "line", ["don't blur it", "把它变成 #1f5fbf", 'say "hello', "what is v2.png?", "", "a/b", "\\"]
)
def test_words_alone_hold_no_files(line):
    assert words_and_files(line) == (line.strip(), [])


async def test_messages_go_on_from_each_other_and_a_question_is_answered(photo, tmp_path):
    turns, printed, _ = await conversation(tmp_path, f"make it blue '{photo}'", "the red square", "/chain", "/open")
    assert [turn.status for turn in turns] == ["waiting", "done"]
    assert "What is" in printed
    assert "talk-t2" in printed
    assert (tmp_path / "out" / "talk-t2" / "report.html").is_file()


async def test_an_attached_file_comes_along_with_the_next_message(photo, tmp_path):
    turns, printed, _ = await conversation(tmp_path, f"'{photo}'", "make the red square blue")
    assert "attached" in printed
    assert [turn.status for turn in turns] == ["done"]


async def test_a_review_takes_corrections_in_words_before_anything_runs(photo, tmp_path):
    lines = (f"make the red square blue '{photo}'", "green instead", "y")
    (turn,), _, asked = await conversation(tmp_path, *lines, review="ask")
    assert [prompt for prompt in asked if "run it" in prompt] == ["run it? [Y/n, or say what to change] "] * 2
    assert turn.status == "done"
    assert next(step for step in turn.chain if step.tool == "plan_edit").args["colour"] == "green"


async def test_a_review_can_be_refused(photo, tmp_path):
    (turn,), _, _ = await conversation(tmp_path, f"make the red square blue '{photo}'", "n", review="ask")
    assert turn.status == "waiting"
    assert turn.run.steps == {}


async def test_edits_and_undo(photo, tmp_path):
    lines = (f"make the red square blue '{photo}'", "/set t1.s3.args.colour=green", "/undo", "/edit 改成黄色")
    (turn,), printed, _ = await conversation(tmp_path, *lines)
    assert "runs: t1.s3" in printed
    assert turn.chain.step("t1.s3").args["colour"] == "黄色"
    assert turn.revision == 3


async def test_wrong_commands_and_files_are_told_and_the_conversation_goes_on(photo, tmp_path):
    turns, printed, _ = await conversation(
        tmp_path, "/nope", "/attach nowhere.png", "/review maybe", f"'{photo}' blur it"
    )
    assert printed.count("expected") >= 3
    assert len(turns) == 1


def test_the_command_reads_lines_from_a_pipe_and_leaves_at_their_end(tmp_path, home):
    done = subprocess.run(
        [sys.executable, "-m", "agentvid", "chat", "--session", "piped"],
        input="/help\n/quit\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == 0
    assert "/undo" in done.stdout
    assert "agentvid chat --session piped" in done.stdout
