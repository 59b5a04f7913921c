"""Bundles: the same bytes twice, a replay that gives the same bytes, damage and malice refused with nothing written."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agentvid import Agent
from agentvid.chain.edit import Pin, SetArg
from agentvid.cli.app import run_app
from agentvid.engine import Capability, Cost, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.engines.classical import ClassicalEngine
from agentvid.engines.fake import FakeEngine
from agentvid.errors import InputError, StoreError
from agentvid.media.codec import png_bytes
from agentvid.plugins import load_engines, load_tools
from agentvid.run.bundle import Replayed, export, replay, verify
from agentvid.run.bundle.document import FORMAT, Manifest
from agentvid.run.bundle.layout import write_bundle
from agentvid.samples import COFFEE

TOOLS = load_tools()
ENGINES = load_engines()
SAID = "make the red cup blue"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home with a session "s" of two turns by the fake engine, and its bundle."""
    folder = tmp_path_factory.mktemp("made")

    async def work() -> None:
        async with Agent(folder / "home", in_process=True) as agent:
            session = await agent.session("s")
            turn = await session.send(SAID, COFFEE, engine="fake")
            await turn.edit([SetArg(step="t1.s3", name="colour", value="green")])
            await session.send("make it yellow", engine="fake")
            session.bundle(folder / "s.agentvid")

    asyncio.run(work())
    return folder / "home", folder / "s.agentvid"


@pytest.fixture(scope="module")
def bundle(made: tuple[Path, Path]) -> Path:
    return made[1]


