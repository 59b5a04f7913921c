"""A vendor on loopback that draws pictures for money, and the engine that orders there; the ledger tells what was paid.

`install` writes the engine as an installed plug-in into a folder, for processes that have it on their path.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from agentvid.media.codec import png_bytes

PRICE = 0.25


@dataclass
class Job:
    id: str
    prompt: str
    ordered: float
    polls: int = 0
    state: str = "running"


@dataclass
class Vendor:
    """`charges` and `refunds` hold job ids. A job is done `seconds` after its order.

    `answer_after` delays the answer to an order, which is charged at once; `refuse` makes the vendor lose that many
    jobs before they are done.
    """

    seconds: float = 0.3
    answer_after: float = 0.0
    refuse: int = 0
    charges: list[str] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Vendor:
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                job = vendor.order(body["prompt"], self.headers["Idempotency-Key"])
                time.sleep(vendor.answer_after)
                self.tell({"id": job})

            def do_GET(self) -> None:
                self.tell(vendor.look(self.path.rpartition("/")[2]))

            def do_DELETE(self) -> None:
                self.tell(vendor.cancel(self.path.rpartition("/")[2]))

            def tell(self, document: dict[str, Any]) -> None:
                data = json.dumps(document).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    return  # whoever asked was killed

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def order(self, prompt: str, key: str) -> str:
        with self.lock:
            self.orders.append(key)
            if key not in self.by_key:
                job = f"job-{len(self.jobs) + 1}"
                self.by_key[key] = job
                self.jobs[job] = Job(job, prompt, time.monotonic())
                self.charges.append(job)
            return self.by_key[key]

    def look(self, job_id: str) -> dict[str, Any]:
        with self.lock:
            job = self.jobs[job_id]
            job.polls += 1
            if job.state == "running" and time.monotonic() - job.ordered >= self.seconds:
                if self.refuse:
                    self.refuse -= 1
                    job.state = "failed"
                    self.refunds.append(job_id)
                else:
                    job.state = "done"
            told: dict[str, Any] = {"state": job.state}
            if job.state == "done":
                seed = int.from_bytes(hashlib.sha256(job.prompt.encode()).digest()[:8])
                pixels = np.random.default_rng(seed).integers(0, 256, (32, 48, 3), np.uint8)
                told |= {"png": png_bytes(pixels).hex(), "price": PRICE}
            return told

    def cancel(self, job_id: str) -> dict[str, Any]:
        with self.lock:
            job = self.jobs[job_id]
            if job.state == "running":
                job.state = "cancelled"
                self.refunds.append(job_id)
            return {"state": job.state}

    @property
    def paid(self) -> float:
        """What the vendor took in all."""
        return PRICE * (len(self.charges) - len(self.refunds))

    def wait_for(self, holds: object, seconds: float = 60.0) -> None:
        """Wait until `holds()` is true."""
        last = time.monotonic() + seconds
        while not holds():  # type: ignore[operator]
            assert time.monotonic() < last, "it never came to hold"
            time.sleep(0.005)


def install(folder: Path) -> Path:
    """Write the engine `vendor` into `folder` as an installed plug-in."""
    facts = folder / "vendor_engine-1.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: vendor-engine\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[agentvid.engines]\nvendor = vendor_engine:VendorEngine\n")
    (folder / "vendor_engine.py").write_text(ENGINE)
    return folder


ENGINE = '''
"""Orders pictures of a vendor: the order through context.job, so that it is paid once."""

import asyncio
import json
import os
import urllib.request

from agentvid.engine import Capability, Cost, EngineResult, EngineStatus


class VendorEngine:
    name, version, weights, concurrency = "vendor", "1", "", 2

    def status(self):
        return EngineStatus(state="ready")

    def capabilities(self):
        return (Capability(task="text_to_image", price=Cost(amount=0.25, currency="EUR")),)

    async def run(self, request, context):
        async def start(key):
            return ask("POST", "", {"prompt": request.get("prompt", str)}, {"Idempotency-Key": key})["id"]

        while True:
            job = await context.job(start)
            told = ask("GET", job)
            if told["state"] == "done":
                break
            if told["state"] != "running":
                await context.forget_job()
            context.progress(0, 1)
            await asyncio.sleep(0.02)
        artifact = context.store.put_bytes(bytes.fromhex(told["png"]), "image/png", "image")
        return EngineResult.of(image=artifact, cost=Cost(amount=told["price"], currency="EUR"))

    async def cancel_job(self, job):
        ask("DELETE", job)


def ask(method, job, document=None, headers=None):
    url = os.environ["VENDOR_URL"] + "/jobs/" + job
    data = None if document is None else json.dumps(document).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}, method=method)) as answer:
        return json.load(answer)
'''
