"""`agentvid doctor`: is this installation whole, and what could it do with more?"""

from __future__ import annotations

import asyncio
import importlib.metadata
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.markup import escape

from agentvid.cli.out import write_json
from agentvid.errors import AgentvidError, SettingsError
from agentvid.plugins import load_engines, load_tools
from agentvid.settings import Settings, load_settings
from agentvid.store.private import make_home

__all__ = ["Finding", "examine"]

_LIBRARIES = ("torch", "langgraph", "pydantic", "av", "opencv-python-headless", "pillow", "numpy")
_SIGNS = {"ok": "[green]✓[/]", "note": "[yellow]·[/]", "bad": "[red]✗[/]"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `bad` means that agentvid does not work as it should."""

    state: Literal["ok", "note", "bad"]
    what: str
    told: str


def examine(*, as_json: bool) -> int:
    """Look at everything; return 4 where something is bad."""
    settings = load_settings()
    checks: tuple[Callable[[Settings], list[Finding]], ...]
    checks = (_python, _libraries, _gpu, _home, _plugins, _endpoint, _worker)
    findings = [finding for check in checks for finding in check(settings)]
    if as_json:
        write_json({"findings": [asdict(finding) for finding in findings]})
    else:
        console = Console()
        for finding in findings:
            console.print(f"{_SIGNS[finding.state]} {finding.what}: {escape(finding.told)}", highlight=False)
    return 4 if any(finding.state == "bad" for finding in findings) else 0


def _python(settings: Settings) -> list[Finding]:
    return [Finding("ok", "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")]


def _libraries(settings: Settings) -> list[Finding]:
    findings = []
    for name in _LIBRARIES:
        try:
            findings.append(Finding("ok", name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            findings.append(Finding("bad", name, "missing; install agentvid again"))
    return findings


def _gpu(settings: Settings) -> list[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:
        return [Finding("bad", "torch", f"can't be loaded: {error}")]
    if torch.cuda.is_available():
        return [Finding("ok", "GPU", torch.cuda.get_device_name(0))]
    return [Finding("note", "GPU", "none; the CPU does the whole job, the large models need one")]


def _home(settings: Settings) -> list[Finding]:
    try:
        make_home(settings.home)
        free = shutil.disk_usage(settings.home).free
    except OSError as error:
        return [Finding("bad", "home", f"{settings.home}: {error.strerror}; set AGENTVID_HOME")]
    state: Literal["ok", "bad"] = "ok" if free > 2**30 else "bad"
    return [Finding(state, "home", f"{settings.home}, {free / 2**30:.1f} GiB free")]


def _plugins(settings: Settings) -> list[Finding]:
    try:
        tools = load_tools(settings.tools)
        engines = load_engines()
    except AgentvidError as error:
        return [Finding("bad", "plug-ins", str(error))]
    told = ", ".join(f"{engine.name} {engine.version} ({engine.status().state})" for engine in engines.values())
    return [Finding("ok", "tools", ", ".join(sorted(tools))), Finding("ok", "engines", told)]


def _endpoint(settings: Settings) -> list[Finding]:
    """Ask the endpoint of the planner `llm` for its models, where one is set: bad only where that planner is chosen."""
    from agentvid.planner.llm import endpoint_of
    from agentvid.planner.llm.probe import probe

    bad: Literal["note", "bad"] = "bad" if settings.planner == "llm" else "note"
    try:
        endpoint = endpoint_of(settings)
    except SettingsError as error:
        return [Finding(bad, "planner llm", f"{error.given}; {error.do}")]
    found = asyncio.run(probe(endpoint))
    told = f"{found.told}; unproven: only ever run against a local server of that wire"
    if endpoint.base_url.startswith("http:") and not endpoint.is_local and endpoint.headers():
        told += "; the key goes there in the clear (http, not https)"
    return [Finding("ok" if found.answers else bad, "planner llm", told)]


def _worker(settings: Settings) -> list[Finding]:
    try:
        told = asyncio.run(_one_request(settings))
    except (AgentvidError, OSError) as error:
        return [Finding("bad", "worker process", str(error))]
    return [Finding("ok", "worker process", told)]


async def _one_request(settings: Settings) -> str:
    from agentvid.engine import EngineRequest
    from agentvid.events import ignore
    from agentvid.plugins import load_engine
    from agentvid.run.host import WorkerHost
    from agentvid.store.objects import ObjectStore

    host = WorkerHost(ObjectStore(settings.home))
    try:
        engine = load_engine("agentvid.engines.fake:FakeEngine")
        await host.run(engine, EngineRequest(task="text_to_image", inputs={}), ignore)
    finally:
        await host.close()
    return "an engine started, answered and ended"
