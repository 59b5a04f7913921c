"""Pretrained models by hash: found whatever they are called, refused where their bytes are others, fetched whole."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agentvid.cli.app import run_app
from agentvid.errors import AgentvidError, InputError
from agentvid.models.registry import zoo
from agentvid.models.registry.convert import convert, find_converted, read_converted
from agentvid.models.registry.find import Found, find, find_role, folders, read, verified
from agentvid.models.registry.pull import pull
from agentvid.models.registry.zoo import ZOO, ModelFile, files_of, roles

DATA = bytes(range(256)) * 4000


def model(data: bytes = DATA, **more) -> ModelFile:
    told = {"role": "cutout", "part": "model", "file": "net.onnx", "name": "Net", "licence": "MIT", "authors": "A"}
    told |= {"url": "http://127.0.0.1:9/net.onnx", "purpose": "p", **more}
    return ModelFile(bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), **told)


def test_the_registry_names_each_file_whole():
    for entry in ZOO:
        assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256) and entry.bytes > 0
        assert entry.url.startswith("https://") and entry.licence in ("Apache-2.0", "MIT")
        assert entry.authors and entry.purpose and entry.name
    assert len({entry.sha256 for entry in ZOO}) == len({entry.file for entry in ZOO}) == len(ZOO)
    assert [entry.part for entry in files_of("segment")] == ["encoder", "decoder"]
    with pytest.raises(InputError, match="segment, matting"):
        files_of("upscale")
    assert roles()[0] == "segment"


# ---------------------------------------------------------------- found by hash


def test_a_file_is_found_by_its_bytes_whatever_its_name(tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "renamed.bin").write_bytes(DATA)
    monkeypatch.setenv("AGENTVID_MODELS", f"{tmp_path / 'gone'}{os.pathsep}{tmp_path}")
    found = find(model())
    assert found.path == tmp_path / "deep" / "renamed.bin"
    assert read(found) == DATA


def test_folders_are_those_named_then_the_home(tmp_path, home, monkeypatch):
    monkeypatch.setenv("AGENTVID_MODELS", f"{tmp_path}{os.pathsep}")
    assert folders() == (tmp_path, home / "models")


@pytest.mark.parametrize("data", [DATA[:-1] + b"x", DATA[:-1]])
def test_a_file_of_that_name_with_other_bytes_is_refused_and_said(tmp_path, data):
    (tmp_path / "net.onnx").write_bytes(data)
    found = find(model(), (tmp_path,))
    assert found.path is None and str(tmp_path / "net.onnx") in found.problem
    with pytest.raises(InputError, match="models pull cutout") as refused:
        read(found)
    assert refused.value.code == "bad_model"


def test_what_changes_after_it_was_found_is_not_handed_out(tmp_path):
    (tmp_path / "net.onnx").write_bytes(DATA)
    found = find(model(), (tmp_path,))
    told = (tmp_path / "net.onnx").stat()
    with (tmp_path / "net.onnx").open("r+b") as file:
        file.write(b"evil")
    os.utime(tmp_path / "net.onnx", ns=(told.st_atime_ns, told.st_mtime_ns))
    with pytest.raises(InputError, match="has the hash"):
        read(found)
    assert "has the hash" in verified(found).problem


def test_hashes_are_remembered_on_the_disk(tmp_path, home, monkeypatch):
    monkeypatch.setattr("agentvid.models.registry.find._known", {})
    (tmp_path / "net.onnx").write_bytes(DATA)
    find(model(), (tmp_path,))
    kept = json.loads((home / "models" / "digests.json").read_text())
    assert list(kept.values()) == [model().sha256]
    monkeypatch.setattr("agentvid.models.registry.find._known", {})
    monkeypatch.setattr("agentvid.models.registry.find.sha256_of", lambda path: pytest.fail("hashed again"))
    assert find(model(), (tmp_path,)).path is not None


def test_a_role_is_there_when_all_its_files_are(tmp_path, monkeypatch):
    parts = (model(part="encoder", file="e"), model(b"other", part="decoder", file="d"))
    monkeypatch.setattr(zoo, "ZOO", parts)
    (tmp_path / "e").write_bytes(DATA)
    assert find_role("cutout", (tmp_path,)) is None
    (tmp_path / "d").write_bytes(b"other")
    found = find_role("cutout", (tmp_path,))
    assert found is not None and set(found) == {"encoder", "decoder"}


# ---------------------------------------------------------------- fetched


class Upstream(BaseHTTPRequestHandler):
    """Gives DATA; `breaks` is how many answers end after 300,000 bytes, `asked` what was asked for."""

    data = DATA
    breaks = 0
    ranges = True
    status = 0
    asked: list[str | None]

    def do_GET(self) -> None:
        kind = type(self)
        told = self.headers.get("Range")
        kind.asked.append(told)
        if kind.status:
            self.send_error(kind.status)
            return
        start = int(told.removeprefix("bytes=").rstrip("-")) if told and kind.ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(kind.data) - 1}/{len(kind.data)}")
        self.send_header("Content-Length", str(len(kind.data) - start))
        self.end_headers()
        body = kind.data[start:]
        if kind.breaks:
            kind.breaks -= 1
            body = body[:300_000]
        self.wfile.write(body)

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[type[Upstream]]:
    kind = type("Once", (Upstream,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    kind.url = f"http://127.0.0.1:{server.server_port}/net.onnx"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kind
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_file_is_fetched_with_progress_and_put_in_place(tmp_path, upstream):
    told: list[tuple[int, int]] = []
    found = pull(model(url=upstream.url), tmp_path, lambda done, of: told.append((done, of)))
    assert read(found) == DATA and found.path == tmp_path / "net.onnx"
    assert told[0] == (0, len(DATA)) and told[-1] == (len(DATA), len(DATA))
    assert not (tmp_path / "net.onnx.part").exists()
    assert pull(model(url=upstream.url), tmp_path).path == found.path and len(upstream.asked) == 1


def start(asked: str | None) -> int:
    assert asked is not None
    return int(asked.removeprefix("bytes=").rstrip("-"))


def test_a_transfer_that_breaks_off_goes_on_where_it_was(tmp_path, upstream):
    upstream.breaks = 2
    assert read(pull(model(url=upstream.url), tmp_path)) == DATA
    assert upstream.asked[0] is None and len(upstream.asked) == 3  # and nothing twice:
    assert 0 < start(upstream.asked[1]) < start(upstream.asked[2]) <= 600_000


def test_a_later_run_goes_on_with_what_has_arrived(tmp_path, upstream):
    (tmp_path / "net.onnx.part").write_bytes(DATA[:1000])
    assert read(pull(model(url=upstream.url), tmp_path)) == DATA
    assert upstream.asked == ["bytes=1000-"]


def test_a_server_without_ranges_starts_anew(tmp_path, upstream):
    upstream.ranges = False
    (tmp_path / "net.onnx.part").write_bytes(b"x" * 1000)
    assert read(pull(model(url=upstream.url), tmp_path)) == DATA


@pytest.mark.parametrize("data", [DATA[:-1] + b"x", DATA + b"x"])
def test_other_bytes_than_the_registry_names_are_thrown_away(tmp_path, upstream, data):
    upstream.data = data
    with pytest.raises(AgentvidError) as refused:
        pull(model(url=upstream.url), tmp_path)
    assert refused.value.code in ("bad_model", "upstream")
    assert {path.name for path in tmp_path.iterdir()} == {"net.onnx.lock"}


def test_without_a_network_it_says_what_else_would_do(tmp_path, upstream):
    with pytest.raises(AgentvidError, match="AGENTVID_MODELS") as unreachable:
        pull(model(), tmp_path)
    assert unreachable.value.code == "no_network" and model().sha256 in unreachable.value.do
    upstream.status = 404
    with pytest.raises(AgentvidError, match="404") as gone:
        pull(model(url=upstream.url), tmp_path)
    assert gone.value.code == "upstream"


def test_a_folder_that_cannot_be_written_is_told(tmp_path, upstream):
    (tmp_path / "models").write_text("a file")
    with pytest.raises(AgentvidError) as refused:
        pull(model(url=upstream.url), tmp_path / "models")
    assert refused.value.code == "store"


# ---------------------------------------------------------------- converted


class Evil:
    def __reduce__(self):
        return (os.system, ("touch /tmp/agentvid-evil",))


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> Path:
    torch = pytest.importorskip("torch")
    path = tmp_path_factory.mktemp("pickle") / "net.pth"
    shared = torch.arange(6.0)
    torch.save({"a.weight": shared.view(2, 3).t(), "b": shared, "half": torch.ones(2, dtype=torch.float16)}, path)
    return path


def pickled(path: Path) -> ModelFile:
    return model(path.read_bytes(), file=path.name, form="pickle")


def test_a_pickle_becomes_safetensors_that_are_known_by_their_hash(state, tmp_path):
    import torch
    from safetensors.torch import load

    made = convert(pickled(state), state, tmp_path)
    tensors = load(read_converted(made))
    assert made.path == tmp_path / "net.safetensors"
    assert torch.equal(tensors["a.weight"], torch.arange(6.0).view(2, 3).t()) and tensors["half"].dtype == torch.float16
    assert find_converted(pickled(state), (tmp_path,)) == made
    made.path.write_bytes(made.path.read_bytes() + b"x")
    with pytest.raises(InputError, match="was changed"):
        read_converted(made)


def test_a_pickle_of_another_hash_is_never_opened(state, tmp_path, monkeypatch):
    monkeypatch.setattr("agentvid.models.registry.convert.Reader", lambda *_: pytest.fail("opened"))
    with pytest.raises(InputError, match="no other pickle is opened"):
        convert(replace(pickled(state), sha256="0" * 64), state, tmp_path)
    with pytest.raises(InputError, match="a PyTorch pickle"):
        convert(model(), state, tmp_path)
    with pytest.raises(InputError, match="is not there"):
        convert(pickled(state), None, tmp_path)


@pytest.mark.parametrize("content", ["code", "list"])
def test_a_pickle_that_holds_more_than_named_tensors_is_refused(tmp_path, content):
    torch = pytest.importorskip("torch")
    path = tmp_path / "net.pth"
    if content == "code":
        path.write_bytes(pickle.dumps({"a": Evil()}))
    else:
        torch.save({"a": torch.ones(1), "more": [1, 2]}, path)
    with pytest.raises(InputError) as refused:
        convert(pickled(path), path, tmp_path / "out")
    assert refused.value.code == "bad_model"
    assert ("weights alone" if content == "code" else "holds list as 'more'") in refused.value.given
    assert list((tmp_path / "out").iterdir()) == [] and not Path("/tmp/agentvid-evil").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux alone can take away")
def test_the_process_that_opens_it_has_given_up_what_it_needs_none_of(state, tmp_path, monkeypatch):
    from agentvid.models.registry import convert as module

    readers = []

    class Watched(module.Reader):
        def close(self) -> None:
            readers.append(self.held)
            super().close()

    monkeypatch.setattr(module, "Reader", Watched)
    convert(pickled(state), state, tmp_path)
    assert readers[0] >= {"core", "files", "cpu", "memory", "written"}


# ---------------------------------------------------------------- on the command line


@pytest.fixture
def one(tmp_path, monkeypatch, upstream) -> ModelFile:
    """A registry of one small model, which upstream has."""
    entry = model(url=upstream.url)
    monkeypatch.setattr(zoo, "ZOO", (entry,))
    return entry


def document(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_list_pull_verify(one, home, capsys):
    assert run_app(["models", "list", "--json"]) == 0
    assert document(capsys)["models"][0]["path"] is None
    assert run_app(["models", "pull", "all", "--json"]) == 0
    assert document(capsys)["models"][0]["path"] == str(home / "models" / "net.onnx")
    assert run_app(["models", "list"]) == 0 and "Net" in capsys.readouterr().out
    assert run_app(["models", "verify", "--json"]) == 0
    assert document(capsys)["models"][0]["problem"] == ""
    (home / "models" / "net.onnx").write_bytes(DATA[:-1] + b"x")
    assert run_app(["models", "verify"]) == 4
    assert run_app(["models", "list"]) == 0 and "refused" in capsys.readouterr().out


def test_what_lies_in_a_named_folder_is_not_fetched(one, tmp_path, upstream, monkeypatch, capsys):
    (tmp_path / "any").write_bytes(DATA)
    monkeypatch.setenv("AGENTVID_MODELS", str(tmp_path))
    assert run_app(["models", "pull", "cutout"]) == 0
    assert upstream.asked == []


def test_refusals_on_the_command_line(one, upstream, capsys):
    upstream.status = 503
    assert run_app(["models", "pull", "cutout", "--json"]) == 4
    assert document(capsys)["error"]["code"] == "upstream"
    assert run_app(["models", "pull", "nonsense"]) == 2
    assert run_app(["models", "convert", "cutout"]) == 2
    assert "a PyTorch pickle" in capsys.readouterr().err


def test_found_says_nothing_is_wrong_with_what_is_absent():
    assert find(model(), ()) == Found(model())
