"""The shape of the code base, read from its source: who may import whom, how long a file may be, what the README shows.

Imports point down only. From the top (rank 9) to the ground (rank 0); the longest name that fits counts:

    9  agentvid (the public names), agentvid.__main__
    8  cli server mcp notebook                              faces
    7  agent                                                LangGraph, and only here
    6  run planner evals report train
    5  engines plugins provenance
    4  tool engine store models world
    3  chain
    2  media samples
    0  errors events settings prompt

Within a rank modules may use each other, without circles. An import inside a function counts like any other (it is
lazy, not invisible); one under `if TYPE_CHECKING` does not run and does not count. A package whose `__getattr__` loads
its public names when they are first used makes no circle with the modules they come from.
"""

from __future__ import annotations

import ast
import fnmatch
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES = 400

RANKS = {
    "agentvid": 9,
    "agentvid.__main__": 9,
    **dict.fromkeys(("agentvid.cli", "agentvid.server", "agentvid.mcp", "agentvid.notebook"), 8),
    "agentvid.agent": 7,
    **dict.fromkeys(("agentvid.run", "agentvid.planner", "agentvid.evals", "agentvid.report", "agentvid.train"), 6),
    **dict.fromkeys(("agentvid.engines", "agentvid.plugins", "agentvid.provenance"), 5),
    **dict.fromkeys(("agentvid.tool", "agentvid.engine", "agentvid.store", "agentvid.models", "agentvid.world"), 4),
    "agentvid.chain": 3,
    **dict.fromkeys(("agentvid.media", "agentvid.samples"), 2),
    **dict.fromkeys(("agentvid.errors", "agentvid.events", "agentvid.settings", "agentvid.prompt"), 0),
}
TORCH_HOMES = ("agentvid.models", "agentvid.world", "agentvid.train", "agentvid.engines")
PUBLIC = ("agentvid", "agentvid.tool")  # the decorator's own name is its module's: `from agentvid.tool import tool`
TORCH_ALSO = {"agentvid.cli.doctor", "agentvid.cli.small", "agentvid.cli.train"}  # devices and types, when run
HEAVY = {"torch", "cv2", "av", "langgraph"}


