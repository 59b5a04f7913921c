"""`agentvid models list | pull | verify | convert`: small pretrained models, by hash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentvid.cli.exit_codes import EXIT_FAILED
from agentvid.cli.out import write_json

if TYPE_CHECKING:
    from agentvid.models.registry.find import Found

__all__ = ["models_app"]

models_app = typer.Typer(no_args_is_help=True, help="Small pretrained models: which there are, which are here, fetch.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, whatever happens.")]
Role = Annotated[str, typer.Argument(help="What the model is for: segment, matting, cutout, inpaint, segment_torch.")]
Roles = Annotated[list[str], typer.Argument(help="What the models are for; `all` means each that is used as it is.")]


@models_app.command("list")
def list_models(json_: Json = False) -> int:
    """List the models that agentvid can use: what for, whether they are here, and where."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from agentvid.models.registry.find import find, folders
    from agentvid.models.registry.zoo import ZOO

    found = [find(model) for model in ZOO]
    if json_:
        write_json({"models": [_document(item) for item in found], "folders": [str(place) for place in folders()]})
        return 0
    table = Table("role", "model", "MB", "licence", "here", "what for")
    for item in found:
        model = item.model
        here = escape(str(item.path)) if item.path else "[red]refused[/]" if item.problem else "no"
        table.add_row(
            model.role, f"{model.name}\n[dim]{model.file}[/]", f"{model.bytes / 1e6:.1f}", model.licence, here,
            model.purpose,
        )  # fmt: skip
    console = Console()
    console.print(table)
    for item in found:
        if item.problem:
            console.print(f"[red]refused[/] {escape(item.problem)}", highlight=False)
    console.print(f"[dim]looked for in {', '.join(escape(str(place)) for place in folders())}[/]", highlight=False)
    return 0


@models_app.command("pull", epilog="Example: agentvid models pull segment cutout inpaint")
def pull_models(roles: Roles, json_: Json = False) -> int:
    """Fetch models from upstream into the home folder: resumed, checked by hash, all or nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    from agentvid.models.registry.find import find, home_folder
    from agentvid.models.registry.pull import pull
    from agentvid.models.registry.zoo import ZOO, files_of

    everything = [model for model in ZOO if model.form != "pickle"]
    wanted = everything if roles == ["all"] else [model for role in dict.fromkeys(roles) for model in files_of(role)]
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    found = []
    with Progress(*columns, console=Console(stderr=True)) as bar:
        for model in wanted:
            present = find(model)
            task = bar.add_task(model.file, total=model.bytes)

            def told(done: int, of: int, task: TaskID = task) -> None:
                bar.update(task, completed=done, total=of)

            found.append(present if present.path else pull(model, home_folder(), told))
            told(model.bytes, model.bytes)
    return _tell(found, json_)


@models_app.command("verify")
def verify_models(json_: Json = False) -> int:
    """Hash every model file that is here, now; exit 4 where one is not what its name says."""
    from agentvid.models.registry.find import find, verified
    from agentvid.models.registry.zoo import ZOO

    found = [verified(find(model)) for model in ZOO]
    return _tell([item for item in found if item.path or item.problem], json_)


@models_app.command("convert", epilog="Example: agentvid models convert segment_torch --file sam_vit_b_01ec64.pth")
def convert_model(
    role: Role,
    file: Annotated[
        Path | None, typer.Option(help=r"The PyTorch file \[default: the one in the model folders].")
    ] = None,
    json_: Json = False,
) -> int:
    """Turn a registered PyTorch pickle into safetensors, in a process that may do little. Any other file is refused."""
    from agentvid.models.registry.convert import convert
    from agentvid.models.registry.zoo import files_of

    made = [convert(model, file) for model in files_of(role)]
    if json_:
        write_json({"converted": [{"file": str(item.path), "sha256": item.sha256} for item in made]})
    else:
        from rich.console import Console

        for item in made:
            Console().print(f"{item.path}  sha256 {item.sha256}", highlight=False, soft_wrap=True)
    return 0


def _tell(found: Sequence[Found], as_json: bool) -> int:
    from rich.console import Console
    from rich.markup import escape

    refused = [item for item in found if item.problem and item.path is None]
    if as_json:
        write_json({"models": [_document(item) for item in found]})
    else:
        for item in found:
            told = f"[green]✓[/] {escape(str(item.path))}" if item.path else f"[red]✗[/] {escape(item.problem)}"
            Console().print(told, highlight=False, soft_wrap=True)
        if not found:
            Console().print("no model file is here; see `agentvid models list`")
    return EXIT_FAILED if refused else 0


def _document(found: Found) -> dict[str, Any]:
    model = found.model
    told = ("role", "part", "name", "file", "bytes", "sha256", "licence", "authors", "url", "purpose", "form")
    named: dict[str, Any] = {name: getattr(model, name) for name in told}
    return {**named, "path": str(found.path) if found.path else None, "problem": found.problem}
