"""Tools and engines come in through one door, built-ins like a user's own.

Order: built-in folder, installed entry points (`agentvid.tools`, `agentvid.engines`), folders the user named. A later
name replaces an earlier one; the same name twice inside one folder is an error. `./tools` of the current directory is
never loaded by itself. A plug-in that can't be loaded raises SettingsError naming its file.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from agentvid.engine import Engine
from agentvid.errors import SettingsError
from agentvid.tool import ToolSpec

__all__ = ["builtin_folder", "engine_paths", "load_engine", "load_engines", "load_tools", "own_tools", "tools_in"]

BUILTIN_ENGINES: Final[Mapping[str, str]] = {
    "classical": "agentvid.engines.classical:ClassicalEngine",
    "diffusion": "agentvid.engines.diffusion:DiffusionEngine",
    "fake": "agentvid.engines.fake:FakeEngine",
    "pretrained": "agentvid.engines.pretrained:PretrainedEngine",
    "simulator": "agentvid.engines.simulator:SimulatorEngine",
    "small": "agentvid.engines.small:SmallEngine",
    "speech": "agentvid.engines.speech:SpeechEngine",
    "unified": "agentvid.engines.unified:UnifiedEngine",
}


def builtin_folder(name: str) -> Path:
    """Return the content folder `name` ("tools", "prompts") that came with agentvid: in the wheel or the checkout.

    Raises: SettingsError where the installation lacks it.
    """
    package = Path(__file__).parent
    for folder in (package / "_builtin" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise SettingsError(f"this installation has no folder {name!r}", f"{package / '_builtin' / name}", "install again")


def load_tools(folders: Iterable[Path] = ()) -> dict[str, ToolSpec]:
    """Return all tools by name: built-in, installed, then those in `folders` (files or folders).

    Raises: SettingsError naming the file that could not be loaded.
    """
    found = tools_in(builtin_folder("tools"))
    for entry in importlib.metadata.entry_points(group="agentvid.tools"):
        try:
            spec = entry.load()
        except Exception as error:
            raise _broken(f"entry point {entry.value}", error) from error
        if not isinstance(spec, ToolSpec):
            raise SettingsError(f"entry point {entry.value} is no tool", "a function decorated with @tool")
        found[spec.name] = spec
    for folder in folders:
        found |= tools_in(folder)
    return found


def tools_in(folder: Path) -> dict[str, ToolSpec]:
    """Return the tools of one folder: each `*.py` file and each sub-folder with an `__init__.py`.

    Raises: SettingsError naming the file that can't be loaded, or the two files that define one name.
    """
    if not folder.exists():
        raise SettingsError(f"tools folder {folder} does not exist", "a folder with tool files", "correct the path")
    found: dict[str, ToolSpec] = {}
    for path in _plugin_files(folder):
        for spec in _tools_of(_load_file(path)):
            if spec.name in found:
                raise SettingsError(
                    f"tool {spec.name!r} is defined twice: {found[spec.name].path} and {path}", "one of them"
                )
            found[spec.name] = spec
    return found


def own_tools(specs: Iterable[ToolSpec]) -> tuple[ToolSpec, ...]:
    """Return those tools that neither came with agentvid nor stand for one that did."""
    ours = builtin_folder("tools").resolve()
    names = {path.parent.name if path.name == "__init__.py" else path.stem for path in _plugin_files(ours)}
    return tuple(spec for spec in specs if spec.name not in names and ours not in Path(spec.path).resolve().parents)


def engine_paths() -> dict[str, str]:
    """Return where each known engine's class is: name → "module:Class"."""
    installed = {e.name: e.value for e in importlib.metadata.entry_points(group="agentvid.engines")}
    return {**BUILTIN_ENGINES, **installed}


def load_engine(path: str) -> Engine:
    """Make the engine that "module:Class" names.

    Raises: SettingsError where it can't be loaded.
    """
    module_name, _, class_name = path.partition(":")
    try:
        engine = getattr(importlib.import_module(module_name), class_name)()
    except Exception as error:
        raise _broken(f"engine {path}", error) from error
    if not isinstance(engine, Engine):
        raise SettingsError(f"engine {path} lacks a part of the Engine protocol", "see agentvid.engine.Engine")
    return engine


def load_engines() -> dict[str, Engine]:
    """Return all known engines by name. Cheap: an engine loads its weights when it runs.

    Raises: SettingsError where one can't be loaded.
    """
    return {name: load_engine(path) for name, path in engine_paths().items()}


def _plugin_files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    files = [path for path in folder.glob("*.py") if not path.name.startswith("_")]
    packages = [path / "__init__.py" for path in folder.iterdir() if (path / "__init__.py").is_file()]
    return sorted(files + packages)


def _load_file(path: Path) -> ModuleType:
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    stem = path.parent.name if path.name == "__init__.py" else path.stem
    name = f"agentvid_tools_{digest}_{stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SettingsError(f"{path} is no Python file", "a file ending in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise _broken(str(path), error) from error
    return module


def _tools_of(module: ModuleType) -> list[ToolSpec]:
    found = [value for value in vars(module).values() if isinstance(value, ToolSpec)]
    if not found:
        raise SettingsError(f"{module.__file__} defines no tool", "a function decorated with @tool", "see README.md")
    return found


def _broken(what: str, error: Exception) -> SettingsError:
    if isinstance(error, SettingsError):
        return error
    return SettingsError(
        f"{what} can't be loaded: {type(error).__name__}: {error}", "a plug-in that imports", "correct or remove it"
    )