@dataclass(frozen=True)
class Import:
    """One import: the module it names, the line, whether it runs when its file is loaded, or for a public name."""

    target: str
    line: int
    at_load: bool
    is_public_name: bool = False


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source(path), filename=str(path))


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its name. The copies of content folders that a wheel holds are not modules."""
    paths = (path for path in (ROOT / "agentvid").rglob("*.py") if "_builtin" not in path.parts)
    return {module_name(path): path for path in sorted(paths)}


def files_of(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports_of(path: Path, name: str = "") -> list[Import]:
    reader = _Reader(name, path.name == "__init__.py")
    reader.visit(tree(path))
    return reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self, name: str, is_package: bool) -> None:
        self.name, self.is_package = name, is_package
        self.found: list[Import] = []
        self.functions: list[str] = []

    def visit_Import(self, node: ast.Import) -> None:
        self.add(node, [alias.name for alias in node.names])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = _base(node, self.name, self.is_package)
        self.add(node, [_target(base, alias.name) for alias in node.names])

    def visit_If(self, node: ast.If) -> None:
        for child in node.orelse if "TYPE_CHECKING" in ast.unparse(node.test) else ast.iter_child_nodes(node):
            self.visit(child)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.functions.append(node.name)
        self.generic_visit(node)
        self.functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def add(self, node: ast.stmt, targets: list[str]) -> None:
        public = self.functions == ["__getattr__"]
        self.found += [Import(target, node.lineno, not self.functions, public) for target in targets]


def _base(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    package = name.split(".")
    package = package[: len(package) - node.level + (1 if is_package else 0)]
    return ".".join([*package, *([node.module] if node.module else [])])


def _target(base: str, name: str) -> str:
    """`from package import module` names the module; `from module import thing` names the module it is in."""
    whole = f"{base}.{name}"
    if whole in modules():
        return whole
    return f"{base}.{name}" if base == "agentvid" and name.startswith("__") else base


def top(target: str) -> str:
    return target.partition(".")[0]


def rank(name: str) -> int:
    parts = name.split(".")
    fitting = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((RANKS[prefix] for prefix in fitting if prefix in RANKS), RANKS["agentvid"])


@cache
def own_imports() -> dict[str, list[Import]]:
    """For each module, what it imports of agentvid. `agentvid.__version__` is a fact, not a dependence."""
    return {
        name: [
            found
            for found in imports_of(path, name)
            if top(found.target) == "agentvid" and not found.target.startswith("agentvid.__version")
        ]
        for name, path in modules().items()
    }


# ---------------------------------------------------------------- layers


def test_every_part_of_the_package_has_a_rank():
    parts = {".".join(name.split(".")[:2]) for name in modules()}

    assert parts - RANKS.keys() == set(), "give them a rank in the table above, and in the README"


def test_imports_point_down_only():
    upwards = [
        f"{modules()[name].relative_to(ROOT)}:{found.line} {name} (rank {rank(name)}) imports "
        f"{found.target} (rank {rank(found.target)})"
        for name, imports in own_imports().items()
        for found in imports
        if rank(found.target) > rank(name)
    ]

    assert upwards == []


def test_no_module_imports_itself_through_others():
    uses = {
        name: {found.target for found in imports if not found.is_public_name} & own_imports().keys() - {name}
        for name, imports in own_imports().items()
    }

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        waiting = list(uses[start])
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += uses[name]
        return found

    assert sorted(name for name in uses if name in reached(name)) == []


def test_langgraph_is_imported_by_the_agent_only():
    assert {
        name
        for name, path in modules().items()
        if any(top(found.target) == "langgraph" for found in imports_of(path, name))
        and not name.startswith("agentvid.agent")
    } == set()


def test_torch_is_imported_only_where_tensors_live():
    assert {
        name
        for name, path in modules().items()
        if any(top(found.target) in ("torch", "torchvision") for found in imports_of(path, name))
        and not name.startswith(tuple(home + "." for home in TORCH_HOMES))
    } - TORCH_ALSO == set()


def test_nothing_heavy_is_loaded_with_the_command_line():
    reached: set[str] = set()
    waiting = ["agentvid.cli", "agentvid.cli.__main__", "agentvid.__main__"]
    heavy = []
    while waiting:
        name = waiting.pop()
        if name in reached or name not in modules():
            continue
        reached.add(name)
        waiting.append(name.rpartition(".")[0])
        for found in imports_of(modules()[name], name):
            if found.at_load:
                waiting.append(found.target)
                if top(found.target) in HEAVY:
                    heavy.append(f"{modules()[name].relative_to(ROOT)}:{found.line} imports {found.target}")

    assert "agentvid.cli" in reached
    assert heavy == [], "import it inside the function that needs it"


@pytest.mark.parametrize(
    ("module", "heavy"), [("agentvid", HEAVY | {"numpy"}), ("agentvid.cli", HEAVY)], ids=["agentvid", "agentvid.cli"]
)
def test_importing_is_light(module, heavy):
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-2000:]
    loaded = {top(line.rpartition("|")[2].strip()) for line in ended.stderr.splitlines() if "import time:" in line}
    assert "agentvid" in loaded
    assert loaded & heavy == set()


# ---------------------------------------------------------------- content folders


def test_nothing_imports_the_content_folders_by_name():
    folders = {"tools", "prompts"}
    files = [path for folder in ("agentvid", "tools", "tests", "notebooks", ".ci") for path in files_of(folder)]

    assert [
        f"{path.relative_to(ROOT)}:{found.line}"
        for path in files
        for found in imports_of(path, module_name(path))
        if top(found.target) in folders
    ] == []


def test_tools_use_public_names_and_the_standard_library_only():
    wrong = []
    for path in files_of("tools"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            wrong += [
                f"{path.relative_to(ROOT)}:{node.lineno} imports {name}"
                for name in names
                if name not in PUBLIC and top(name) not in sys.stdlib_module_names
            ]

    assert wrong == []


# ---------------------------------------------------------------- files


def test_no_file_is_too_long():
    lengths = {path: len(source(path).splitlines()) for folder in ("agentvid", "tools") for path in files_of(folder)}

    assert {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_library_code_never_prints():
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in [*modules().values(), *files_of("tools")]
        if not module_name(path).startswith("agentvid.cli")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ] == []


def test_no_file_is_a_drawer_for_everything():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}

    assert [name for name in modules() if set(name.split(".")) & drawers] == []


# ---------------------------------------------------------------- the README's tree


def named_in(block: str) -> set[str]:
    """Return every path that an annotated tree names.

    One or more names per line, by indentation or as whole paths, box-drawing characters allowed; what follows `#` is
    comment. A name with a `/` at its end, alone on its line, is the folder of the deeper lines below it.
    """
    named: set[str] = set()
    folders: list[tuple[int, str]] = []
    for line in block.splitlines():
        told = re.sub(r"[│├└─┬]", " ", line.partition("#")[0]).rstrip()
        names = told.split()
        if not names:
            continue
        depth = len(told) - len(told.lstrip())
        folders = [(at, folder) for at, folder in folders if at < depth]
        parent = folders[-1][1] if folders else ""
        named |= {(parent + name).rstrip("/") for name in names}
        if len(names) == 1 and names[0].endswith("/"):
            folders.append((depth, parent + names[0]))
    return named


def test_a_tree_is_read_by_indentation():
    block = (
        "agentvid/   # the package\n  chain/  # pure data\n    step.py chain.py\n  errors.py  # one tree\n"
        "tools/\n├── locate.py  # find # it\nREADME.md LICENSE\n"
    )

    assert named_in(block) == {
        "agentvid",
        "agentvid/chain",
        "agentvid/chain/step.py",
        "agentvid/chain/chain.py",
        "agentvid/errors.py",
        "tools",
        "tools/locate.py",
        "README.md",
        "LICENSE",
    }


def test_the_tree_in_the_readme_is_what_is_on_disk():
    block = re.search(r"^```text tree\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S | re.M)
    assert block is not None, "README.md has no block that starts with ```text tree"
    named = named_in(block[1])

    gone = {name for name in named if not (ROOT / name).exists() and not (ROOT / f"{name}.py").exists()}
    unnamed = {name for name in on_disk() if name not in named and name.removesuffix(".py") not in named}

    assert gone == set(), "named in the README, not on disk"
    assert unnamed == set(), "on disk, not named in the README"


def on_disk() -> set[str]:
    """Everything at the top, every package in agentvid/, every tool."""
    packages = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "agentvid").glob("*/__init__.py")}
    tools = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tools").iterdir() if not is_ignored(path)}
    return {path.name for path in ROOT.iterdir() if not is_ignored(path)} | packages | tools


def is_ignored(path: Path) -> bool:
    patterns = [line.strip().rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()]
    return any(fnmatch.fnmatch(path.name, pattern) for pattern in [".git", "shared", *filter(None, patterns)])
