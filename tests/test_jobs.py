"""Work that is paid elsewhere: ordered once, paid once, recorded once, whenever the process dies."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from thorough import amount
from vendor import PRICE, Vendor, install

from agentvid.engine import EngineContext, EngineRequest, EngineResult, pack
from agentvid.errors import Cancelled, EngineError
from agentvid.events import Event, Warned, ignore
from agentvid.run.host import InProcessHost, WorkerHost
from agentvid.run.job import run_engine
from agentvid.store.jobs import StoredJob
from agentvid.store.log import CachedResult, Log
from agentvid.store.objects import ObjectStore

PROMPT = "draw a lighthouse at dusk"


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, vendor: Vendor) -> dict[str, str]:
    """The environment of a process that knows the engine."""
    path = os.pathsep.join([str(install(tmp_path / "site")), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "VENDOR_URL": vendor.url}


def start(world: dict[str, str], folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "agentvid", *arguments, "--json"],
        cwd=folder,
        env=world,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def run(world: dict[str, str], folder: Path) -> subprocess.Popen[str]:
    return start(world, folder, "run", PROMPT, "--session", "s", "--engine", "vendor")


def go_on(world: dict[str, str], folder: Path) -> subprocess.Popen[str]:
    """Resume, or send the message again where the process died before it was kept."""
    with Log(Path(world["AGENTVID_HOME"]) / "agentvid.sqlite") as log:
        is_kept = bool(log.turns("s"))
    return start(world, folder, "resume", "s") if is_kept else run(world, folder)


def document(process: subprocess.Popen[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(process.communicate(timeout=120)[0])
    return told


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def picture(told: dict[str, Any]) -> str:
    return next(part["artifact"] for part in told["answer"]["parts"] if part["type"] == "image")


def costs(told: dict[str, Any]) -> float:
    return sum(record["cost"]["amount"] for record in told["runs"].values())


# ---------------------------------------------------------------- killed while work is ordered, and while it is awaited


def test_killed_between_the_vendors_answer_and_ours_pays_once(vendor: Vendor, world: dict[str, str], tmp_path: Path):
    vendor.answer_after = 60.0
    process = run(world, tmp_path)
    vendor.wait_for(lambda: vendor.charges)
    kill(process)
    vendor.answer_after = 0.0
    told = document(go_on(world, tmp_path))
    assert told["status"] == "done"
    assert (vendor.charges, len(vendor.orders), len(set(vendor.orders))) == (["job-1"], 2, 1)
    assert costs(told) == PRICE


def test_killed_while_it_waits_goes_on_with_the_same_job(vendor: Vendor, world: dict[str, str], tmp_path: Path):
    vendor.seconds = 1e9
    process = run(world, tmp_path)
    vendor.wait_for(lambda: vendor.jobs and vendor.jobs["job-1"].polls > 2)
    kill(process)
    vendor.seconds = 0.0
    told = document(go_on(world, tmp_path))
    assert told["status"] == "done"
    assert (vendor.charges, len(vendor.orders)) == (["job-1"], 1), "it did not even ask again"
    assert costs(told) == PRICE

    again = document(start(world, tmp_path, "run", PROMPT, "--engine", "vendor"))
    assert (picture(again), costs(again), len(vendor.orders)) == (picture(told), 0.0, 1)

    store = ObjectStore(Path(world["AGENTVID_HOME"]))
    path = store.path(picture(told))
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    mended = document(start(world, tmp_path, "run", PROMPT, "--engine", "vendor"))
    assert mended["executed"]
    assert (picture(mended), costs(mended)) == (picture(told), 0.0), "made anew from the same job, its cost told once"
    assert vendor.paid == PRICE


def test_a_cancelled_step_cancels_its_job(vendor: Vendor, world: dict[str, str], tmp_path: Path):
    vendor.seconds = 1e9
    process = run(world, tmp_path)
    vendor.wait_for(lambda: vendor.jobs and vendor.jobs["job-1"].polls > 2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert vendor.refunds == ["job-1"]
    vendor.seconds = 0.0
    told = document(go_on(world, tmp_path))
    assert told["status"] == "done"
    assert (vendor.charges, vendor.paid, costs(told)) == (["job-1", "job-2"], PRICE, PRICE)


def test_a_job_that_the_vendor_lost_is_ordered_anew(vendor: Vendor, world: dict[str, str], tmp_path: Path):
    vendor.refuse = 2
    told = document(run(world, tmp_path))
    assert told["status"] == "done"
    assert (len(set(vendor.orders)), vendor.paid, costs(told)) == (3, PRICE, PRICE)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(amount(3, 8)))
def test_killed_at_random_again_and_again(seed: int, vendor: Vendor, world: dict[str, str], tmp_path: Path):
    rng = random.Random(seed)
    vendor.seconds = 0.5
    process = run(world, tmp_path)
    kills = 0
    for _ in range(3):
        vendor.answer_after = rng.choice([0.0, 0.3])
        if rng.random() < 0.7:
            polls = sum(job.polls for job in vendor.jobs.values())
            orders = len(vendor.orders)
            while process.poll() is None and len(vendor.orders) == orders:
                if sum(job.polls for job in vendor.jobs.values()) > polls:
                    break
                time.sleep(0.002)
            time.sleep(rng.uniform(0, 0.6))
        else:
            time.sleep(rng.uniform(0, 6))
        kills += process.poll() is None
        kill(process)
        process = go_on(world, tmp_path)
    told = document(process)
    assert told["status"] == "done"
    assert (len(vendor.charges), vendor.refunds, len(set(vendor.orders))) == (1, [], 1)
    with Log(Path(world["AGENTVID_HOME"]) / "agentvid.sqlite") as log:
        rows = log.rows("SELECT job, attempt, settled FROM jobs")
        (result,) = [r["result"] for r in log.rows("SELECT result_json FROM results WHERE tool = 'generate_image'")]
    assert [(row["job"], row["attempt"]) for row in rows] == [("job-1", 0)]
    assert rows[0]["settled"] is not None
    assert result["cost"] == PRICE
    job = vendor.look("job-1")
    assert ObjectStore(Path(world["AGENTVID_HOME"])).path(picture(told)).read_bytes() == bytes.fromhex(job["png"])
    assert kills


# ---------------------------------------------------------------- the keeper, and both hosts


def keeper(log: Log, key: str = "r") -> StoredJob:
    return StoredJob(log, "local", key, "step", "vendor", "text_to_image")


async def test_a_job_is_kept_forgotten_and_settled(log: Log):
    job = keeper(log)
    first = job.idempotency_key
    assert (job.job, job.is_settled) == (None, False)
    assert first != keeper(log, "other").idempotency_key
    await job.keep("a")
    await keeper(log).keep("b")
    assert (keeper(log).job, job.idempotency_key) == ("a", first), "the first stays"
    log.cache_put("local", "step", CachedResult(outputs={}, cost=1.0, currency="EUR"))
    assert job.is_settled
    await job.forget()
    await job.forget()
    assert job.job is None
    second = job.idempotency_key
    assert second != first
    await job.keep("c")
    assert (job.job, job.is_settled, job.idempotency_key) == ("c", False, second)


class Renting:
    """Counts how often it orders; `told` are the keys handed to the vendor."""

    name, version, weights, concurrency = "renting", "1", "", 1

    def __init__(self) -> None:
        self.told: list[str] = []
        self.cancelled: list[str] = []

    async def order(self, key: str) -> str:
        self.told.append(key)
        return f"job-{len(self.told)}"

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        if request.task == "cancel":
            await context.job(self.order)
            raise Cancelled()
        first, again = await context.job(self.order), await context.job(self.order)
        return EngineResult.of(first=first, again=again)

    async def cancel_job(self, job: str) -> None:
        if job == "job-2":
            raise EngineError("too late")
        self.cancelled.append(job)


async def test_an_order_is_placed_once_by_whoever_asks(log: Log, store: ObjectStore):
    engine, host = Renting(), InProcessHost(store)
    request = EngineRequest(task="x")
    for _ in range(2):
        result = await host.run(engine, request, ignore, keeper(log))  # type: ignore[arg-type]
        assert result.outputs == {"first": pack("job-1"), "again": pack("job-1")}
    assert engine.told == [keeper(log).idempotency_key]


async def test_without_a_log_a_job_is_known_as_long_as_the_request_runs(store: ObjectStore):
    engine = Renting()
    result = await run_engine(engine, EngineRequest(task="x"), EngineContext(store))  # type: ignore[arg-type]
    assert result.outputs["again"] == pack("job-1")
    await run_engine(engine, EngineRequest(task="x"), EngineContext(store))  # type: ignore[arg-type]
    assert len(set(engine.told)) == 2


async def test_a_job_that_can_not_be_cancelled_is_kept_and_that_is_said(log: Log, store: ObjectStore):
    engine = Renting()
    events: list[Event] = []
    for key in ("one", "two"):
        context = EngineContext(store, events.append, jobs=keeper(log, key))
        with pytest.raises(Cancelled):
            await run_engine(engine, EngineRequest(task="cancel"), context)  # type: ignore[arg-type]
    assert engine.cancelled == ["job-1"]
    assert (keeper(log, "one").job, keeper(log, "two").job) == (None, "job-2")
    assert [event.text for event in events if isinstance(event, Warned)] == [
        "job job-2 was not cancelled at the vendor: too late"
    ]


async def test_a_worker_hears_that_its_job_could_not_be_kept(
    log: Log, store: ObjectStore, vendor: Vendor, world: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    from agentvid.run import host as host_module

    for name in ("PYTHONPATH", "VENDOR_URL"):
        monkeypatch.setenv(name, world[name])
    monkeypatch.setattr(host_module, "engine_paths", lambda: {"renting": "vendor_engine:VendorEngine"})

    class Full(StoredJob):
        async def keep(self, job: str) -> None:
            raise EngineError("the disk is full")

    host = WorkerHost(store)
    request = EngineRequest(task="text_to_image", inputs={"prompt": pack("a lighthouse")})
    with pytest.raises(EngineError, match="the disk is full"):
        full = Full(log, "local", "r", "step", "vendor", "text_to_image")
        await asyncio.wait_for(host.run(Renting(), request, ignore, full), 60)  # type: ignore[arg-type]
    vendor.seconds = 0.0
    result = await asyncio.wait_for(host.run(Renting(), request, ignore, keeper(log)), 60)  # type: ignore[arg-type]
    assert result.cost.amount == PRICE
    assert keeper(log).job == "job-1"
    assert vendor.charges == ["job-1"], "the same idempotency key, the same job"
    await host.close()
