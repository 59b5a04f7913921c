"""Collection: what is named or held stays, the rest goes after its grace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agentvid.chain.chain import Chain
from agentvid.chain.run import StepRun
from agentvid.chain.step import Step
from agentvid.media.types import Image
from agentvid.store.fence import acquire
from agentvid.store.gc import Lease, collect, hold
from agentvid.store.log import CachedResult, Log
from agentvid.store.migrations import JSON_COLUMNS
from agentvid.store.objects import ObjectStore

DAY = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "store")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with Log(tmp_path / "log.db") as log:
        log.create_session("s1")
        yield log


def put(store: ObjectStore, shade: int, *, age_seconds: float = DAY) -> Image:
    """Store a picture as if it had been put that long ago."""
    image = store.put_image(np.full((4, 4, 3), shade, np.uint8))
    then = time.time() - age_seconds
    os.utime(store.path(image), (then, then))
    return image


def packed(image: Image) -> dict[str, object]:
    return {"type": "Image", "value": image.model_dump(mode="json")}


def test_what_nothing_names_goes_after_the_grace(log: Log, store: ObjectStore) -> None:
    old, young = put(store, 1), put(store, 2, age_seconds=60)
    told = collect(log, store)
    assert (told.removed, told.kept, told.freed_bytes) == (1, 1, old.bytes)
    assert not store.has(old.artifact)
    assert store.has(young.artifact)
    assert collect(log, store, grace_seconds=30).removed == 1
    assert not store.has(young.artifact)


def test_what_the_log_names_anywhere_stays(log: Log, store: ObjectStore) -> None:
    token = acquire(log, "s1").token
    names = ("message", "chain", "given", "edit", "run", "version", "answer", "result")
    images = {name: put(store, shade) for shade, name in enumerate(names)}
    dumped = {name: image.model_dump(mode="json") for name, image in images.items()}
    log.add_turn("s1", {"parts": [dumped["message"]]}, token=token)
    step = Step(id="t1.s1", tool="locate", args={"image": images["chain"]}, given={"mask": dumped["given"]})
    edits = [{"op": "set_given", "value": dumped["edit"]}]
    log.add_revision("s1", 1, Chain(turn=1, steps=(step,)), author="planner", parent=None, edits=edits, token=token)
    log.save_step_run("s1", 1, 1, StepRun(step="t1.s1", outputs={"image": packed(images["run"])}), token=token)
    log.add_version("s1", dumped["version"], "", "upload", token=token)
    log.save_answer("s1", 1, [dumped["answer"]], token=token)
    log.cache_put("local", "k", CachedResult(outputs={"image": packed(images["result"])}))
    loose = put(store, 99)

    told = collect(log, store)

    assert [name for name in names if not store.has(images[name].artifact)] == []
    assert not store.has(loose.artifact)
    assert (told.removed, told.kept) == (1, len(names))
    log.cache_forget("local", "k")
    assert collect(log, store).removed == 1
    assert not store.has(images["result"].artifact)


def test_every_json_column_of_the_log_counts_as_naming_objects(log: Log) -> None:
    with log.write(durable=False) as connection:
        columns = connection.execute(
            "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
            " WHERE t.type = 'table' AND c.name LIKE '%!_json' ESCAPE '!'"
        ).fetchall()
    assert len(columns) == 10
    assert set(columns) == set(JSON_COLUMNS)


def test_an_answer_that_was_replaced_keeps_its_media(log: Log, store: ObjectStore) -> None:
    token = acquire(log, "s1").token
    image = put(store, 5)
    log.add_turn("s1", {}, token=token)
    log.save_answer("s1", 1, [image.model_dump(mode="json")], token=token)
    log.save_answer("s1", 1, [], token=token)
    assert collect(log, store).removed == 0


def test_a_dry_run_tells_and_removes_nothing(log: Log, store: ObjectStore) -> None:
    image = put(store, 1)
    told = collect(log, store, dry_run=True)
    assert (told.removed, told.freed_bytes) == (1, image.bytes)
    assert store.has(image.artifact)
    assert collect(log, store) == told


def test_putting_an_object_again_begins_its_grace_anew(log: Log, store: ObjectStore) -> None:
    image = put(store, 1)
    store.put_bytes(store.path(image).read_bytes(), "image/png", "image")
    assert collect(log, store).removed == 0
    assert store.has(image.artifact)


def test_an_object_put_again_while_collecting_stays(
    log: Log, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = put(store, 1)
    remove = ObjectStore.remove

    def put_first(self: ObjectStore, sha256: str, *, put_before: float) -> bool:
        store.put_image(np.full((4, 4, 3), 1, np.uint8))
        return remove(self, sha256, put_before=put_before)

    monkeypatch.setattr(ObjectStore, "remove", put_first)
    told = collect(log, store)
    assert (told.removed, told.freed_bytes, told.kept) == (0, 0, 1)
    assert store.has(image.artifact)


# ---------------------------------------------------------------- leases


def test_what_is_held_stays_until_it_is_let_go(log: Log, store: ObjectStore) -> None:
    first, later = put(store, 1), put(store, 2)
    with hold(log, first) as lease:
        lease.add(later.artifact)
        assert collect(log, store).removed == 0
    assert collect(log, store).removed == 2


def test_two_may_hold_the_same_object(log: Log, store: ObjectStore) -> None:
    image = put(store, 1)
    with hold(log, image):
        with hold(log, image):
            pass
        assert collect(log, store).removed == 0
    assert collect(log, store).removed == 1


def test_a_lease_of_another_machine_counts_until_it_ends(tmp_path: Path, store: ObjectStore) -> None:
    now = [time.time()]
    with Log(tmp_path / "log.db", clock=lambda: now[0]) as log:
        image = put(store, 1)
        lease = Lease(log, lease_seconds=60)
        lease.add(image)
        with log.write(durable=False) as connection:
            connection.execute("UPDATE leases SET host = 'elsewhere'")
        now[0] += 59
        assert collect(log, store).removed == 0
        now[0] += 2
        assert collect(log, store).removed == 1


HOLDER = """
import sys, time
from pathlib import Path
from agentvid.store.gc import hold
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
store = ObjectStore(Path(sys.argv[2]))
with hold(Log(Path(sys.argv[1])), sys.argv[3]), store._temporary() as half:
    half.write_bytes(bytes(1000))
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_process_keeps_what_it_holds_and_writes_until_it_dies(log: Log, store: ObjectStore) -> None:
    image = put(store, 1)
    worker = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(log.path), str(store.root), image.artifact],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "held\n", worker.communicate()[1]
    told = collect(log, store, grace_seconds=0)
    assert (told.removed, told.temporary) == (0, 0)
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    told = collect(log, store, grace_seconds=0)
    assert (told.removed, told.temporary, told.freed_bytes) == (1, 1, image.bytes + 1000)
    assert list((store.root / "tmp").iterdir()) == []
    with log.write(durable=False) as connection:
        assert connection.execute("SELECT count(*) FROM leases").fetchone() == (0,)


def test_a_strange_temporary_file_goes_when_it_is_old(log: Log, store: ObjectStore) -> None:
    put(store, 1)
    strange = store.root / "tmp" / "left-by-another-machine.part"
    strange.write_bytes(b"x")
    assert collect(log, store, grace_seconds=60).temporary == 0
    then = time.time() - 120
    os.utime(strange, (then, then))
    assert collect(log, store, grace_seconds=60).temporary == 1
    assert not strange.exists()


def test_an_empty_store_has_nothing_to_collect(log: Log, store: ObjectStore) -> None:
    told = collect(log, store)
    assert (told.removed, told.freed_bytes, told.kept, told.temporary) == (0, 0, 0, 0)
