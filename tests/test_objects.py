"""The object store: content addressing, atomic puts, verified reads, real processes on one root."""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from agentvid.errors import MediaError, StoreError
from agentvid.media.types import Image, Video
from agentvid.store import objects as objects_module
from agentvid.store.objects import ObjectStore

PICTURE = np.arange(6 * 5 * 3, dtype=np.uint8).reshape(6, 5, 3)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "store")


def png(picture: np.ndarray) -> bytes:
    from PIL import Image as Pillow

    file = io.BytesIO()
    Pillow.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def forget_verified() -> None:
    """Behave as a process that has read nothing yet."""
    objects_module._verified.clear()


def damage(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# ---------------------------------------------------------------- put and get


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picture=arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_any_picture_comes_back_as_it_was(store: ObjectStore, picture: np.ndarray) -> None:
    image = store.put_image(picture)
    assert (image.height, image.width) == picture.shape[:2]
    assert image.bytes == store.path(image).stat().st_size
    np.testing.assert_array_equal(store.image(image), picture)
    assert store.put_image(picture) == image


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(depth=arrays.arrays(np.uint16, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_any_depth_and_mask_come_back_as_they_were(store: ObjectStore, depth: np.ndarray) -> None:
    np.testing.assert_array_equal(store.depth(store.put_depth(depth)), depth)
    mask = (depth >> 8).astype(np.uint8)
    np.testing.assert_array_equal(store.mask(store.put_mask(mask)), mask)


def test_bytes_files_and_pixels_of_one_picture_are_one_artifact(store: ObjectStore, tmp_path: Path) -> None:
    image = store.put_image(PICTURE)
    data = store.path(image).read_bytes()
    file = tmp_path / "picture.png"
    file.write_bytes(data)
    assert store.put_bytes(data, "image/png", "image") == image
    assert store.put_file(file, "image/png", "image") == image
    assert len(files_in(store.root / "objects")) == 1
    assert files_in(store.root / "tmp") == []


def test_the_name_is_the_sha256_and_the_file_is_read_only(store: ObjectStore) -> None:
    import hashlib

    image = store.put_image(PICTURE)
    path = store.path(image)
    assert path == store.root / "objects" / image.artifact[:2] / image.artifact
    assert hashlib.sha256(path.read_bytes()).hexdigest() == image.artifact
    assert path.stat().st_mode & 0o777 == 0o400


def test_a_moved_file_is_gone_once_stored_and_stays_after_an_error(store: ObjectStore, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(png(PICTURE))
    bad.write_bytes(b"no picture at all")
    store.put_file(good, "image/png", "image", move=True)
    assert not good.exists()
    with pytest.raises(MediaError, match=r"bad\.png"):
        store.put_file(bad, "image/png", "image", move=True)
    assert bad.read_bytes() == b"no picture at all"


def test_moving_an_object_into_its_own_store_keeps_it(store: ObjectStore) -> None:
    image = store.put_image(PICTURE)
    assert store.put_file(store.path(image), "image/png", "image", move=True) == image
    assert store.has(image.artifact)


def test_what_cannot_be_read_never_becomes_an_object(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        store.put_bytes(b"rubbish", "image/png", "image")
    with pytest.raises(MediaError, match=r"image/png.*video"):
        store.put_bytes(png(PICTURE), "image/png", "video")
    with pytest.raises(MediaError, match="is not a file"):
        store.put_file(tmp_path / "absent.png", "image/png", "image")
    assert files_in(store.root / "objects") == []
    assert files_in(store.root / "tmp") == []


@pytest.mark.parametrize(
    "wrong", [PICTURE[..., 0], PICTURE.astype(np.float32), PICTURE[..., :2]], ids=["plane", "float", "two channels"]
)
def test_a_picture_of_another_shape_is_refused_in_words(store: ObjectStore, wrong: np.ndarray) -> None:
    with pytest.raises(MediaError, match="uint8"):
        store.put_image(wrong)


def test_a_store_crosses_a_process_border_by_its_path(store: ObjectStore) -> None:
    image = store.put_image(PICTURE)
    again = pickle.loads(pickle.dumps(store))
    assert again == store
    np.testing.assert_array_equal(again.image(image), PICTURE)


# ---------------------------------------------------------------- clips


def test_a_clip_is_streamed_and_the_same_frames_give_the_same_artifact(store: ObjectStore) -> None:
    frames = [np.full((32, 48, 3), 20 * n, dtype=np.uint8) for n in range(6)]
    video = store.put_video(iter(frames), fps=12)
    assert isinstance(video, Video)
    assert (video.width, video.height, video.fps, video.frames) == (48, 32, 12.0, 6)
    assert video.seconds == pytest.approx(0.5)
    assert store.put_video(iter(frames), fps=12) == video
    assert store.put_bytes(store.path(video).read_bytes(), "video/mp4", "video") == video
    shown = [int(frame.mean()) for frame in store.frames(video, 1, 4)]
    assert shown == pytest.approx([20, 40, 60], abs=3)


def test_an_odd_clip_gets_its_last_row_and_column_twice(store: ObjectStore) -> None:
    frame = np.full((31, 47, 3), 90, dtype=np.uint8)
    video = store.put_video([frame, frame], fps=10)
    assert (video.width, video.height) == (48, 32)
    assert next(store.frames(video)).mean() == pytest.approx(90, abs=3)


def test_a_clip_needs_frames_of_one_size(store: ObjectStore) -> None:
    with pytest.raises(MediaError, match="no frames"):
        store.put_video([], fps=10)
    with pytest.raises(MediaError, match="64"):
        store.put_video([np.zeros((32, 48, 3), np.uint8), np.zeros((64, 48, 3), np.uint8)], fps=10)
    assert files_in(store.root / "tmp") == []


# ---------------------------------------------------------------- missing, damaged, unwritable


def test_a_missing_object_is_named_with_what_to_do(store: ObjectStore) -> None:
    with pytest.raises(StoreError, match="ab" * 32) as raised:
        store.path("ab" * 32)
    assert "run the step" in raised.value.do
    assert not store.has("ab" * 32)


@pytest.mark.parametrize("name", ["../../etc/passwd", "AB" * 32, "", "ab" * 31])
def test_what_is_no_sha256_is_never_a_path(store: ObjectStore, name: str) -> None:
    with pytest.raises(StoreError, match="not the name of an object"):
        store.path(name)


def test_a_damaged_object_is_moved_aside_and_can_be_made_again(store: ObjectStore) -> None:
    image = store.put_image(PICTURE)
    damage(store.path(image))
    with pytest.raises(StoreError, match=f"{image.artifact} is damaged"):
        store.image(image)
    assert not store.has(image.artifact)
    assert [path.name.partition(".")[0] for path in files_in(store.root / "corrupt")] == [image.artifact]
    assert store.put_image(PICTURE) == image
    np.testing.assert_array_equal(store.image(image), PICTURE)


def test_putting_over_a_damaged_object_mends_it(store: ObjectStore) -> None:
    image = store.put_image(PICTURE)
    damage(store.path(image))
    store.put_image(PICTURE)
    np.testing.assert_array_equal(store.image(image), PICTURE)


def test_damage_of_equal_size_and_time_is_seen_by_a_process_that_reads_first(store: ObjectStore) -> None:
    image = store.put_image(PICTURE)
    path = store.path(image)
    before = path.stat()
    damage(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    forget_verified()
    with pytest.raises(StoreError, match="damaged"):
        store.path(image)


def test_bytes_are_hashed_once_per_process(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    image = store.put_image(PICTURE)
    hashed: list[Path] = []
    digest = objects_module._digest
    monkeypatch.setattr(objects_module, "_digest", lambda path: hashed.append(path) or digest(path))
    forget_verified()
    store.path(image)
    store.path(image)
    assert len(hashed) == 1


def test_a_folder_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the store should be")
    with pytest.raises(StoreError, match="can't be used"):
        ObjectStore(tmp_path / "taken").put_image(PICTURE)


def test_a_full_disk_is_told_in_words(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="is full"):
        store.put_image(PICTURE)


# ---------------------------------------------------------------- several at once


def test_threads_putting_and_reading_the_same_object_agree(store: ObjectStore) -> None:
    found: list[Image] = []

    def work() -> None:
        for _ in range(10):
            image = store.put_image(PICTURE)
            assert store.image(image).shape == PICTURE.shape
            found.append(image)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40
    assert len({image.artifact for image in found}) == 1
    assert files_in(store.root / "tmp") == []


PUT_MANY = """
import sys
from pathlib import Path
import numpy as np
from agentvid.store.objects import ObjectStore
store = ObjectStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for n in range(30):
    image = store.put_image(np.full((8, 8, 3), n, np.uint8))
    assert store.image(image)[0, 0, 0] == n
    print(image.artifact)
"""


def test_two_processes_put_the_same_objects_at_once(store: ObjectStore) -> None:
    workers = [start(PUT_MANY, store.root) for _ in range(2)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], told
    assert told[0][0] == told[1][0]
    assert len(files_in(store.root / "objects")) == 30
    assert files_in(store.root / "tmp") == []
    assert files_in(store.root / "corrupt") == []


KILLED_IN = """
import json, os, sys, time
from pathlib import Path
from agentvid.store import objects
store = objects.ObjectStore(Path(sys.argv[1]))
def stop(*given):
    print(json.dumps([str(path) for path in store.root.rglob("*") if path.is_file()]), flush=True)
    time.sleep(60)
if sys.argv[2] == "write":
    objects.os.fsync = stop
else:
    objects.Path.replace = stop
store.put_file(Path(sys.argv[3]), "image/png", "image")
"""


@pytest.mark.parametrize("moment", ["write", "rename"])
def test_a_put_killed_half_way_leaves_no_object(store: ObjectStore, tmp_path: Path, moment: str) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(png(PICTURE))
    worker = start(KILLED_IN, store.root, moment, file)
    on_disk = json.loads(worker.stdout.readline())
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    assert any("/tmp/" in path.removeprefix(str(tmp_path)) for path in on_disk)
    assert files_in(store.root / "objects") == []
    image = store.put_file(file, "image/png", "image")
    assert isinstance(image, Image)
    np.testing.assert_array_equal(store.image(image), PICTURE)
    left = list(store.abandoned(written_before=0))
    assert [path.parent.name for path in left] == ["tmp"]


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
