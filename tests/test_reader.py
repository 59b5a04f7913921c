"""The process that reads files from outside: what it may not, and what becomes of the one that asked."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from agentvid.errors import AgentvidError, MediaError, StoreError
from agentvid.media import outside
from agentvid.media import reader as reader_module
from agentvid.media.gate import admit, take_in
from agentvid.media.reader import Allowance, Reader
from agentvid.store.objects import ObjectStore

ROOT = Path(__file__).parents[1]
ALLOWED = Allowance(seconds=5, memory=2**30, written=2**20)
GIVEN = Path("/tmp/given.png")
on_linux = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="what Linux alone can take away"
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Reader]:
    reader = Reader("misbehaving_reader")
    yield reader
    reader.close()


@pytest.fixture
def reader(shared: Reader, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader that can be told to misbehave; the gate asks it too."""
    monkeypatch.setattr(outside, "reader", lambda: shared)
    return shared


def pid(reader: Reader) -> int:
    return int(reader.ask("tell", GIVEN, ALLOWED)["pid"])


def picture(path: Path, mark: str = "") -> Path:
    text = PngImagePlugin.PngInfo()
    text.add_text("mark", mark)
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(path, "PNG", pnginfo=text)
    return path


# ---------------------------------------------------------------- one process


def test_one_process_serves_all_files(tmp_path, reader):
    before = pid(reader)
    for number in range(20):
        admit(picture(tmp_path / f"{number}.png"))

    assert pid(reader) == before != os.getpid()


def test_threads_wait_for_each_other(tmp_path, reader):
    found = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(admit(picture(tmp_path / f"{n}.png")).facts)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [{"width": 6, "height": 4}] * 8


def test_after_many_requests_a_fresh_process_takes_over(reader, monkeypatch):
    monkeypatch.setattr(reader_module, "_MOST_REQUESTS", 2)
    reader.close()

    assert len({pid(reader) for _ in range(6)}) == 3


def test_a_process_that_was_ended_while_idle_is_replaced_without_a_word(reader):
    before = pid(reader)
    os.kill(before, signal.SIGKILL)
    while reader._process is not None and reader._process.poll() is None:
        time.sleep(0.01)

    assert pid(reader) != before


def test_it_sees_no_secret_of_the_environment(reader, monkeypatch):
    monkeypatch.setenv("AGENTVID_KEY_PLANNER", "hunter2")
    reader.close()
    told = reader.ask("tell", GIVEN, ALLOWED)

    assert "hunter2" not in str(told)
    assert {"PYTHONPATH", "PATH"} <= told["environment"].keys()


def test_what_libraries_print_disturbs_nothing(reader):
    assert reader.ask("chatter", GIVEN, ALLOWED) == {}
    assert pid(reader)


def test_a_process_that_forked_asks_its_own():
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from agentvid.media.reader import Allowance, reader\n"
        "path = Path(sys.argv[1])\n"
        "ask = lambda: reader().ask('facts', path, Allowance(5, 2**31, 0), mime='image/jpeg')['facts']['width']\n"
        "assert ask() == 600\n"
        "child = os.fork()\n"
        "assert ask() == 600\n"
        "assert ask() == 600\n"
        "if child: assert os.waitpid(child, 0)[1] == 0 and ask() == 600\n"
    )
    sample = ROOT / "agentvid/samples/coffee.jpg"
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(sample)], cwd=ROOT, capture_output=True, text=True
    )

    assert ended.returncode == 0, ended.stderr


def test_it_ends_with_the_process_that_asked():
    script = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from agentvid.media.reader import Allowance, Reader\n"
        "reader = Reader('misbehaving_reader')\n"
        "print(reader.ask('tell', Path('x'), Allowance(5, 2**31, 0))['pid'], flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    left = int(ended.stdout)

    assert ended.returncode == -signal.SIGKILL
    while is_running(left):
        time.sleep(0.05)