def parts_of(path: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(path) as file:
        objects = {n.removeprefix("objects/"): file.read(n) for n in file.namelist() if n.startswith("objects/")}
        return json.loads(file.read("manifest.json")), json.loads(file.read("session.json")), objects


def written(
    folder: Path, manifest: dict[str, Any], session: dict[str, Any] | bytes, objects: dict[str, bytes], **fixed: Any
) -> Path:
    """Write a bundle of these parts whose hashes fit, but for what `fixed` says of the manifest."""
    document = session if isinstance(session, bytes) else json.dumps(session, ensure_ascii=False).encode()
    sizes = {sha: len(data) for sha, data in sorted(objects.items())}
    manifest = {**manifest, "document": hashlib.sha256(document).hexdigest(), "objects": sizes, **fixed}
    paths = {}
    for sha, data in sorted(objects.items()):
        paths[sha] = folder / sha
        paths[sha].write_bytes(data)
    out = folder / "crafted.agentvid"
    with out.open("wb") as file:
        write_bundle(file, json.dumps(manifest).encode(), document, paths.items())
    for path in paths.values():
        path.unlink()
    return out


async def refused(path: Path, part: str, tmp_path: Path) -> None:
    """Hold that verify and replay both refuse a file, saying `part`, and leave nothing behind."""
    for attempt in (lambda: verify(path, TOOLS, ENGINES), lambda: replay(path, TOOLS, ENGINES, home=tmp_path / "into")):
        with pytest.raises(InputError) as caught:
            result = attempt()
            if not isinstance(result, tuple) and hasattr(result, "__await__"):
                await result
        assert caught.value.code == "bad_bundle"
        assert part in str(caught.value)
    assert not (tmp_path / "into").exists()


# ---------------------------------------------------------------- export


async def test_exporting_twice_gives_the_same_bytes(made: tuple[Path, Path], tmp_path: Path):
    home, first = made
    async with Agent(home, in_process=True) as agent:
        again = (await agent.session("s")).bundle(tmp_path / "again.agentvid")
    assert again.file.read_bytes() == first.read_bytes()
    assert (again.turns, again.unexplained) == ((1, 2), 0)
    assert [path.name for path in tmp_path.iterdir()] == ["again.agentvid"]


def test_a_sound_bundle_verifies_with_every_key_computed(bundle: Path):
    found = verify(bundle, TOOLS, ENGINES)
    assert (found.session, found.turns, found.revisions) == ("s", (1, 2), 5)
    assert found.keys_computed == found.steps > 10
    assert (found.keys_explained, found.keys_unexplained, found.notes) == (0, 0, ())


def test_entries_are_stored_by_hash_in_a_fixed_order_at_a_fixed_time(bundle: Path):
    with zipfile.ZipFile(bundle) as file:
        names = file.namelist()
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in names[2:]:
            assert hashlib.sha256(file.read(name)).hexdigest() == name.removeprefix("objects/")
    assert names[:2] == ["manifest.json", "session.json"]
    assert names[2:] == sorted(names[2:])


async def test_one_turn_carries_what_it_needs_of_earlier_ones(made: tuple[Path, Path], tmp_path: Path):
    async with Agent(made[0], in_process=True) as agent:
        (await agent.session("s")).bundle(tmp_path / "two.agentvid", turn=2)
    found = verify(tmp_path / "two.agentvid", TOOLS, ENGINES)
    assert found.turns == (2,)
    told = await replay(tmp_path / "two.agentvid", TOOLS, ENGINES, home=tmp_path / "into")
    assert {step.outcome for step in told.steps} == {"same"}
    assert not told.restored


async def test_secrets_and_places_stay_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text('[keys]\nplanner = "sk-from-the-file-123"\n')
    monkeypatch.setenv("AGENTVID_KEY_OTHER", "sk-from-the-environment-456")
    mask = tmp_path / "private-name" / "mask.png"
    mask.parent.mkdir()
    mask.write_bytes(png_bytes(np.full((400, 600), 255, np.uint8)))
    async with Agent(home, in_process=True) as agent:
        session = await agent.session("s")
        await session.send(SAID, COFFEE, engine="fake", given={"t1.s1.mask": str(mask)})
        out = session.bundle(tmp_path / "s.agentvid").file
        held = out.read_bytes()
        for told in (b"sk-from", b"private-name", str(tmp_path).encode()):
            assert told not in held
        for secret in ("sk-from-the-file-123", "sk-from-the-environment-456"):
            other = await agent.session(secret[-3:])
            await other.send(f"{SAID}, my key is {secret}", COFFEE, plan_only=True)
            with pytest.raises(InputError, match="holds the value of") as caught:
                other.bundle(tmp_path / "t.agentvid")
            assert secret not in str(caught.value)
    assert not (tmp_path / "t.agentvid").exists()


async def test_what_is_no_bundle_is_not_overwritten(made: tuple[Path, Path], tmp_path: Path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(COFFEE.read_bytes())
    async with Agent(made[0], in_process=True) as agent:
        with pytest.raises(InputError, match="is no bundle"):
            (await agent.session("s")).bundle(photo)
        with pytest.raises(InputError, match="is a folder"):
            (await agent.session("s")).bundle(tmp_path)
        with pytest.raises(InputError, match="no turn 7"):
            (await agent.session("s")).bundle(tmp_path / "x", turn=7)
        with pytest.raises(InputError, match="no session"):
            export(agent.executor, "other", tmp_path / "x")
    assert photo.read_bytes() == COFFEE.read_bytes()


async def test_a_session_whose_media_are_gone_is_not_exported(tmp_path: Path):
    async with Agent(in_process=True) as agent:
        session = await agent.session("s")
        turn = await session.send(SAID, COFFEE, engine="fake")
        agent.store.path(turn.run.port("t1.s4", "image")["value"]["artifact"]).unlink()
        with pytest.raises(StoreError, match="is not in"):
            session.bundle(tmp_path / "s.agentvid")
    assert list(tmp_path.glob("*.agentvid")) == []


# ---------------------------------------------------------------- replay


async def test_a_photo_gives_the_same_bytes_again(tmp_path: Path):
    async with Agent(in_process=True) as agent:
        session = await agent.session("photo")
        turn = await session.send("把红色的杯子变成蓝色", COFFEE)
        then = turn.run
        session.bundle(tmp_path / "photo.agentvid")
    told = await replay(tmp_path / "photo.agentvid", TOOLS, ENGINES)
    assert [(step.tool, step.outcome) for step in told.steps] == [
        (tool, "same") for tool in ("locate", "analyse", "plan_edit", "edit_image", "check")
    ]
    assert all(then.steps[step.step].executed for step in told.steps)
    assert (told.status, told.first, told.home, told.libraries) == ("same", None, None, {})


async def test_a_given_mask_is_given_again(tmp_path: Path):
    mask = np.zeros((400, 600), np.uint8)
    mask[100:300, 200:400] = 255
    (tmp_path / "mask.png").write_bytes(png_bytes(mask))
    async with Agent(in_process=True) as agent:
        session = await agent.session("given")
        turn = await session.send(SAID, COFFEE, engine="fake", given={"t1.s1.mask": str(tmp_path / "mask.png")})
        given = turn.run.port("t1.s1", "mask")
        session.bundle(tmp_path / "given.agentvid")
    told = await replay(tmp_path / "given.agentvid", TOOLS, ENGINES, home=tmp_path / "into")
    assert {step.outcome for step in told.steps} == {"same"}
    async with Agent(tmp_path / "into", in_process=True) as agent:
        run = (await agent.session("given")).turn(1).run
        assert run.port("t1.s1", "mask") == given
        assert run.steps["t1.s1"].given == ("mask",)
        assert (agent.store.mask(load(given)) == mask).all()


def load(packed: Any) -> Any:
    from agentvid.engine import unpack

    return unpack(packed)


class Other(FakeEngine):
    """The fake engine with another version, weights, state, price, or results turned round."""

    def __init__(self, *, version: str = "1", weights: str = "", state: str = "ready", price: float = 0) -> None:
        super().__init__()
        self.version, self.weights, self._state, self._price = version, weights, state, price

    def status(self) -> EngineStatus:
        return EngineStatus(state=self._state, how="set a key")  # type: ignore[arg-type]

    def capabilities(self) -> tuple[Capability, ...]:
        cost = Cost(amount=self._price, currency="CNY")
        return tuple(found.model_copy(update={"price": cost}) for found in super().capabilities())


async def replayed(bundle: Path, *, tools: Any = TOOLS, **fake: Any) -> Replayed:
    return await replay(bundle, tools, {**ENGINES, "fake": Other(**fake)})


@pytest.mark.parametrize(
    ("changed", "label"), [({"version": "2"}, "fake@2"), ({"weights": "abc"}, "fake@1#abc")], ids=["version", "weights"]
)
async def test_a_changed_engine_is_named(bundle: Path, changed: dict[str, str], label: str):
    told = await replayed(bundle, **changed)
    locate = told.steps[0]
    assert [(part.part, part.name, part.then, part.here) for part in locate.parts] == [
        ("engine", "locate", "fake@1", label)
    ]
    assert "fake@1" in locate.why
    assert label in locate.why
    assert verify(bundle, TOOLS, {**ENGINES, "fake": Other(**changed)}).notes != ()


async def test_another_tool_source_is_named(bundle: Path):
    tools = {**TOOLS, "locate": replace(TOOLS["locate"], digest="f" * 64)}
    told = await replayed(bundle, tools=tools)
    assert [part.part for part in told.steps[0].parts] == ["tool source"]
    assert told.steps[0].outcome == "same"
    assert "locate" in told.steps[0].why
    found = verify(bundle, tools, ENGINES)
    assert any("locate is of another source" in note for note in found.notes)
    assert found.keys_explained >= 1


class Unsteady(Other):
    """The fake engine, whose edited pictures are all black."""

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        made = await super().run(request, context)
        if request.task != "edit_image":
            return made
        return EngineResult.of(image=context.store.put_image(np.zeros((400, 600, 3), np.uint8)))


async def test_the_same_key_with_other_bytes_is_the_engines_fault_and_what_follows_is_told_apart(bundle: Path):
    told = await replay(bundle, TOOLS, {**ENGINES, "fake": Unsteady()})
    first = told.first
    assert first is not None
    assert (first.tool, first.ports, first.why, first.follows) == (
        "edit_image",
        ("image",),
        "same key, other bytes",
        False,
    )
    below = [step for step in told.steps if step.outcome == "differs" and step is not first]
    assert below
    assert below[0].tool == "check"
    assert below[0].follows
    assert [part.part for part in below[0].parts] == ["input"]
    assert told.status == "differs"


async def test_an_engine_that_is_not_here_is_kept_and_told(bundle: Path):
    told = await replayed(bundle, state="needs key")
    assert {step.outcome for step in told.steps if step.tool != "plan_edit"} == {"kept"}
    assert {step.outcome for step in told.steps if step.tool == "plan_edit"} == {"same"}
    assert "set a key" in told.steps[0].why
    without = await replay(bundle, TOOLS, {"classical": ClassicalEngine()})
    assert {step.outcome for step in without.steps if step.tool == "locate"} == {"kept"}


async def test_what_costs_money_runs_only_when_asked_for(bundle: Path):
    told = await replayed(bundle, price=2.0)
    assert {step.outcome for step in told.steps if step.tool != "plan_edit"} == {"kept"}
    assert "costs money" in told.steps[0].why
    asked = await replay(bundle, TOOLS, {**ENGINES, "fake": Other(price=2.0)}, paid=True)
    assert {step.outcome for step in asked.steps} == {"same"}


async def test_a_tool_that_is_not_here_is_kept_and_told(bundle: Path):
    told = await replayed(bundle, tools={name: spec for name, spec in TOOLS.items() if name != "locate"})
    assert told.steps[0].outcome == "kept"
    assert "tool locate is not here" in told.steps[0].why
    assert told.status == "same"


async def test_a_pinned_step_is_kept_and_what_follows_uses_it(tmp_path: Path):
    async with Agent(in_process=True) as agent:
        session = await agent.session("s")
        turn = await session.send(SAID, COFFEE, engine="fake")
        await turn.edit([Pin(step="t1.s4"), SetArg(step="t1.s3", name="colour", value="green")])
        made = session.bundle(tmp_path / "s.agentvid")
    assert made.unexplained == 1
    told = await replay(made.file, TOOLS, ENGINES)
    assert [step.outcome for step in told.steps] == ["same", "same", "same", "kept", "same"]
    assert told.steps[3].why == "it is pinned"


async def test_a_replayed_session_can_be_gone_on_with(bundle: Path, tmp_path: Path):
    told = await replay(bundle, TOOLS, ENGINES, home=tmp_path / "into")
    assert told.restored
    async with Agent(tmp_path / "into", in_process=True) as agent:
        session = await agent.session("s")
        assert [turn.revision for turn in session.turns()] == [3, 2]
        assert [version.n for version in agent.log.versions("s")] == [1, 2, 3]
        turn = await session.turn(2).edit([SetArg(step="t2.s2", name="colour", value="white")])
        assert turn.status == "done"
        again = session.bundle(tmp_path / "again.agentvid")
    assert verify(again.file, TOOLS, ENGINES).turns == (1, 2)


async def test_a_home_that_holds_something_is_left_alone(bundle: Path, tmp_path: Path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        await replay(bundle, TOOLS, ENGINES, home=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


async def test_a_step_that_failed_is_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTVID_FAKE", "edit_image=fail")
    async with Agent(in_process=True) as agent:
        session = await agent.session("s")
        await session.send(SAID, COFFEE, engine="fake")
        session.bundle(tmp_path / "s.agentvid")
    monkeypatch.delenv("AGENTVID_FAKE")
    told = await replay(tmp_path / "s.agentvid", TOOLS, ENGINES)
    assert [step.outcome for step in told.steps] == ["same", "same", "same", "unrecorded", "unrecorded"]


# ---------------------------------------------------------------- damage


async def test_any_cut_and_any_flipped_bit_is_refused(tmp_path: Path):
    async with Agent(in_process=True) as agent:
        session = await agent.session("s")
        await session.send(SAID, COFFEE, plan_only=True)
        whole = session.bundle(tmp_path / "s.agentvid").file.read_bytes()
    assert verify(tmp_path / "s.agentvid", TOOLS, ENGINES).keys_computed == 0
    draw = random.Random(1)
    cuts = [0, 1, 29, 100, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(10))]
    crafted = [whole[:cut] for cut in cuts]
    places = [*range(0, 46), *range(len(whole) - 300, len(whole)), *(draw.randrange(len(whole)) for _ in range(60))]
    for place in places:
        crafted.append(whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :])
    for data in [*crafted, whole + b"x", b"x" + whole, whole + whole, COFFEE.read_bytes()]:
        path = tmp_path / "damaged"
        path.write_bytes(data)
        with pytest.raises(InputError) as caught:
            verify(path, TOOLS, ENGINES)
        assert caught.value.code == "bad_bundle"


def zipped(entries: list[tuple[zipfile.ZipInfo | str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for entry, data in entries:
            file.writestr(entry, data)
    return out.getvalue()


NAMES = [
    "../../evil",
    "/etc/evil",
    "objects/../../evil",
    "objects/" + "A" * 64,
    "C:\\evil",
    "objects/" + "a" * 63 + "\n",
]


@pytest.mark.parametrize("name", NAMES)
async def test_names_that_are_no_hashes_are_refused(name: str, tmp_path: Path):
    path = tmp_path / "crafted"
    path.write_bytes(zipped([("manifest.json", b"{}"), ("session.json", b"{}"), (name, b"evil")]))
    before = set(tmp_path.rglob("*"))
    await refused(path, "an entry named", tmp_path)
    assert set(tmp_path.rglob("*")) == before


async def test_a_bomb_is_refused_before_it_expands(tmp_path: Path):
    path = tmp_path / "bomb"
    entries = [("manifest.json", b"{}"), ("session.json", b" " * 80_000_000)]
    path.write_bytes(zipped(entries, zipfile.ZIP_DEFLATED))
    assert path.stat().st_size < 1_000_000
    await refused(path, "compressed", tmp_path)


@pytest.mark.parametrize(
    ("document", "part"),
    [
        (b"", "no sound JSON"),
        (b"[" * 200_000, "no sound JSON"),
        (b'{"session": 1}', "session"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"created": NaN}', "no number"),
        (b'{"created": 1e999}', "session.json"),
        (b'{"created": ' + b"9" * 6000 + b"}", "no sound JSON"),
        (b"\xff\xfe", "no sound JSON"),
        (b"null", "session.json"),
    ],
)
async def test_documents_that_are_none_are_refused(bundle: Path, document: bytes, part: str, tmp_path: Path):
    manifest, _, objects = parts_of(bundle)
    await refused(written(tmp_path, manifest, document, objects), part, tmp_path)


Change = Callable[[dict[str, Any], dict[str, Any], dict[str, bytes]], None]


def _first(session: dict[str, Any], step: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = session["turns"][0]["revisions"][-1]["steps"][step]
    return found


def another_object(manifest: Any, session: Any, objects: dict[str, bytes]) -> None:
    sha = next(iter(objects))
    objects[sha] = objects[sha][:-1] + b"x"


def missing_object(manifest: Any, session: Any, objects: dict[str, bytes]) -> None:
    del objects[next(iter(objects))]


def stranger(manifest: Any, session: Any, objects: dict[str, bytes]) -> None:
    objects[hashlib.sha256(b"evil").hexdigest()] = b"evil"


def a_script_as_picture(manifest: Any, session: Any, objects: dict[str, bytes]) -> None:
    evil = b"#!/bin/sh\nrm -rf /\n"
    sha = hashlib.sha256(evil).hexdigest()
    part = session["turns"][0]["message"]["message"]["parts"][1]
    part["artifact"] = {**part["artifact"], "artifact": sha, "bytes": len(evil)}
    objects[sha] = evil


def an_absurd_size(manifest: Any, session: Any, objects: Any) -> None:
    session["versions"][0]["artifact"]["width"] = 10**30


def another_size(manifest: Any, session: Any, objects: Any) -> None:
    session["versions"][0]["artifact"]["width"] += 1


def a_picture_as_mask(manifest: Any, session: Any, objects: Any) -> None:
    session["versions"][0]["artifact"] |= {"type": "video", "fps": 1, "frames": 1, "seconds": 1}


def a_text_number(manifest: Any, session: Any, objects: Any) -> None:
    session["turns"][0]["turn"] = "1"


def an_unknown_field(manifest: Any, session: Any, objects: Any) -> None:
    session["turns"][0]["run_me"] = "rm -rf /"


def another_key(manifest: Any, session: Any, objects: Any) -> None:
    _first(session)["record"]["key"] = "0" * 64


def another_found_value(manifest: Any, session: Any, objects: Any) -> None:
    _first(session, 1)["record"]["outputs"]["light"]["value"] = 0.123


def no_port_value(manifest: Any, session: Any, objects: Any) -> None:
    _first(session)["record"]["outputs"]["box"]["type"] = "Pickle"


def a_step_that_is_not_in_the_chain(manifest: Any, session: Any, objects: Any) -> None:
    _first(session)["record"]["step"] = "t1.s9"


def a_reference_to_nothing(manifest: Any, session: Any, objects: Any) -> None:
    for row in session["turns"][0]["revisions"]:
        row["chain"]["steps"][1]["args"]["mask"]["step"] = "t1.s8"


def edits_that_lead_elsewhere(manifest: Any, session: Any, objects: Any) -> None:
    session["turns"][0]["revisions"][-1]["edits"][0]["value"] = "white"


def a_circle(manifest: Any, session: Any, objects: Any) -> None:
    for row in session["turns"][0]["revisions"]:
        row["edits"] = []
        row["chain"]["steps"][0]["args"]["image"] = {"step": "t1.s4", "port": "image"}


def a_parent_that_comes_later(manifest: Any, session: Any, objects: Any) -> None:
    session["turns"][0]["revisions"][0]["parent"] = 2


def turns_twice(manifest: Any, session: Any, objects: Any) -> None:
    session["turns"].append(session["turns"][0])


def a_newer_format(manifest: Any, session: Any, objects: Any) -> None:
    manifest |= {"version": FORMAT + 1, "what_is_not_known_yet": True}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (another_object, "damaged"),
        (missing_object, "missing"),
        (stranger, "named by nothing"),
        (a_script_as_picture, "no sound image"),
        (an_absurd_size, "width"),
        (another_size, "width"),
        (a_picture_as_mask, "no sound video"),
        (a_text_number, "integer"),
        (an_unknown_field, "run_me"),
        (another_key, "not the digest of its parts"),
        (another_found_value, "does not follow from its inputs"),
        (no_port_value, "no value of a port type"),
        (a_step_that_is_not_in_the_chain, "does not hold"),
        (a_reference_to_nothing, "t1.s8"),
        (edits_that_lead_elsewhere, "do not lead to its chain"),
        (a_circle, "circle"),
        (a_parent_that_comes_later, "in order"),
        (turns_twice, "each turn once"),
        (a_newer_format, "newer agentvid"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_each_kind_of_damage_is_refused(bundle: Path, change: Change, part: str, tmp_path: Path):
    manifest, session, objects = parts_of(bundle)
    change(manifest, session, objects)
    path = written(tmp_path, manifest, session, objects)
    await refused(path, part, tmp_path)
    assert [other.name for other in tmp_path.iterdir()] == ["crafted.agentvid"]


async def test_objects_and_document_are_held_against_the_manifest(bundle: Path, tmp_path: Path):
    manifest, session, objects = parts_of(bundle)
    await refused(written(tmp_path, manifest, session, objects, document="0" * 64), "changed or damaged", tmp_path)
    one = next(iter(objects))
    await refused(written(tmp_path, {**manifest, "tools": {one: "x"}}, session, objects), "tools", tmp_path)
    crafted = written(tmp_path, manifest, session, objects)
    names = {sha: len(data) for sha, data in objects.items()}
    document = json.dumps(session, ensure_ascii=False).encode()
    told = {**manifest, "document": hashlib.sha256(document).hexdigest(), "objects": {**names, one: 7}}
    (tmp_path / one).write_bytes(objects[one])
    with crafted.open("wb") as file:
        write_bundle(file, json.dumps(told).encode(), document, [(one, tmp_path / one)])
    await refused(crafted, "not those that the manifest names", tmp_path)
    assert verify(written(tmp_path, manifest, session, objects), TOOLS, ENGINES).turns == (1, 2)
    assert Manifest.model_validate(manifest).agentvid


# ---------------------------------------------------------------- the command line


def told_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run_app([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_command_line_exports_verifies_and_replays(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    home, bundle = made
    monkeypatch.setenv("AGENTVID_HOME", str(home))
    monkeypatch.setenv("AGENTVID_INPROCESS", "1")
    out = tmp_path / "s.agentvid"
    code, told = told_by(capsys, "bundle", "export", "s", "--out", str(out))
    assert (code, told["status"], told["turns"]) == (0, "done", [1, 2])
    assert out.read_bytes() == bundle.read_bytes()
    code, told = told_by(capsys, "bundle", "verify", str(out))
    assert (code, told["status"]) == (0, "sound")
    code, told = told_by(capsys, "bundle", "replay", str(out))
    assert (code, told["status"], told["first"]) == (0, "same", None)
    assert run_app(["bundle", "replay", str(out), "--into", str(tmp_path / "into")]) == 0
    assert "same" in capsys.readouterr().out
    out.write_bytes(b"PK")
    code, told = told_by(capsys, "bundle", "replay", str(out))
    assert (code, told["status"], told["error"]["code"]) == (2, "refused", "bad_bundle")
    code, told = told_by(capsys, "bundle", "verify", str(tmp_path / "none"))
    assert (code, told["error"]["code"]) == (2, "bad_input")