def is_running(process: int) -> bool:
    """A zombie, which nobody reaps in some containers, has ended too."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return not Path("/proc/self/stat").exists()


def test_where_no_process_starts_that_is_said():
    with pytest.raises(AgentvidError, match="does not start") as caught:
        Reader("no_such_module").ask("tell", GIVEN, ALLOWED)
    assert caught.value.code == "no_reader" and caught.value.do


# ---------------------------------------------------------------- its end is a refusal


@pytest.mark.parametrize(
    ("work", "arguments", "words"),
    [
        ("crash", {}, "its reader crashed"),
        ("leave", {}, "its reader ended (3)"),
        ("shout", {"size": 100_000}, "answered nonsense"),
        ("hog", {"size": 2**31}, "too much memory"),
        ("no_such_work", {}, "broken"),
    ],
)
def test_misbehaviour_is_a_refusal_and_the_next_file_is_read(tmp_path, reader, work, arguments, words):
    with pytest.raises(MediaError) as caught:
        reader.ask(work, GIVEN, ALLOWED, **arguments)

    assert words in caught.value.given and "given.png" in caught.value.given
    assert caught.value.expected and caught.value.do
    assert admit(picture(tmp_path / "sound.png")).kind == "image"


def test_processor_time_is_limited_for_each_request(reader):
    with pytest.raises(MediaError, match="too much processor time"):
        reader.ask("compute", GIVEN, Allowance(0.1, 2**30, 0))

    assert pid(reader)


def test_time_on_the_clock_is_limited(reader, monkeypatch):
    monkeypatch.setattr(reader_module, "_WALL_MORE", 0.5)

    with pytest.raises(MediaError, match=r"took more than 0\.9 seconds"):
        reader.ask("sleep", GIVEN, Allowance(0.1, 2**30, 0))
    monkeypatch.undo()
    assert pid(reader)


def test_an_interrupt_while_it_reads_ends_it(reader):
    before = pid(reader)

    def interrupt(number, frame):
        raise KeyboardInterrupt

    was = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            reader.ask("sleep", GIVEN, ALLOWED)
    finally:
        signal.signal(signal.SIGALRM, was)
    assert not is_running(before)
    assert pid(reader) != before


def test_a_file_that_is_written_is_limited(tmp_path, reader):
    target = tmp_path / "target"
    reader.ask("write", GIVEN, ALLOWED, target=str(target), size=ALLOWED.written)

    with pytest.raises(MediaError, match="grows too large"):
        reader.ask("write", GIVEN, ALLOWED, target=str(target), size=ALLOWED.written + 1)


@on_linux
def test_network_programs_and_other_processes_are_out_of_reach(reader):
    refused = "PermissionError"

    assert reader.ask("attempt", GIVEN, ALLOWED) == {
        "socket": refused,
        "program": refused,
        "kill": refused,
        "files": "OSError",
    }
    assert reader.held == {"core", "cpu", "files", "memory", "network", "written"}


# ---------------------------------------------------------------- at the gate


def test_a_picture_that_crashes_its_decoder_leaves_nothing_behind(tmp_path, reader, store):
    with pytest.raises(MediaError, match=r"bad\.png could not be read: its reader crashed"):
        take_in(picture(tmp_path / "bad.png", "CRASH"), store)

    assert not [path for path in store.root.rglob("*") if path.is_file()]
    assert take_in(picture(tmp_path / "good.png"), store).width == 6


@pytest.mark.parametrize("mark", ["LIE", "SHORT"])
def test_what_it_says_is_checked_before_it_is_believed(tmp_path, reader, store, mark):
    with pytest.raises(MediaError, match=r"bad\.png"):
        take_in(picture(tmp_path / "bad.png", mark), store)


@on_linux
def test_a_full_disk_of_the_reader_is_told_as_such(tmp_path, reader):
    with pytest.raises(StoreError, match="no room for a temporary file"):
        reader.ask("write", GIVEN, Allowance(5, 2**31, 2**31), target="/dev/full", size=10)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "store")
